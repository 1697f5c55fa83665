/** Rectangle and lasso: what they go round is then erased, brought back or painted, inside or outside. */
const LEAST = 3;

export function rectangle(studio) {
  return shape(studio, (points) => {
    const [from, to] = [points[0], points.at(-1)];
    const [left, right] = [Math.min(from.x, to.x), Math.max(from.x, to.x)].map(Math.round);
    const [top, bottom] = [Math.min(from.y, to.y), Math.max(from.y, to.y)].map(Math.round);
    return corners(left, top, right, bottom);
  });
}

export const lasso = (studio) => shape(studio, (points) => points.map(({ x, y }) => [Math.round(x), Math.round(y)]));

export const corners = (left, top, right, bottom) => [
  [left, top],
  [right, top],
  [right, bottom],
  [left, bottom],
];

function shape(studio, outlineOf) {
  let points = [];
  let before = null;

  const show = (outline) => studio.state.set({ selection: outline.length > 2 ? outline : null });
  return {
    begin(point) {
      before = studio.state.now.selection;
      points = [point];
      show([]);
    },
    move(more) {
      for (const point of more) {
        const last = points.at(-1);
        if (Math.hypot(point.screen[0] - last.screen[0], point.screen[1] - last.screen[1]) >= LEAST) points.push(point);
      }
      if (points.length > 1) show(outlineOf(points));
    },
    end() {
      if (points.length < 2) show([]);
      studio.selected();
    },
    cancel: () => studio.state.set({ selection: before }),
  };
}
