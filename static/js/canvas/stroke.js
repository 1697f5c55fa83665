/**
 * A stroke while it is drawn: dabs of a brush, on chunks of the layer as large as tiles; afterwards the patches that are
 * sent. Where it was as strong as it could be it gets no stronger: its opacity is that of the whole stroke.
 */
import { TILE } from "./wanted.js";
import { blank } from "./view/compose.js";

const MOST_CHUNKS = 380;
const LEAST_PRESSURE = 0.25;

/** `kind`: paint, erase or restore. `size` in pixels of the canvas, `softness` and `opacity` from 0 to 1. */
export function createStroke({ kind, layer, size, softness = 0, opacity = 1, colour = "#000" }) {
  const chunks = new Map(); // "tx/ty" -> {tx, ty, canvas, context, box, revision}
  const dab = dabOf(size, softness, colour);
  let last = null;
  let left = 0;

  function stamp(x, y, pressure) {
    const radius = Math.max(0.5, (size / 2) * pressure);
    const reach = radius + 1;
    for (let ty = Math.floor((y - reach) / TILE); ty <= Math.floor((y + reach) / TILE); ty += 1) {
      for (let tx = Math.floor((x - reach) / TILE); tx <= Math.floor((x + reach) / TILE); tx += 1) {
        const chunk = chunkAt(tx, ty);
        if (!chunk) continue;
        const [cx, cy] = [x - tx * TILE, y - ty * TILE];
        chunk.context.drawImage(dab, cx - radius, cy - radius, 2 * radius, 2 * radius);
        widen(chunk, [cx - reach, cy - reach, cx + reach, cy + reach]);
      }
    }
  }

  function chunkAt(tx, ty) {
    const key = `${tx}/${ty}`;
    if (!chunks.has(key) && chunks.size < MOST_CHUNKS) {
      const canvas = blank();
      // Read back when the stroke ends, and small: kept where reading is cheap.
      const context = canvas.getContext("2d", { willReadFrequently: true });
      chunks.set(key, { tx, ty, canvas, context, box: null, revision: 0 });
    }
    return chunks.get(key);
  }

  return {
    kind,
    layer,
    opacity,
    chunks,
    /** On to this point, in pixels of the layer; pressure from 0 to 1. */
    to(x, y, pressure = 1) {
      const force = LEAST_PRESSURE + (1 - LEAST_PRESSURE) * pressure;
      if (!last) stamp(x, y, force);
      else {
        const [dx, dy] = [x - last.x, y - last.y];
        const way = Math.hypot(dx, dy);
        const step = Math.max(0.75, (size / 2) * force * (softness > 0.3 ? 0.16 : 0.12));
        let at = step - left;
        for (; at <= way; at += step) {
          const share = at / way;
          stamp(last.x + dx * share, last.y + dy * share, last.force + (force - last.force) * share);
        }
        left = way - (at - step);
      }
      last = { x, y, force };
    },
    /** A shape as a whole, where a brush would be too slow: `path` in pixels of the layer. */
    fill(path, box, rule = "nonzero") {
      for (let ty = Math.floor(box[1] / TILE); ty * TILE < box[3]; ty += 1) {
        for (let tx = Math.floor(box[0] / TILE); tx * TILE < box[2]; tx += 1) {
          const chunk = chunkAt(tx, ty);
          if (!chunk) continue;
          chunk.context.setTransform(1, 0, 0, 1, -tx * TILE, -ty * TILE);
          chunk.context.fillStyle = colour;
          chunk.context.fill(path, rule);
          chunk.context.setTransform(1, 0, 0, 1, 0, 0);
          widen(chunk, [box[0] - tx * TILE, box[1] - ty * TILE, box[2] - tx * TILE, box[3] - ty * TILE]);
        }
      }
    },
    get empty() {
      return chunks.size === 0;
    },
    get full() {
      return chunks.size >= MOST_CHUNKS;
    },
    /** [{x, y, canvas}], each cut to what was drawn of it. */
    patches: () => [...chunks.values()].map((chunk) => cut(chunk, opacity)).filter(Boolean),
  };
}

function widen(chunk, [left, top, right, bottom]) {
  const box = [Math.floor(left), Math.floor(top), Math.ceil(right), Math.ceil(bottom)];
  const inside = box.map((at) => Math.min(TILE, Math.max(0, at)));
  chunk.revision += 1;
  const was = chunk.box ?? inside;
  chunk.box = [Math.min(was[0], inside[0]), Math.min(was[1], inside[1]), Math.max(was[2], inside[2]), Math.max(was[3], inside[3])];
}

function cut({ tx, ty, canvas, box }, opacity) {
  const [left, top, right, bottom] = box;
  if (left >= right || top >= bottom) return null;
  const patch = document.createElement("canvas");
  [patch.width, patch.height] = [right - left, bottom - top];
  const context = patch.getContext("2d", { willReadFrequently: true });
  context.globalAlpha = opacity;
  context.drawImage(canvas, -left, -top);
  return { x: tx * TILE + left, y: ty * TILE + top, canvas: patch };
}

function dabOf(size, softness, colour) {
  const side = Math.max(4, Math.ceil(size));
  const canvas = blank(side);
  const context = canvas.getContext("2d");
  context.fillStyle = colour;
  context.beginPath();
  context.arc(side / 2, side / 2, side / 2, 0, 2 * Math.PI);
  context.fill();
  if (softness > 0) {
    const fade = context.createRadialGradient(side / 2, side / 2, (side / 2) * (1 - softness), side / 2, side / 2, side / 2);
    // Smooth at both ends, so that neither an edge nor a ring shows.
    for (let at = 0; at <= 1.001; at += 0.125) fade.addColorStop(Math.min(1, at), `rgb(0 0 0 / ${1 - at * at * (3 - 2 * at)})`);
    context.globalCompositeOperation = "destination-in";
    context.fillStyle = fade;
    context.fillRect(0, 0, side, side);
  }
  return canvas;
}
