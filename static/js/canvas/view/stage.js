/**
 * Shows what is visible, and nothing else: the tiles of every layer, and the strokes that are under way in their layer.
 * It knows nothing of pointers, commands or the server.
 *
 * Each tile is a canvas of its own on its layer's sheet. Panning moves the sheets, which is the compositor's work; pixels
 * are drawn only where they changed.
 */
import { TILE, tileBox } from "../wanted.js";
import { bringBack, blank } from "./compose.js";
import { toCanvas } from "./camera.js";

const LARGEST = 8;

export function createStage({ root, tiles, layers, strokes, wholeOf, drawn = () => {} }) {
  const sheets = new Map(); // layer's id -> {element, tiles: Map spot -> {element, context, from, marks}}
  const spare = [];
  const glass = blank(1).getContext("2d", { willReadFrequently: true });
  const mixed = new Map(); // spot -> {pixels, from, marks}: a tile with the strokes under way on it
  let camera = { x: 0, y: 0, zoom: 1 };
  let waiting = null;
  let rest = null;
  let resting = true;
  const size = { width: 0, height: 0, ratio: 1 };
  let work = null;

  function resize() {
    const { clientWidth: width, clientHeight: height } = root.parentElement;
    // More than two screen pixels for one of the page is not seen, and costs.
    const ratio = Math.min(2, globalThis.devicePixelRatio || 1);
    if (width === size.width && height === size.height && ratio === size.ratio) return;
    Object.assign(size, { width, height, ratio });
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
    const view = [camera.x, camera.y, camera.x + size.width / camera.zoom, camera.y + size.height / camera.zoom];
    const shown = layers().filter((layer) => !layer.hidden && layer.opacity > 0);
    root.classList.toggle("canvas__pixels--whole", zoom >= 3);
    tiles.begin();
    shown.forEach((layer, index) => drawLayer(layer, index, scale, view));
    for (const [id, sheet] of sheets) if (!shown.some((layer) => layer.id === id)) drop(id, sheet);
    tiles.load(toCanvas(camera, [size.width / 2, size.height / 2]), { resting });
    if (resting && tiles.owns) later();
    drawn(camera, size);
  }

  function sheetOf(layer, index) {
    if (!sheets.has(layer.id)) sheets.set(layer.id, { element: document.createElement("div"), tiles: new Map() });
    const sheet = sheets.get(layer.id);
    if (root.children[index] !== sheet.element) root.insertBefore(sheet.element, root.children[index] ?? null);
    return sheet;
  }

  function drop(id, sheet) {
    sheet.element.remove();
    sheets.delete(id);
  }

  /** To the nearest pixel of the screen: a seam would show between tiles that end within one. */
  const pixel = (at) => Math.round(at * camera.zoom * size.ratio) / size.ratio;

  function drawLayer(layer, index, scale, [left, top, right, bottom]) {
    const sheet = sheetOf(layer, index);
    write(sheet, "opacity", String(layer.opacity / 255));
    write(sheet, "translate", `${pixel(layer.x - camera.x)}px ${pixel(layer.y - camera.y)}px`);
    const side = TILE * scale;
    const marked = strokes().filter((stroke) => stroke.layer === layer.id);
    const seen = new Set();
    for (let ty = Math.floor((top - layer.y) / side); ty * side < bottom - layer.y; ty += 1) {
      for (let tx = Math.floor((left - layer.x) / side); tx * side < right - layer.x; tx += 1) {
        const spot = `${layer.id}/${scale}/${tx}/${ty}`;
        const own = tiles.at(layer, scale, tx, ty)?.pixels;
        const [pixels, marks] = marked.length ? withStrokes(own, marked, layer, scale, tx, ty) : [own, ""];
        if (!pixels) continue;
        seen.add(spot);
        put(sheet, spot, pixels, marks, [tx * side, ty * side, side]);
      }
    }
    for (const [spot, tile] of sheet.tiles) {
      if (seen.has(spot)) continue;
      // After a zoom the old ones stay beneath until all of the new ones are there.
      const [, was, tx, ty] = spot.split("/").map(Number);
      if (was !== scale && tiles.waits) {
        put(sheet, spot, tile.from, tile.marks, [tx, ty, 1].map((at) => at * TILE * was));
        continue;
      }
      sheet.tiles.delete(spot);
      tile.element.remove();
      spare.push(tile);
    }
  }

  function put(sheet, spot, pixels, marks, [x, y, side]) {
    let tile = sheet.tiles.get(spot);
    if (!tile) {
      tile = spare.pop() ?? fresh();
      Object.assign(tile, { from: null, marks: "" });
      sheet.tiles.set(spot, tile);
    }
    if (tile.from !== pixels || tile.marks !== marks) {
      Object.assign(tile, { from: pixels, marks });
      tile.context.clearRect(0, 0, TILE, TILE);
      tile.context.drawImage(pixels, 0, 0);
    }
    const [from, to] = [[pixel(x), pixel(y)], [pixel(x + side), pixel(y + side)]];
    write(tile, "left", `${from[0]}px`);
    write(tile, "top", `${from[1]}px`);
    write(tile, "width", `${to[0] - from[0]}px`);
    write(tile, "height", `${to[1] - from[1]}px`);
    if (!tile.element.isConnected) sheet.element.append(tile.element);
  }

  function fresh() {
    const element = blank();
    return { element, context: element.getContext("2d") };
  }

  /** Only what is new: writing the same again would be work for the browser. */
  function write(thing, name, value) {
    thing.style ??= {};
    if (thing.style[name] === value) return;
    thing.style[name] = value;
    thing.element.style[name] = value;
  }

  function withStrokes(pixels, marked, layer, scale, tx, ty) {
    const touching = marked.map((stroke) => [stroke, chunksIn(stroke, scale, tx, ty)]).filter(([, chunks]) => chunks.length);
    const spot = `${layer.id}/${scale}/${tx}/${ty}`;
    if (!touching.length) {
      mixed.delete(spot);
      return [pixels, ""];
    }
    const marks = touching.map(([, chunks]) => chunks.map((chunk) => `${chunk.id}:${chunk.revision}`)).join();
    const known = mixed.get(spot);
    if (known && known.from === pixels && known.marks === marks) return [known.pixels, marks];
    const made = known?.pixels ?? blank();
    const on = made.getContext("2d");
    on.setTransform(1, 0, 0, 1, 0, 0);
    on.globalCompositeOperation = "copy";
    on.globalAlpha = 1;
    if (pixels) on.drawImage(pixels, 0, 0);
    else on.clearRect(0, 0, TILE, TILE);
    for (const [stroke, chunks] of touching) mix(on, stroke, chunks, { scale, tx, ty });
    mixed.set(spot, { pixels: made, from: pixels, marks });
    return [made, marks];
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
    /** Red, green, blue and alpha of what is seen there. */
    colourAt(x, y) {
      glass.clearRect(0, 0, 1, 1);
      for (const layer of layers()) {
        const sheet = sheets.get(layer.id);
        if (layer.hidden || !sheet) continue;
        glass.globalAlpha = layer.opacity / 255;
        for (const [spot, { element }] of sheet.tiles) {
          const [, scale, tx, ty] = spot.split("/").map(Number);
          const at = [(x - layer.x) / scale - tx * TILE, (y - layer.y) / scale - ty * TILE].map(Math.floor);
          if (at.every((each) => each >= 0 && each < TILE)) glass.drawImage(element, ...at, 1, 1, 0, 0, 1, 1);
        }
      }
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
