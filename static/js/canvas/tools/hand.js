/** The hand pans, which pointer.js does by itself: a tool that is none. The others here take hold of single things. */

export const hand = () => null;

/** Takes the colour that is seen there. */
export function eyedropper(studio) {
  const pick = ({ x, y }) => {
    const [red, green, blue, alpha] = studio.stage.colourAt(x, y);
    if (alpha) studio.state.set({ colour: `#${[red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("")}` });
  };
  return { begin: pick, move: (points) => pick(points.at(-1)), end: () => studio.picked(), cancel: () => {} };
}

/** Moves the chosen layer; shown while it moves, one command at the end. */
export function mover(studio) {
  let [from, layer] = [null, null];
  const place = ({ x, y }) => ({ x: layer.x + Math.round(x - from.x), y: layer.y + Math.round(y - from.y) });
  return {
    begin(point) {
      layer = studio.chosenLayer();
      from = point;
    },
    move: (points) => layer && studio.preview({ id: layer.id, ...place(points.at(-1)) }),
    end() {
      const moved = layer && studio.previewed();
      studio.preview(null);
      if (moved && (moved.x !== layer.x || moved.y !== layer.y)) {
        studio.acts.changeLayer(layer.id, { x: moved.x, y: moved.y });
      }
      layer = null;
    },
    cancel() {
      studio.preview(null);
      layer = null;
    },
  };
}
