/** A square in a picture, in whole pixels of the picture: it never leaves it, and is never smaller than `LEAST`. */
export const LEAST = 64;

export function centred(width, height) {
  const side = Math.min(width, height);
  return { left: Math.round((width - side) / 2), top: Math.round((height - side) / 2), side };
}

export function moved(square, dx, dy, { width, height }) {
  return {
    side: square.side,
    left: clamp(Math.round(square.left + dx), 0, width - square.side),
    top: clamp(Math.round(square.top + dy), 0, height - square.side),
  };
}

/** About its middle. */
export function sized(square, side, { width, height }) {
  const most = Math.min(width, height);
  const next = clamp(Math.round(side), Math.min(LEAST, most), most);
  const shift = (square.side - next) / 2;
  return moved({ ...square, side: next }, shift, shift, { width, height });
}

/** What a key does to it, or null for other keys. Shift goes ten times as far. */
export function pressed(square, key, picture, { far = false } = {}) {
  const step = Math.max(1, Math.round(Math.min(picture.width, picture.height) / 100)) * (far ? 10 : 1);
  const ways = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
  if (ways[key]) return moved(square, ...ways[key], picture);
  if (key === "+" || key === "=") return sized(square, square.side + 2 * step, picture);
  if (key === "-") return sized(square, square.side - 2 * step, picture);
  return null;
}

function clamp(value, least, most) {
  return Math.min(Math.max(value, least), Math.max(least, most));
}
