/**
 * Which version of a tile shows a layer as it is now: the last of its marks that touches the tile. What was drawn
 * elsewhere since does not change it, and undo leads back to a version that was there before. No pixels, no DOM.
 */

export const TILE = 512;

/** [left, top, right, bottom] of all that a command draws, in its layer. */
export function boxesOf(command) {
  if (command.do === "place") return [boxOfPlace(command)];
  return (command.patches ?? []).map(([, x, y, width, height]) => [x, y, x + width, y + height]);
}

export const meet = (one, other) => one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3];

export function around(boxes) {
  if (!boxes.length) return null;
  const side = (at, pick) => boxes.reduce((found, box) => pick(found, box[at]), boxes[0][at]);
  return [side(0, Math.min), side(1, Math.min), side(2, Math.max), side(3, Math.max)];
}

function boxOfPlace({ matrix: [a, b, c, d, e, f], width, height }) {
  const corners = [[0, 0], [width, 0], [0, height], [width, height]].map(([x, y]) => [a * x + c * y + e, b * x + d * y + f]);
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  return [Math.floor(Math.min(...xs)), Math.floor(Math.min(...ys)), Math.ceil(Math.max(...xs)), Math.ceil(Math.max(...ys))];
}

export const tileBox = (scale, tx, ty) => [tx, ty, tx + 1, ty + 1].map((at) => at * TILE * scale);

/**
 * The marks of a layer that touch a box, the newest last: [{version, command}]. It begins at what is not known in
 * parts: a mark of which the page has not read the command (null), or a layer that was merged into this one, which has
 * no version of its own and so gets the one at which `seenAt` first knows of it. `whole` says that nothing lies before.
 */
export function trail(layer, box, commandOf, seenAt) {
  const found = [];
  for (let index = layer.marks.length - 1; index >= 0; index -= 1) {
    const mark = layer.marks[index];
    if (typeof mark === "object") {
      const after = layer.marks[index + 1];
      found.push({ version: after ?? seenAt(JSON.stringify(layer.marks)), command: null });
      return { marks: found.reverse(), whole: false };
    }
    const command = commandOf(mark);
    if (!command) {
      found.push({ version: mark, command: null });
      return { marks: found.reverse(), whole: false };
    }
    if (boxesOf(command).some((each) => meet(each, box))) found.push({ version: mark, command });
  }
  return { marks: found.reverse(), whole: true };
}
