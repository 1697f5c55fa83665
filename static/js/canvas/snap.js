/** Where a frame comes to rest. No DOM. */

export const FRAME = 1024;
export const GRID = 64;
const REACH = 1 << 17;

/** `boxes`: what lies on the canvas, [left, top, right, bottom] each. */
export function settled({ x, y }, boxes, reach) {
  return {
    x: along(x, boxes.map(([left, , right]) => [left, right]), reach),
    y: along(y, boxes.map(([, top, , bottom]) => [top, bottom]), reach),
  };
}

function along(value, spans, reach) {
  const stops = spans.flatMap(([low, high]) => [low, high, low - FRAME, high - FRAME, low - FRAME / 2, high - FRAME / 2]);
  const near = stops.filter((stop) => Math.abs(stop - value) <= reach);
  if (near.length) return near.reduce((best, stop) => (Math.abs(stop - value) < Math.abs(best - value) ? stop : best));
  return Math.round(value / GRID) * GRID;
}

/** One step by a key: a pixel, a step of the grid, or half a frame. */
export function stepped({ x, y }, key, { fine = false, far = false } = {}) {
  const by = fine ? 1 : far ? FRAME / 2 : GRID;
  const ways = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, -by], ArrowDown: [0, by] };
  if (!(key in ways)) return null;
  const clamp = (value) => Math.min(REACH - FRAME, Math.max(-REACH, value));
  const onGrid = (value, change) => (fine || far || change === 0 ? value + change : toGrid(value, change));
  return { x: clamp(onGrid(x, ways[key][0])), y: clamp(onGrid(y, ways[key][1])) };
}

const toGrid = (value, change) =>
  change > 0 ? Math.floor(value / GRID) * GRID + GRID : Math.ceil(value / GRID) * GRID - GRID;
