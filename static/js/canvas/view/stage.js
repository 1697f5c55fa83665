/**
 * Draws what is visible, and nothing else: the tiles of every layer, and the strokes that are under way in their layer.
 * It knows nothing of pointers, commands or the server.
 */
import { TILE, tileBox } from "../wanted.js";
import { bringBack, blank } from "./compose.js";
import { toCanvas } from "./camera.js";

const LARGEST = 8;

export function createStage({ canvas, tiles, layers, strokes, wholeOf, drawn = () => {} }) {
  const context = canvas.getContext("2d");
  const glass = blank(1).getContext("2d", { willReadFrequently: true });
  const mixed = new Map(); // spot -> {pixels, from, marks}: a tile with the strokes under way on it
  let camera = { x: 0, y: 0, zoom: 1 };
  let waiting = null;
  let rest = null;
  let resting = true;
  const size = { width: 0, height: 0, ratio: 1 };
  let work = null;

  function resize() {
    const { clientWidth: width, clientHeight: height } = canvas.parentElement;
    // More than two screen pixels for one of the page is not seen, and costs.
    const ratio = Math.min(2, globalThis.devicePixelRatio || 1);
    if (width === size.width && height === size.height && ratio === size.ratio) return;
    Object.assign(size, { width, height, ratio });
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    now();
  }

  function redraw() {
    waiting ??= requestAnimationFrame(now);
  }

  /** At once, where the old picture must not be seen with the new size. */
  function now() {
    if (waiting !== null) cancelAnimationFrame(waiting);
    waiting = null;
    const began = work && performance.now();
    draw();
    if (work) work(performance.now() - began);
  }

  function draw() {
    const zoom = camera.zoom * size.ratio;
    const scale = Math.min(LARGEST, Math.max(1, 2 ** Math.floor(Math.log2(1 / zoom) + 0.01)));
    const window_ = [camera.x, camera.y, camera.x + size.width / camera.zoom, camera.y + size.height / camera.zoom];
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    // Whole steps show pixels as they are.
    context.imageSmoothingEnabled = zoom < 3 && (zoom * scale) % 1 !== 0;
    tiles.begin();
    for (const layer of layers()) {
      if (layer.hidden || layer.opacity === 0) continue;
      context.globalAlpha = layer.opacity / 255;
      drawLayer(layer, scale, zoom, window_);
    }
    context.globalAlpha = 1;
    tiles.load(toCanvas(camera, [size.width / 2, size.height / 2]), { resting });
    if (resting && tiles.owns) later();
    drawn(camera, size);
  }

  function drawLayer(layer, scale, zoom, [left, top, right, bottom]) {
    const side = TILE * scale;
    const marked = strokes().filter((stroke) => stroke.layer === layer.id);
    const first = (low) => Math.floor(low / side);
    for (let ty = first(top - layer.y); ty * side < bottom - layer.y; ty += 1) {
      for (let tx = first(left - layer.x); tx * side < right - layer.x; tx += 1) {
        const tile = tiles.at(layer, scale, tx, ty);
        const pixels = marked.length ? withStrokes(tile?.pixels, marked, layer, scale, tx, ty) : tile?.pixels;
        if (pixels) {
          const edge = (at, of) => Math.round((at - of) * zoom);
          const [x, y] = [edge(tx * side + layer.x, camera.x), edge(ty * side + layer.y, camera.y)];
          const [x2, y2] = [edge((tx + 1) * side + layer.x, camera.x), edge((ty + 1) * side + layer.y, camera.y)];
          context.drawImage(pixels, x, y, x2 - x, y2 - y);
        }
      }
    }
  }

  function withStrokes(pixels, marked, layer, scale, tx, ty) {
    const touching = marked.map((stroke) => [stroke, chunksIn(stroke, scale, tx, ty)]).filter(([, chunks]) => chunks.length);
    const spot = `${layer.id}/${scale}/${tx}/${ty}`;
    if (!touching.length) {
      mixed.delete(spot);
      return pixels;
    }
    const marks = touching.map(([, chunks]) => chunks.map((chunk) => `${chunk.id}:${chunk.revision}`)).join();
    const known = mixed.get(spot);
    if (known && known.from === pixels && known.marks === marks) return known.pixels;
    const made = known?.pixels ?? blank();
    const on = made.getContext("2d");
    on.setTransform(1, 0, 0, 1, 0, 0);
    on.globalCompositeOperation = "copy";
    on.globalAlpha = 1;
    if (pixels) on.drawImage(pixels, 0, 0);
    else on.clearRect(0, 0, TILE, TILE);
    for (const [stroke, chunks] of touching) mix(on, stroke, chunks, { scale, tx, ty });
    mixed.set(spot, { pixels: made, from: pixels, marks });
    return made;
  }

  function mix(on, stroke, chunks, { scale, tx, ty }) {
    on.globalAlpha = stroke.opacity;
    if (stroke.kind === "restore") {
      const whole = scale === 1 ? wholeOf(stroke.layer, tx, ty) : undefined;
      if (whole !== undefined) bringBack(on, chunks[0].canvas, whole);
    } else {
      on.globalCompositeOperation = stroke.kind === "erase" ? "destination-out" : "source-over";
      const [left, top] = tileBox(scale, tx, ty);
      for (const chunk of chunks) {
        const [x, y] = [(chunk.tx * TILE - left) / scale, (chunk.ty * TILE - top) / scale];
        on.drawImage(chunk.canvas, x, y, TILE / scale, TILE / scale);
      }
    }
    on.globalAlpha = 1;
    on.globalCompositeOperation = "source-over";
  }

  /** The hand rests: then there is time for what only makes exact what is shown already. */
  function later() {
    clearTimeout(rest);
    rest = setTimeout(() => {
      resting = true;
      redraw();
    }, tiles.later);
  }

  return {
    resize,
    redraw,
    now,
    size,
    get camera() {
      return camera;
    },
    look(next) {
      camera = next;
      redraw();
    },
    /** Something was drawn, or is being drawn. */
    touched() {
      resting = false;
      later();
      redraw();
    },
    forget: () => mixed.clear(),
    /** For the benchmark: called with the milliseconds of every frame's work. */
    measure: (tell) => (work = tell),
    colourAt(x, y) {
      const at = [(x - camera.x) * camera.zoom * size.ratio, (y - camera.y) * camera.zoom * size.ratio];
      // Read from a copy: a canvas that is read itself is drawn more slowly from then on.
      glass.clearRect(0, 0, 1, 1);
      glass.drawImage(canvas, Math.floor(at[0]), Math.floor(at[1]), 1, 1, 0, 0, 1, 1);
      return glass.getImageData(0, 0, 1, 1).data;
    },
  };
}

let ids = 0;

function chunksIn(stroke, scale, tx, ty) {
  const found = [];
  for (let y = ty * scale; y < (ty + 1) * scale; y += 1) {
    for (let x = tx * scale; x < (tx + 1) * scale; x += 1) {
      const chunk = stroke.chunks.get(`${x}/${y}`);
      if (!chunk) continue;
      chunk.id ??= ids += 1;
      found.push(chunk);
    }
  }
  return found;
}
