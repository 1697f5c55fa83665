/** Pixels that the page holds itself: patches that were drawn or brought here, and layers as if nothing were erased. */
import { sha256 } from "../lib/sha256.js";
import { TILE, tileBox, trail } from "./wanted.js";

const MOST_PATCHES = 600;
const MOST_WHOLES = 48;

export function createPixels({ address, commandOf, layerOf, serverVersion, waiting, changed }) {
  const patches = new Map(); // id -> canvas or bitmap, the longest unused first
  const wholes = new Map();

  async function fetched(path) {
    const answer = await fetch(path);
    if (!answer.ok) throw new Error(`${answer.status} ${path}`);
    return answer.status === 204 ? null : createImageBitmap(await answer.blob());
  }

  function hold(id, pixels) {
    patches.set(id, pixels);
    if (patches.size <= MOST_PATCHES) return;
    const needed = waiting();
    for (const old of patches.keys()) {
      if (patches.size <= MOST_PATCHES) break;
      if (!needed.has(old)) patches.delete(old);
    }
  }

  return {
    fetchTile: ({ layer, scale, tx, ty, version }) => {
      const [x, y] = tileBox(scale, tx, ty);
      return fetched(`${address()}/tiles/${version}.png?layer=${layer}&x=${x}&y=${y}&scale=${scale}`);
    },
    of: (id) => patches.get(id),

    /** A canvas as the file that is sent: its id, its bytes. The page goes on showing the canvas itself. */
    async file(canvas) {
      const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
      const id = await sha256(await blob.arrayBuffer());
      hold(id, canvas);
      return { id, blob };
    },

    /** What an earlier page had drawn and not yet sent. */
    async open(id, blob) {
      if (!patches.has(id)) hold(id, await createImageBitmap(blob));
    },

    /** What the server made ready to be placed: fetched first, so that it is there when it is placed. */
    async bring(id) {
      if (!patches.has(id)) hold(id, await fetched(`${address()}/patches/${id}.png`));
    },

    /** Asked for when it is first wanted; undefined until then, null where nothing ever was. */
    wholeOf(layerId, tx, ty) {
      const layer = layerOf(layerId);
      if (!layer) return undefined;
      const box = tileBox(1, tx, ty);
      const { marks } = trail(layer, box, commandOf, () => serverVersion());
      const last = marks.findLast(({ version }) => version <= serverVersion());
      if (!last) return marks.length ? undefined : null;
      const key = `${layerId}/${tx}/${ty}@${last.version}`;
      if (!wholes.has(key)) {
        wholes.set(key, undefined);
        if (wholes.size > MOST_WHOLES) wholes.delete(wholes.keys().next().value);
        const [x, y] = box;
        const where = `layer=${layerId}&whole=1&x=${x}&y=${y}&width=${TILE}&height=${TILE}`;
        fetched(`${address()}/pictures/${last.version}.png?${where}`).then(
          (pixels) => {
            wholes.set(key, pixels);
            changed();
          },
          () => wholes.delete(key),
        );
      }
      return wholes.get(key);
    },
  };
}
