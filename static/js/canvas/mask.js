/** A selection as a stroke: filled at once, inside or outside, in the layer that is chosen. */
import { createStroke } from "./stroke.js";
import { FRAME } from "./snap.js";
import { around } from "./wanted.js";

export const boxOf = (outline) => around(outline.map(([x, y]) => [x, y, x, y]));

/** The square of the frame, with the selection as a hole in it: that is what lies outside. */
export const squareOf = ({ x, y }) => [
  [x, y],
  [x + FRAME, y],
  [x + FRAME, y + FRAME],
  [x, y + FRAME],
];

export function filled({ kind, layer, outline, outside, frame, colour, opacity }) {
  // Beyond the frame nothing is outside, lest one press erase for ever.
  const outlines = outside ? [squareOf(frame), clipped(outline, frame)] : [outline];
  const path = new Path2D();
  for (const points of outlines) {
    points.forEach(([x, y], index) => path[index ? "lineTo" : "moveTo"](x - layer.x, y - layer.y));
    path.closePath();
  }
  const [left, top, right, bottom] = boxOf(outlines[0]);
  const stroke = createStroke({ kind, layer: layer.id, size: 1, colour, opacity });
  stroke.fill(path, [left - layer.x, top - layer.y, right - layer.x, bottom - layer.y], "evenodd");
  return stroke;
}

/** What of the outline lies in the frame: a selection that reaches beyond must not be filled there by "outside". */
export function clipped(outline, { x, y }) {
  const edges = [
    { inside: ([px]) => px >= x, cut: (a, b) => across(a, b, 0, x) },
    { inside: ([px]) => px <= x + FRAME, cut: (a, b) => across(a, b, 0, x + FRAME) },
    { inside: ([, py]) => py >= y, cut: (a, b) => across(a, b, 1, y) },
    { inside: ([, py]) => py <= y + FRAME, cut: (a, b) => across(a, b, 1, y + FRAME) },
  ];
  return edges.reduce((points, edge) => {
    const result = [];
    points.forEach((point, index) => {
      const before = points.at(index - 1);
      if (edge.inside(point) !== edge.inside(before)) result.push(edge.cut(before, point));
      if (edge.inside(point)) result.push(point);
    });
    return result;
  }, outline);
}

function across(a, b, axis, value) {
  const share = (value - a[axis]) / (b[axis] - a[axis]);
  return axis === 0 ? [value, a[1] + share * (b[1] - a[1])] : [a[0] + share * (b[0] - a[0]), value];
}
