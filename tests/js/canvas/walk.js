/** Chance that can be repeated, and random commands for a document: what a wild artist would do. */
import { MOST_LAYERS } from "../../../static/js/canvas/document.js";

export function chance(seed) {
  let state = seed >>> 0;
  const random = () => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const upTo = (most) => Math.floor(random() * (most + 1));
  return {
    random,
    upTo,
    one: (list) => list[upTo(list.length - 1)],
    hex: (length) => Array.from({ length }, () => upTo(15).toString(16)).join(""),
    uuid() {
      const h = this.hex(32);
      return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-8${h.slice(17, 20)}-${h.slice(20)}`;
    },
  };
}

export const seedNow = () => Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

/** A command that makes sense in the document; never a `go`. */
export function anyCommand(document, dice) {
  const { layers } = document;
  const layer = dice.one(layers).id;
  const kind = dice.upTo(99);
  if (kind < 62) {
    const patch = [dice.hex(64), dice.upTo(4000) - 2000, dice.upTo(4000) - 2000, 1 + dice.upTo(63), 1 + dice.upTo(63)];
    return { do: dice.one(["paint", "paint", "erase", "restore"]), v: 1, layer, patches: [patch] };
  }
  if (kind < 70) {
    const matrix = [1 + dice.upTo(3), 0, 0.5, 1 + dice.upTo(2), dice.upTo(100), dice.upTo(100) - 50];
    return { do: "place", v: 1, layer, patch: dice.hex(64), width: 64, height: 32, matrix };
  }
  if (kind < 78 && layers.length < Math.min(12, MOST_LAYERS)) {
    const role = dice.one(["picture", "picture", "hint"]);
    return { do: "add_layer", v: 1, name: `layer ${dice.hex(3)}`, role, index: dice.upTo(layers.length) };
  }
  if (kind < 90) {
    const changes = { name: dice.hex(5), hidden: dice.random() < 0.5, opacity: dice.upTo(255), x: dice.upTo(90) - 45, y: 7 };
    const names = Object.keys(changes).filter(() => dice.random() < 0.4);
    const chosen = names.length ? names : ["hidden"];
    return { do: "change_layer", v: 1, layer, ...Object.fromEntries(chosen.map((name) => [name, changes[name]])) };
  }
  if (kind < 95) return { do: "order_layer", v: 1, layer, index: dice.upTo(layers.length - 1) };
  const index = layers.findIndex((each) => each.id === layer);
  if (kind < 97 && layers.length > 1) return { do: "remove_layer", v: 1, layer };
  if (index > 0 && layers[index - 1].role === layers[index].role) return { do: "merge_layer", v: 1, layer };
  return { do: "change_layer", v: 1, layer, hidden: dice.random() < 0.3 };
}
