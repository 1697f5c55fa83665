/** Which box an arrow key leads to from the one at `index`; the same index at the edge, null for other keys. */
export function neighbour(boxes, index, key, { rtl = false } = {}) {
  const last = boxes.length - 1;
  const forward = rtl ? "ArrowLeft" : "ArrowRight";
  const back = rtl ? "ArrowRight" : "ArrowLeft";
  if (key === "Home") return 0;
  if (key === "End") return last;
  if (key === forward) return Math.min(last, index + 1);
  if (key === back) return Math.max(0, index - 1);
  if (key !== "ArrowDown" && key !== "ArrowUp") return null;
  return inNextRow(boxes, index, key === "ArrowDown" ? 1 : -1);
}

/** The box whose middle is nearest in the nearest row that way. */
function inNextRow(boxes, index, way) {
  const from = boxes[index];
  const middle = (box) => box.left + box.width / 2;
  let best = index;
  for (const [at, box] of boxes.entries()) {
    const away = (box.top - from.top) * way;
    if (away < 1) continue;
    const bestAway = (boxes[best].top - from.top) * way;
    const nearerRow = best === index || away < bestAway - 1;
    const sameRow = Math.abs(away - bestAway) <= 1;
    const nearer = Math.abs(middle(box) - middle(from)) < Math.abs(middle(boxes[best]) - middle(from));
    if (nearerRow || (sameRow && nearer)) best = at;
  }
  return best;
}
