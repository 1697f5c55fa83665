/** Marks put onto a tile, as generation/canvas/compose.py does it on the server. */
import { TILE, tileBox } from "../wanted.js";

export function blank(side = TILE) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  return canvas;
}

const OPERATIONS = { paint: "source-over", erase: "destination-out" };

/** A copy of the tile with the commands on it; undefined where the page lacks pixels for that. */
export function compose(tile, commands, { scale, tx, ty, layer }, { pixelsOf, wholeOf }) {
  const [left, top] = tileBox(scale, tx, ty);
  const drawn = commands.map((command) => command && partsOf(command, pixelsOf));
  if (drawn.some((parts) => !parts)) return undefined;
  const canvas = blank();
  const context = canvas.getContext("2d");
  if (tile) context.drawImage(tile, 0, 0);
  for (const [index, command] of commands.entries()) {
    context.setTransform(1 / scale, 0, 0, 1 / scale, -left / scale, -top / scale);
    if (command.do === "restore") {
      const whole = scale === 1 && wholeOf(layer, tx, ty);
      if (whole === undefined || whole === false) return undefined;
      context.setTransform(1, 0, 0, 1, 0, 0);
      restore(context, drawn[index], whole, left, top);
      continue;
    }
    context.globalCompositeOperation = OPERATIONS[command.do] ?? "source-over";
    for (const { pixels, matrix } of drawn[index]) {
      context.save();
      context.transform(...matrix);
      context.drawImage(pixels, 0, 0);
      context.restore();
    }
  }
  return canvas;
}

function partsOf(command, pixelsOf) {
  const named =
    command.do === "place"
      ? [[command.patch, command.matrix]]
      : command.patches.map(([patch, x, y]) => [patch, [1, 0, 0, 1, x, y]]);
  const parts = named.map(([patch, matrix]) => ({ pixels: pixelsOf(patch), matrix }));
  return parts.every(({ pixels }) => pixels) ? parts : null;
}

/** So far on the way from what is seen to the whole as the brush was strong there. */
function restore(context, parts, whole, left, top) {
  const brush = blank();
  const strong = brush.getContext("2d");
  for (const { pixels, matrix } of parts) strong.drawImage(pixels, matrix[4] - left, matrix[5] - top);
  bringBack(context, brush, whole);
}

export function bringBack(context, brush, whole) {
  context.globalCompositeOperation = "destination-out";
  context.drawImage(brush, 0, 0);
  if (whole) {
    const back = blank();
    const part = back.getContext("2d");
    part.drawImage(whole, 0, 0);
    part.globalCompositeOperation = "destination-in";
    part.drawImage(brush, 0, 0);
    context.globalCompositeOperation = "lighter";
    context.drawImage(back, 0, 0);
  }
  context.globalCompositeOperation = "source-over";
}
