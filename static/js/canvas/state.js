/** The one store of the page: which tool, how it is set, which layer, where the frame stands. Kept for this canvas. */

const START = {
  tool: "hand",
  size: 64,
  softness: 0.3,
  opacity: 1,
  colour: "#2a9d8f",
  hint: true,
  layer: null,
  frame: { x: 0, y: 0 },
  camera: null,
  selection: null,
  ghost: null,
  sentence: "",
};
const KEPT = ["size", "softness", "opacity", "colour", "hint", "layer", "frame", "camera", "sentence"];

export function createState(name, storage) {
  let now = { ...START, ...read() };
  const watchers = new Set();
  let keeping = null;

  function read() {
    try {
      return JSON.parse(storage.getItem(name)) ?? {};
    } catch {
      return {};
    }
  }

  function keep() {
    keeping = null;
    try {
      storage.setItem(name, JSON.stringify(Object.fromEntries(KEPT.map((key) => [key, now[key]]))));
    } catch {
      // Full or forbidden: then a reload begins where it began.
    }
  }

  return {
    get now() {
      return now;
    },
    set(changes) {
      const before = now;
      now = { ...now, ...changes };
      keeping ??= setTimeout(keep, 300);
      for (const watcher of [...watchers]) watcher(now, before);
    },
    watch: (watcher) => void watchers.add(watcher),
    keep,
  };
}
