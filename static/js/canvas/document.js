/**
 * The document: what a canvas is made of. Structure alone, no pixels, no DOM, no imports.
 *
 * The same rules as generation/canvas/document.py; tests/fixtures/canvas_walk.json holds the two together. A layer is
 * known by the version that added it, and lists the versions of what was drawn on it. A merged layer stands in that
 * list as itself, and is never changed again.
 */

export const OPAQUE = 255;
export const MOST_LAYERS = 100;
export const MOST_DEPTH = 30;

/** What makes no sense in this document, which is then as it was. */
export class BadCommand extends Error {}

export const empty = () => ({ layers: [newLayer(0, "", "picture")] });

export const newLayer = (id, name, role) => ({
  id,
  name,
  role,
  hidden: false,
  opacity: OPAQUE,
  x: 0,
  y: 0,
  marks: [],
});

export const copyOf = (document) => ({
  layers: document.layers.map((layer) => ({ ...layer, marks: [...layer.marks] })),
});

export function indexOf(document, id) {
  const index = document.layers.findIndex((layer) => layer.id === id);
  if (index < 0) throw new BadCommand(`there is no layer ${id}`);
  return index;
}

export const layerOf = (document, id) => document.layers[indexOf(document, id)];

/** Looks as before: each keeps its own opacity and place inside the new one, which has none. */
export function merged(lower, upper) {
  if (lower.role !== upper.role) throw new BadCommand("a hint is not merged with a picture");
  const plain = lower.opacity === OPAQUE && !lower.hidden && lower.x === 0 && lower.y === 0;
  const layer = newLayer(lower.id, lower.name, lower.role);
  layer.marks = plain ? [...lower.marks, upper] : [lower, upper];
  if (depth(layer) > MOST_DEPTH) throw new BadCommand("these layers were merged too often");
  return layer;
}

const depth = (layer) =>
  1 + layer.marks.reduce((most, mark) => (typeof mark === "object" ? Math.max(most, depth(mark)) : most), 0);
