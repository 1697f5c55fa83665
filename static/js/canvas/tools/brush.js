/** Eraser, restore brush and paint: one command at the end, none on Escape. */
import { createStroke } from "../stroke.js";

export function brush(kind, studio) {
  let stroke = null;
  let layer = null;

  function start() {
    const { size, softness, opacity, colour } = studio.state.now;
    const paint = kind === "paint" ? { opacity, colour } : {};
    stroke = createStroke({ kind, layer: layer.id, size, softness, ...paint });
    studio.strokes.add(stroke);
  }

  function finish() {
    const done = stroke;
    stroke = null;
    if (done) studio.finish(done);
  }

  function draw(points) {
    for (const { x, y, pressure } of points) stroke.to(x - layer.x, y - layer.y, pressure);
    studio.stage.touched();
    if (!stroke.full) return;
    // As many patches as one command may have: it goes on in a second one.
    finish();
    start();
  }

  return {
    begin(point) {
      layer = studio.layerFor(kind);
      if (!layer) return;
      start();
      draw([point]);
    },
    move: (points) => stroke && draw(points),
    end: finish,
    cancel() {
      if (stroke) studio.strokes.delete(stroke);
      stroke = null;
      studio.stage.touched();
    },
  };
}
