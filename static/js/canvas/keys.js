/** The one place that listens to keys. What has the focus hears them first: the frame, candidates, fields, dialogs. */
import { keyOf } from "./actions.js";
import { stepped } from "./snap.js";
import { panned } from "./view/camera.js";

const LETTERS = "tessera.letters";
const STEP = 96;

export function listenToKeys({ studio, actions, pointer, letters }) {
  let space = false;
  const inField = (target) => target.closest?.("input:not([type=checkbox], [type=range], [type=color]), textarea, select");

  letters.checked = read() !== "off";
  letters.addEventListener("change", () => remember(letters.checked ? "on" : "off"));

  studio.elements.frame.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter") {
      event.preventDefault();
      return void actions.run("sentence");
    }
    const to = stepped(studio.state.now.frame, event.key, { fine: event.altKey, far: event.shiftKey });
    if (!to) return;
    event.preventDefault();
    event.stopPropagation();
    studio.moveFrame(to);
    studio.reveal(studio.frameBox());
    studio.frameRests();
  });

  studio.elements.stage.addEventListener("keydown", (event) => {
    if (event.target !== studio.elements.stage || event.ctrlKey || event.metaKey || event.altKey) return;
    const by = event.shiftKey ? 4 * STEP : STEP;
    const way = { ArrowLeft: [by, 0], ArrowRight: [-by, 0], ArrowUp: [0, by], ArrowDown: [0, -by] }[event.key];
    if (!way) return;
    event.preventDefault();
    studio.look(panned(studio.stage.camera, ...way));
  });

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented || event.target.closest?.("dialog[open]")) return;
    if (event.key === " " && !inField(event.target) && !event.target.closest("button, summary, [type=checkbox], a")) {
      space = true;
      studio.elements.stage.dataset.space = "";
      return event.preventDefault();
    }
    if (event.key === "Escape" && pointer.cancel()) return event.preventDefault();
    const name = keyOf(event);
    const action = actions.forKey(name);
    if (!action) return;
    const plain = !name.startsWith("Mod+");
    if (plain && inField(event.target)) return;
    if (!plain && inField(event.target) && !action.always) return;
    if (plain && name.length === 1 && !letters.checked) return;
    // Arrows and others belong to what has the focus.
    if (plain && event.target.matches?.("[type=range], [type=color], button") && name.length > 1) return;
    event.preventDefault();
    action.run();
  });
  const released = () => {
    space = false;
    delete studio.elements.stage.dataset.space;
  };
  document.addEventListener("keyup", (event) => event.key === " " && released());
  addEventListener("blur", released);

  return { spaceHeld: () => space };
}

function read() {
  try {
    return localStorage.getItem(LETTERS);
  } catch {
    return null;
  }
}

function remember(value) {
  try {
    localStorage.setItem(LETTERS, value);
  } catch {
    // Then it holds for this page.
  }
}
