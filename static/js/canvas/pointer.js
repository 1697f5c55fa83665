/**
 * The one place that listens to pointers. It tells apart panning, pinching and the tool in hand; what a tool gets are
 * points of the canvas, with the pen's pressure.
 *
 * A tool: {begin(point), move(points), end(), cancel(), hover?(point)}. `grabs` are tools of things that lie on the
 * canvas, found by data-grab.
 */
import { panned, toCanvas, zoomed } from "./view/camera.js";

const YOUNG = 250;
const NOTCH = 50;

export function listen(element, { stage, tool, grabs, look, spaceHeld }) {
  const down = new Map();
  let doing = null; // {tool, id, began} or {pan: id} or {pinch: true}
  let sawPen = false;

  const at = (event) => {
    const { left, top } = element.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };
  const pointOf = (event) => {
    const [x, y] = toCanvas(stage.camera, at(event));
    // A mouse presses fully; a pen tells; a finger tells nonsense.
    const pressure = event.pointerType === "pen" ? event.pressure : 1;
    return { x, y, pressure, screen: at(event), shift: event.shiftKey, alt: event.altKey };
  };

  element.addEventListener("pointerdown", (event) => {
    const grab = event.target.closest("[data-grab]")?.dataset.grab;
    if (!grab && event.target.closest("button, a, input, textarea, form, label, select")) return;
    if (event.pointerType === "pen") sawPen = true;
    down.set(event.pointerId, at(event));
    if (down.size === 2 && event.pointerType === "touch") return pinch();
    if (doing) return;
    if (event.button > 1) return down.delete(event.pointerId);
    capture(event);
    const pans = event.button === 1 || spaceHeld() || (event.pointerType === "touch" && sawPen && !grab);
    const held = grab ? grabs[grab] : tool();
    if (pans || !held) doing = { pan: event.pointerId };
    else {
      doing = { tool: held, id: event.pointerId, began: event.timeStamp };
      held.begin(pointOf(event));
    }
    element.dataset.doing = doing.pan === undefined ? "tool" : "pan";
    if (event.button === 1) event.preventDefault();
  });

  /** The pointer may be gone by now, and synthetic ones never were. */
  function capture(event) {
    try {
      element.setPointerCapture(event.pointerId);
    } catch {
      // Then it is followed as long as it is over the canvas.
    }
  }

  /** The second finger: what the first began was no stroke, unless it has been one for a while. */
  function pinch() {
    if (doing?.tool) {
      if (performance.now() - doing.began < YOUNG) doing.tool.cancel();
      else doing.tool.end();
    }
    doing = { pinch: true };
    element.dataset.doing = "pan";
  }

  element.addEventListener("pointermove", (event) => {
    if (!doing) return void tool()?.hover?.(pointOf(event));
    if (!down.has(event.pointerId)) return;
    if (doing.pinch) return pinched(event);
    if (doing.pan === event.pointerId) {
      const [was, is] = [down.get(event.pointerId), at(event)];
      look(panned(stage.camera, is[0] - was[0], is[1] - was[1]));
    } else if (doing.id === event.pointerId) {
      const events = event.getCoalescedEvents?.() ?? [];
      doing.tool.move((events.length ? events : [event]).map(pointOf));
    }
    down.set(event.pointerId, at(event));
  });

  function pinched(event) {
    const before = spread(down);
    down.set(event.pointerId, at(event));
    const now = spread(down);
    if (!before || !now) return;
    const moved = panned(stage.camera, now.middle[0] - before.middle[0], now.middle[1] - before.middle[1]);
    look(zoomed(moved, (moved.zoom * now.apart) / Math.max(1, before.apart), now.middle));
  }

  const finish = (event, how) => {
    if (!down.delete(event.pointerId) || !doing) return;
    if (doing.id === event.pointerId) {
      if (how === "end") doing.tool.move([pointOf(event)]);
      doing.tool[how]();
    }
    // One finger of two is lifted: the other is no stroke.
    if (doing.pinch && down.size) return;
    doing = null;
    delete element.dataset.doing;
  };
  element.addEventListener("pointerup", (event) => finish(event, "end"));
  element.addEventListener("pointercancel", (event) => finish(event, "cancel"));
  element.addEventListener("lostpointercapture", (event) => finish(event, "end"));
  element.addEventListener("contextmenu", (event) => {
    if (!event.target.closest("textarea, input")) event.preventDefault();
  });

  element.addEventListener(
    "wheel",
    (event) => {
      if (event.target.closest("textarea")) return;
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 16 : 1;
      const [dx, dy] = [event.deltaX * lines, event.deltaY * lines];
      // A wheel comes in notches, straight down; two fingers on a pad do not.
      const wheel = dx === 0 && Math.abs(dy) >= NOTCH && !event.shiftKey;
      if (event.ctrlKey || event.metaKey || wheel) {
        const factor = Math.exp(-dy * (wheel && !event.ctrlKey ? 0.0016 : 0.01));
        look(zoomed(stage.camera, stage.camera.zoom * factor, at(event)));
      } else look(panned(stage.camera, event.shiftKey && dx === 0 ? -dy : -dx, event.shiftKey && dx === 0 ? 0 : -dy));
    },
    { passive: false },
  );

  return {
    /** Escape: nothing of it was. */
    cancel() {
      if (!doing?.tool) return false;
      doing.tool.cancel();
      doing = null;
      delete element.dataset.doing;
      return true;
    },
    get busy() {
      return doing !== null;
    },
  };
}

function spread(down) {
  const [one, other] = [...down.values()];
  if (!other) return null;
  return {
    middle: [(one[0] + other[0]) / 2, (one[1] + other[1]) / 2],
    apart: Math.hypot(one[0] - other[0], one[1] - other[1]),
  };
}
