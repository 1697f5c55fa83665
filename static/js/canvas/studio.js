/** What tools and panels may use of the page: its state, its layers, its frame, and the acts. */
import { announce } from "../page.js";
import { say } from "./say.js";
import { around, boxesOf } from "./wanted.js";
import { FRAME } from "./snap.js";
import { showing } from "./view/camera.js";
import { clipped, filled, squareOf } from "./mask.js";

export function createStudio({ state, session, strokes, overlay, elements }) {
  let moving = null; // a layer while it is moved
  const studio = { state, session, strokes, overlay, elements };

  const document_ = () => session.document;
  const layers = () => {
    const found = document_().layers;
    const shown = moving ? found.map((layer) => (layer.id === moving.id ? { ...layer, ...moving } : layer)) : found;
    // A stroke for a layer that is made with it.
    const fresh = [...strokes].some((stroke) => stroke.layer === null);
    return fresh ? [...shown, { id: null, hidden: false, opacity: 255, x: 0, y: 0, marks: [] }] : shown;
  };

  const chosenLayer = () =>
    document_().layers.find(({ id }) => id === state.now.layer) ??
    document_().layers.findLast(({ role }) => role === "picture") ??
    document_().layers.at(-1);

  /** Candidates are pictures, whatever layer is chosen. */
  const pictureLayer = () => {
    const chosen = chosenLayer();
    return chosen.role === "picture" ? chosen : document_().layers.findLast(({ role }) => role === "picture");
  };

  /** Where a stroke goes; null, with a word, where it cannot. A hint gets a layer of its own with its first stroke. */
  function layerFor(kind) {
    let layer = chosenLayer();
    if (kind === "paint" && state.now.hint && layer.role !== "hint") {
      layer = document_().layers.findLast(({ role }) => role === "hint") ?? { id: null, x: 0, y: 0 };
    }
    if (kind === "paint" && !state.now.hint) layer = pictureLayer();
    if (!layer.hidden) return layer;
    studio.tell(say("layerHidden"));
    return null;
  }

  async function finish(stroke) {
    if (stroke.layer === null) {
      const known = document_().layers.findLast(({ role }) => role === "hint");
      const layer = known?.id ?? (await studio.acts.addLayer("hint", say("hints"), { choosing: false }));
      if (layer === null) return strokes.delete(stroke);
      stroke.layer = layer;
    }
    return studio.acts.stroke(stroke);
  }

  /** What lies on the canvas, for the frame to come to rest at. */
  function edges() {
    const placed = document_().layers.flatMap((layer) =>
      layer.marks.flatMap((mark) => {
        const command = typeof mark === "number" ? session.commandOf(mark) : null;
        if (command?.do !== "place") return [];
        return boxesOf(command).map(([left, top, right, bottom]) => [left + layer.x, top + layer.y, right + layer.x, bottom + layer.y]);
      }),
    );
    return placed.length || !session.extent ? placed : [session.extent];
  }

  function extent() {
    const drawn = document_().layers.flatMap((layer) =>
      layer.marks.flatMap((mark) => (typeof mark === "number" ? boxesOf(session.commandOf(mark) ?? { do: "" }) : [])),
    );
    const whole = session.extent ? [session.extent] : [];
    return around([...whole, ...drawn]);
  }

  function moveFrame(to) {
    state.set({ frame: { x: Math.round(to.x), y: Math.round(to.y) } });
  }

  const frameBox = ({ x, y } = state.now.frame) => [x, y, x + FRAME, y + FRAME];

  function select(outline) {
    state.set({ selection: outline });
  }

  /** `outside`: of the frame. */
  function fill(kind, { outside = false } = {}) {
    const outline = state.now.selection;
    if (!outline) return studio.tell(say("nothingSelected"));
    const layer = layerFor(kind);
    if (!layer) return;
    const { frame, colour, opacity } = state.now;
    const stroke = filled({ kind, layer, outline, outside, frame, ...(kind === "paint" ? { colour, opacity } : {}) });
    strokes.add(stroke);
    studio.stage.touched();
    finish(stroke);
    select(null);
    announce(say(`did-${kind}`.replace(/-(\w)/, (_, letter) => letter.toUpperCase())));
  }

  /** The selection becomes the rest of the frame. */
  function invert() {
    const outline = state.now.selection;
    if (!outline) return studio.tell(say("nothingSelected"));
    const inner = clipped(outline, state.now.frame);
    const square = squareOf(state.now.frame);
    if (!inner.length) return select(square);
    // One outline with a hole: there along an edge and back along it, which encloses nothing.
    select([...square, square[0], inner[0], ...[...inner].reverse(), square[0]]);
  }

  return Object.assign(studio, {
    layers,
    chosenLayer,
    pictureLayer,
    layerFor,
    finish,
    edges,
    extent,
    moveFrame,
    frameBox,
    select,
    fill,
    invert,
    preview(now) {
      moving = now;
      studio.stage.touched();
    },
    previewed: () => moving,
    picked: () => studio.use(state.now.before ?? "paint"),
    selected: () => state.now.selection && announce(say("selected")),
    frameRests() {
      const { x, y } = state.now.frame;
      announce(say("frameAt", { x, y }));
    },
    reveal(box) {
      studio.look(showing(studio.stage.camera, box, studio.stage.size));
    },
  });
}
