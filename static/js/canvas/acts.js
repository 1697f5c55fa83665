/** What can be done to a canvas, as commands. Each is one call of the session; nothing here draws. */
export function createActs({ session, pixels, strokes, chosen, choose, stage }) {
  const one = (command) => session.act(() => command);

  /** A finished stroke: shown as it is until its command has taken its place. */
  async function stroke(drawn) {
    if (drawn.empty) return;
    try {
      await session.act(async () => {
        const patches = drawn.patches();
        if (!patches.length) return null;
        const files = new Map();
        const named = [];
        for (const { x, y, canvas } of patches) {
          const { id, blob } = await pixels.file(canvas);
          files.set(id, blob);
          named.push([id, x, y, canvas.width, canvas.height]);
        }
        strokes.delete(drawn);
        return { command: { do: drawn.kind, v: 1, layer: drawn.layer, patches: named }, files };
      });
    } finally {
      strokes.delete(drawn);
      stage().touched();
    }
  }

  /** What the server made ready: a candidate, a picture of one's own. */
  async function place(made, layer = chosen()) {
    await pixels.bring(made.patch);
    const { patch, width, height, matrix, source } = made;
    const given = source ? { source } : {};
    return one({ do: "place", v: 1, layer, patch, width, height, matrix, ...given });
  }

  async function addLayer(role, name = "", { choosing = true } = {}) {
    const version = await session.act(({ document }) => {
      const above = document.layers.findIndex(({ id }) => id === chosen());
      return { do: "add_layer", v: 1, name, role, index: above + 1 || document.layers.length };
    });
    // A layer is known by the version that added it.
    if (version !== null && choosing) choose(version);
    return version;
  }

  return {
    stroke,
    place,
    addLayer,
    changeLayer: (layer, changes) => one({ do: "change_layer", v: 1, layer, ...changes }),
    orderLayer: (layer, index) => one({ do: "order_layer", v: 1, layer, index }),
    mergeLayer: (layer) => one({ do: "merge_layer", v: 1, layer }),
    removeLayer: (layer) => one({ do: "remove_layer", v: 1, layer }),
  };
}
