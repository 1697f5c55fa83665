/** The table of all that can be done on the page: id, name, keys, act. The list of keys and the palette are made of it. */
import { announce } from "../page.js";
import { fitted, larger, smaller, zoomed } from "./view/camera.js";
import { corners } from "./tools/select.js";
import { exportsOf } from "./panels/exports.js";
import { FRAME } from "./snap.js";
import { say } from "./say.js";

export function actionsOf(studio) {
  const { state, session } = studio;
  const exports = exportsOf(studio);
  const named = (id, keys, run, more) => [id, say(id.replace(/-(\w)/g, (_, letter) => letter.toUpperCase())), keys, run, more];
  const tool = (id, key) => [id, say(`tool${id[0].toUpperCase()}${id.slice(1)}`), [key], () => studio.use(id)];
  const middle = () => [studio.stage.size.width / 2, studio.stage.size.height / 2];
  const zoom = (to) => studio.look(zoomed(studio.stage.camera, to, middle()));
  const size = (by) => () => state.set({ size: Math.min(512, Math.max(1, Math.round(state.now.size * by + Math.sign(by - 1)))) });

  const panel = (id, shown) => () => {
    const element = document.getElementById(id);
    for (const other of document.querySelectorAll(".panel")) if (other !== element) fold(other, true);
    fold(element, !element.hidden);
    if (element.hidden) return studio.elements.stage.focus({ preventScroll: true });
    shown();
    element.querySelector("li button, .icon-button").focus();
  };

  function fold(element, hidden) {
    element.hidden = hidden;
    document.querySelector(`.canvas__bar [aria-controls=${element.id}]`).setAttribute("aria-expanded", String(!hidden));
  }

  function ask(id, done) {
    const dialog = document.getElementById(id);
    dialog.returnValue = "";
    dialog.showModal();
    dialog.addEventListener("close", () => dialog.returnValue === "ok" && done(dialog), { once: true });
    return dialog;
  }

  function askName(was, done) {
    const field = ask("naming", () => field.value.trim() && done(field.value.trim())).querySelector("input");
    field.value = was;
    field.select();
  }

  function rename() {
    const place = document.getElementById("canvas-name");
    askName(place.textContent, async (name) => {
      const answer = await studio.post("name", new URLSearchParams({ name })).catch(() => null);
      const said = await answer?.json().catch(() => ({}));
      if (!answer?.ok) return studio.tell(said?.detail ?? say("noConnection"));
      place.textContent = said.name;
      document.title = `${said.name} · Tessera`;
    });
  }

  function inNumbers() {
    ask("numbers", (dialog) => {
      const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => Number(dialog.querySelector(`[name=${name}]`).value));
      const { frame } = state.now;
      studio.select(corners(frame.x + x, frame.y + y, frame.x + x + width, frame.y + y + height));
      if (!["rectangle", "lasso"].includes(state.now.tool)) studio.use("rectangle");
      announce(say("selected"));
      studio.elements.stage.focus({ preventScroll: true });
    });
  }

  /** Beside what is there, with half of the frame over it: the place from which a picture is extended. */
  studio.besides = ([left, top, right, bottom]) =>
    right - left <= FRAME && bottom - top <= FRAME ? { x: left, y: top } : { x: right - FRAME / 2, y: top };

  const fit = () => studio.look(fitted(studio.extent() ?? studio.frameBox(), studio.stage.size, { below: 96 }));
  studio.exported = exports.heard;

  return [
    tool("hand", "h"),
    tool("erase", "e"),
    tool("restore", "r"),
    tool("paint", "b"),
    tool("eyedropper", "i"),
    tool("rectangle", "m"),
    tool("lasso", "l"),
    tool("mover", "v"),
    named("take-frame", ["f"], () => {
      studio.use("frame");
      studio.reveal(studio.frameBox());
      studio.elements.frame.querySelector("[data-grab]").focus({ preventScroll: true });
    }),
    named("sentence", ["s", "Mod+Enter"], () => studio.sentence.focus()),
    named("go-to-candidates", ["c"], () => studio.asked.focus()),
    named("candidates-again", ["Shift+c"], () => studio.asked.again()),
    named("place", ["p"], () => studio.placing.open()),
    named("undo", ["Mod+z"], () => session.undo()),
    named("redo", ["Mod+Shift+z", "Mod+y"], () => session.redo()),
    named("larger", ["+", "="], () => zoom(larger(studio.stage.camera.zoom))),
    named("smaller", ["-"], () => zoom(smaller(studio.stage.camera.zoom))),
    named("fit", ["0"], fit),
    named("whole-pixels", ["1"], () => zoom(1)),
    named("show-frame", ["2"], () => studio.look(fitted(studio.frameBox(), studio.stage.size, { below: 96 }))),
    named("brush-larger", ["]"], size(1.25)),
    named("brush-smaller", ["["], size(0.8)),
    named("numbers", ["n"], inNumbers),
    named("erase-inside", ["Delete", "Backspace"], () => studio.fill("erase")),
    named("erase-outside", ["Shift+Delete", "Shift+Backspace"], () => studio.fill("erase", { outside: true })),
    named("restore-inside", ["Shift+r"], () => studio.fill("restore")),
    named("paint-inside", ["Shift+b"], () => studio.fill("paint")),
    named("invert", ["Shift+i"], () => studio.invert()),
    named("select-none", ["Escape"], () => studio.select(null)),
    named("select-frame", ["Mod+a"], () => {
      const [left, top, right, bottom] = studio.frameBox();
      studio.select(corners(left, top, right, bottom));
    }),
    named("layers", ["y"], panel("layers", () => studio.layersPanel.draw())),
    named("add-layer", ["Shift+n"], () => studio.acts.addLayer("picture")),
    named("add-hints", [], () => studio.acts.addLayer("hint", say("hints"))),
    named("layer-rename", [], () => {
      const layer = studio.chosenLayer();
      askName(studio.layersPanel.nameOf(layer), (name) => studio.acts.changeLayer(layer.id, { name }));
    }),
    named("layer-up", ["Alt+]"], () => studio.layersPanel.up()),
    named("layer-down", ["Alt+["], () => studio.layersPanel.down()),
    named("layer-merge", [], () => studio.layersPanel.merge()),
    named("layer-remove", [], () => studio.layersPanel.remove()),
    named("history", ["u"], panel("steps", () => studio.steps.load())),
    named("branch-here", [], async () => (await studio.saved()) && studio.steps.branchFrom(session.version)),
    named("rename", [], rename),
    named("export", [], exports.start),
    named("project", [], exports.project),
    named("palette", ["Mod+k"], () => studio.palette.open(), { always: true }),
    named("keys", ["?"], () => studio.keys.open()),
  ];
}
