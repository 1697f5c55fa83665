/** The frame: dragged, it comes to rest on the grid, on the edges of pictures, and half over them. */
import { FRAME, settled } from "../snap.js";

export function frameTool(studio, { grabbed = false } = {}) {
  let from = null;
  let start = null;

  const move = (point) => {
    const to = { x: start.x + point.x - from.x, y: start.y + point.y - from.y };
    // So near on the screen, however far one looks from.
    const reach = 10 / studio.stage.camera.zoom;
    studio.moveFrame(point.alt ? rounded(to) : settled(to, studio.edges(), reach));
  };
  return {
    begin(point) {
      from = point;
      start = studio.state.now.frame;
      const inside = point.x >= start.x && point.y >= start.y && point.x < start.x + FRAME && point.y < start.y + FRAME;
      if (grabbed || inside) return;
      start = { x: point.x - FRAME / 2, y: point.y - FRAME / 2 };
      move(point);
    },
    move: (points) => move(points.at(-1)),
    end: () => studio.frameRests(),
    cancel: () => studio.moveFrame(start),
  };
}

const rounded = ({ x, y }) => ({ x: Math.round(x), y: Math.round(y) });
