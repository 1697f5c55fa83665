/** The layers, the uppermost first. */
import { say } from "../say.js";

const ICONS = { true: "eye-off", false: "eye" };

export function layersPanel(panel, studio) {
  const list = panel.querySelector(".layers");
  const row = document.getElementById("layer-row").content;
  const opacity = panel.querySelector("[name=layer-opacity]");
  const icons = panel.querySelector("use").getAttribute("href").split("#")[0];

  const nameOf = (layer) => layer.name || (layer.id === 0 ? say("firstLayer") : say("layer", { n: layer.id }));

  function draw() {
    if (panel.hidden) return;
    const chosen = studio.chosenLayer();
    const focused = list.contains(document.activeElement)
      ? [document.activeElement.closest("li")?.dataset.id, document.activeElement.classList[0]]
      : null;
    list.replaceChildren(...studio.session.document.layers.toReversed().map((layer) => item(layer, layer.id === chosen.id)));
    opacity.value = chosen.opacity;
    if (focused) list.querySelector(`[data-id="${focused[0]}"] .${focused[1]}`)?.focus();
  }

  function item(layer, isChosen) {
    const element = row.cloneNode(true).firstElementChild;
    const [eye, name] = element.querySelectorAll("button");
    element.dataset.id = layer.id;
    eye.setAttribute("aria-pressed", String(!layer.hidden));
    eye.querySelector("use").setAttribute("href", `${icons}#${ICONS[layer.hidden]}`);
    eye.querySelector("span").textContent = say(layer.hidden ? "show" : "hide", { name: nameOf(layer) });
    eye.addEventListener("click", () => studio.acts.changeLayer(layer.id, { hidden: !layer.hidden }));
    name.classList.toggle("layer__name--chosen", isChosen);
    name.setAttribute("aria-pressed", String(isChosen));
    name.querySelector("bdi").textContent = nameOf(layer);
    name.querySelector("span").textContent = layer.role === "hint" ? say("hintLayer") : "";
    name.addEventListener("click", () => {
      studio.state.set({ layer: layer.id });
      draw();
    });
    name.addEventListener("dblclick", () => studio.actions.run("layer-rename"));
    return element;
  }

  opacity.addEventListener("input", () => {
    const layer = studio.chosenLayer();
    studio.preview({ id: layer.id, opacity: Number(opacity.value) });
  });
  opacity.addEventListener("change", () => {
    const layer = studio.chosenLayer();
    studio.preview(null);
    if (layer.opacity !== Number(opacity.value)) studio.acts.changeLayer(layer.id, { opacity: Number(opacity.value) });
  });

  const indexOf = (layer) => studio.session.document.layers.findIndex(({ id }) => id === layer.id);
  const move = (by) => {
    const layer = studio.chosenLayer();
    const to = indexOf(layer) + by;
    if (to < 0 || to >= studio.session.document.layers.length) return;
    studio.acts.orderLayer(layer.id, to);
  };

  return {
    draw,
    nameOf,
    up: () => move(1),
    down: () => move(-1),
    merge() {
      const layer = studio.chosenLayer();
      const below = studio.session.document.layers[indexOf(layer) - 1];
      if (!below) return studio.tell(say("noneBelow"));
      if (below.role !== layer.role) return studio.tell(say("notAlike"));
      studio.acts.mergeLayer(layer.id);
      studio.state.set({ layer: below.id });
    },
    remove() {
      const layer = studio.chosenLayer();
      if (studio.session.document.layers.length === 1) return studio.tell(say("lastLayer"));
      studio.acts.removeLayer(layer.id);
      studio.tell(say("layerRemoved"), { undo: () => studio.session.undo() });
    },
  };
}
