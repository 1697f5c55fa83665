/**
 * Tiles that the page has: pixels by place and version, as many as there is room for. What was drawn here and is not on
 * the server yet is put together from the newest tile that is known and the patches themselves.
 *
 *   fetchTile({layer, scale, tx, ty, version}) -> Promise of pixels, or null where nothing is
 *   pixelsOf(patch) -> pixels or undefined: what the page holds of a patch
 *   wholeOf(layer, tx, ty) -> pixels or undefined: the layer as if nothing had been erased
 */
import { TILE, tileBox, trail } from "../wanted.js";
import { blank, compose } from "./compose.js";

const AT_ONCE = 4;
const LATER = 1500;

export function createTiles({ fetchTile, pixelsOf, wholeOf, serverVersion, commandOf, changed, most = 160 }) {
  const kept = new Map(); // "spot@version" -> {pixels, own}, the longest unused first
  const shown = new Map(); // spot -> the key that was shown there last
  const plans = new Map();
  const firstSeen = new Map();
  const loading = new Map();
  let wishes = new Map();
  let failures = 0;
  let pauseUntil = 0;
  let head = 0;

  const spotOf = (layer, scale, tx, ty) => `${layer}/${scale}/${tx}/${ty}`;
  const has = (spot, version) => kept.has(`${spot}@${version}`);

  function seenAt(marks) {
    if (!firstSeen.has(marks)) firstSeen.set(marks, head);
    return firstSeen.get(marks);
  }

  function planOf(layer, scale, tx, ty, spot) {
    if (!plans.has(spot)) plans.set(spot, trail(layer, tileBox(scale, tx, ty), commandOf, seenAt));
    return plans.get(spot);
  }

  function keep(spot, version, pixels, own) {
    const key = `${spot}@${version}`;
    kept.delete(key);
    kept.set(key, { pixels, own });
    shown.set(spot, key);
    if (kept.size <= most) return;
    for (const [old, tile] of kept) {
      if (kept.size <= most) break;
      // What is shown at this moment stays; so does the only copy of what is not on the server.
      if (wishes.has(old) || (tile.own && Number(old.split("@")[1]) > serverVersion())) continue;
      kept.delete(old);
      tile.pixels?.close?.();
    }
    for (const [place, key_] of shown) if (!kept.has(key_)) shown.delete(place);
  }

  function taken(key) {
    const tile = kept.get(key);
    if (!tile) return undefined;
    kept.delete(key);
    kept.set(key, tile);
    return tile;
  }

  /** {pixels} now to be shown there, null pixels where nothing is; undefined where nothing is known yet. */
  function at(layer, scale, tx, ty) {
    const spot = spotOf(layer.id, scale, tx, ty);
    const { marks, whole } = planOf(layer, scale, tx, ty, spot);
    if (!marks.length) return { pixels: null };
    const version = marks.at(-1).version;
    const key = `${spot}@${version}`;
    const tile = taken(key);
    wishes.set(key, null);
    if (tile) {
      shown.set(spot, key);
      // Only where it is cheap, once the hand rests: the server's own pixels in place of ours.
      if (tile.own && scale <= 2) wish({ layer: layer.id, scale, tx, ty, version, spot, own: true });
      return tile;
    }
    const from = startOf(spot, marks, whole);
    const made = from && put(spot, marks, from, { scale, tx, ty, layer: layer.id });
    if (made) return made;
    // The newest of them that the server can have.
    const fetched = marks.findLast((mark) => mark.version <= serverVersion());
    if (fetched) wish({ layer: layer.id, scale, tx, ty, version: fetched.version, spot });
    return shown.has(spot) ? taken(shown.get(spot)) : undefined;
  }

  function startOf(spot, marks, whole) {
    for (let index = marks.length - 1; index >= 0; index -= 1) {
      if (has(spot, marks[index].version)) return { index, pixels: kept.get(`${spot}@${marks[index].version}`).pixels };
    }
    return whole ? { index: -1, pixels: null } : null;
  }

  function put(spot, marks, { index, pixels }, place) {
    const commands = marks.slice(index + 1).map(({ command }) => command);
    const made = compose(pixels, commands, place, { pixelsOf, wholeOf });
    if (made === undefined) return null;
    keep(spot, marks.at(-1).version, made, true);
    return { pixels: made };
  }

  function wish(asked) {
    wishes.set(`${asked.spot}@${asked.version}`, asked);
  }

  /** After a frame was drawn: what it lacked is asked for, the middle of the window first. */
  function load(middle, { resting }) {
    if (Date.now() < pauseUntil) return;
    const open = [...wishes.values()].filter((asked) => asked && (resting || !asked.own) && !loading.has(keyOf(asked)));
    open.sort((one, other) => Boolean(one.own) - Boolean(other.own) || far(one, middle) - far(other, middle));
    for (const asked of open.slice(0, Math.max(0, AT_ONCE - loading.size))) bring(asked);
  }

  const keyOf = ({ spot, version }) => `${spot}@${version}`;
  const far = ({ scale, tx, ty }, [x, y]) =>
    Math.hypot((tx + 0.5) * TILE * scale - x, (ty + 0.5) * TILE * scale - y);

  async function bring(asked) {
    if (asked.version > serverVersion()) return;
    loading.set(keyOf(asked), asked);
    try {
      const pixels = await fetchTile(asked);
      failures = 0;
      keep(asked.spot, asked.version, pixels, false);
    } catch {
      failures += 1;
      pauseUntil = Date.now() + Math.min(10_000, 250 * 2 ** failures);
      setTimeout(changed, pauseUntil - Date.now());
    }
    loading.delete(keyOf(asked));
    changed();
  }

  return {
    at,
    load,
    /** Before a frame is drawn: what it will not ask for again is not wanted any more. */
    begin: () => (wishes = new Map()),
    /** The document is another one. */
    moved(now) {
      head = now;
      plans.clear();
    },
    get loading() {
      return loading.size;
    },
    get size() {
      return kept.size;
    },
    get waits() {
      return [...wishes.values()].some((asked) => asked && !asked.own);
    },
    get owns() {
      return [...wishes.values()].some((asked) => asked?.own);
    },
    later: LATER,
    blank,
  };
}
