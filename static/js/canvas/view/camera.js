/** Where on the canvas the window looks: its upper left corner, and how many screen pixels one of the canvas takes. */

export const LEAST = 0.03;
export const MOST = 16;
const FAR = 1 << 17;

const clamp = (value, least, most) => Math.min(most, Math.max(least, value));

export const toScreen = ({ x, y, zoom }, [px, py]) => [(px - x) * zoom, (py - y) * zoom];
export const toCanvas = ({ x, y, zoom }, [px, py]) => [px / zoom + x, py / zoom + y];

export const panned = ({ x, y, zoom }, dx, dy) => ({
  x: clamp(x - dx / zoom, -FAR, FAR),
  y: clamp(y - dy / zoom, -FAR, FAR),
  zoom,
});

/** What lies under the point stays there. */
export function zoomed(camera, to, [px, py]) {
  const zoom = clamp(to, LEAST, MOST);
  const [x, y] = toCanvas(camera, [px, py]);
  return { x: x - px / zoom, y: y - py / zoom, zoom };
}

/** The whole box in the middle of the window, never larger than it is. `below` is left free under it. */
export function fitted([left, top, right, bottom], { width, height }, { margin = 48, below = 0 } = {}) {
  const room = [Math.max(64, width - 2 * margin), Math.max(64, height - below - 2 * margin)];
  const zoom = clamp(Math.min(room[0] / (right - left), room[1] / (bottom - top), 1), LEAST, MOST);
  return {
    x: (left + right) / 2 - width / 2 / zoom,
    y: (top + bottom) / 2 - (height - below) / 2 / zoom,
    zoom,
  };
}

/** As little aside as brings the box into the window. */
export function showing(camera, box, { width, height }, margin = 24) {
  const [left, top] = toScreen(camera, [box[0], box[1]]);
  const [right, bottom] = toScreen(camera, [box[2], box[3]]);
  const by = (low, high, room) => {
    if (high - low > room - 2 * margin) return low > margin || high < room - margin ? margin - low : 0;
    return low < margin ? margin - low : Math.min(0, room - margin - high);
  };
  return panned(camera, by(left, right, width), by(top, bottom, height));
}

/** The sizes that keys and buttons step through. */
const STEPS = [0.03125, 0.0625, 0.125, 0.25, 0.5, 0.75, 1, 1.5, 2, 4, 8, 16];
export const larger = (zoom) => STEPS.find((step) => step > zoom * 1.01) ?? MOST;
export const smaller = (zoom) => STEPS.findLast((step) => step < zoom / 1.01) ?? LEAST;
