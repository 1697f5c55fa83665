/** A picture of one's own onto the canvas: chosen or brought, moved and made to fit, then placed by one command. */
import { announce } from "../../page.js";
import { toCanvas } from "../view/camera.js";
import { GRID, settled, stepped } from "../snap.js";
import { say } from "../say.js";

const LOOK_AGAIN = 700;
const LEAST = 0.05;
const MOST = 8;

export function placing(dialog, studio) {
  const form = dialog.querySelector(".placing__upload");
  const said = form.querySelector("[role=status]");
  const element = document.getElementById("ghost").content.cloneNode(true).firstElementChild;
  let made = null; // what the server made ready
  let at = null; // {x, y, scale}

  const sideOf = () => ({ width: made.width * at.scale, height: made.height * at.scale });
  const show = () => studio.overlay.show(element, { x: at.x, y: at.y, ...sideOf() });

  async function begin(source) {
    const answer = await studio.post("patches", new URLSearchParams({ source })).catch(() => null);
    if (!answer?.ok) return studio.tell(say("noConnection"));
    made = await answer.json();
    await studio.pixels.bring(made.patch);
    dialog.close();
    const { size, camera } = studio.stage;
    const [x, y] = toCanvas(camera, [size.width / 2, size.height / 2]);
    at = { scale: 1, ...settled({ x: x - made.width / 2, y: y - made.height / 2 }, studio.edges(), 2 * GRID) };
    element.querySelector("img").src = studio.address(`patches/${made.patch}.png`);
    show();
    studio.reveal([at.x, at.y, at.x + made.width, at.y + made.height]);
    element.focus({ preventScroll: true });
    announce(say("placing"));
  }

  async function put() {
    const { patch, width, height, source } = made;
    const { x, y, scale } = at;
    leave();
    // A layer of its own, so that it can be moved as long as one likes.
    const layer = await studio.acts.addLayer("picture", say("placed"));
    if (layer === null) return;
    await studio.acts.place({ patch, width, height, source, matrix: [scale, 0, 0, scale, Math.round(x), Math.round(y)] }, layer);
    announce(say("wasPlaced"));
  }

  function leave() {
    studio.overlay.hide(element);
    studio.elements.stage.focus({ preventScroll: true });
  }

  element.querySelector("[data-do=put]").addEventListener("click", put);
  element.querySelector("[data-do=leave]").addEventListener("click", leave);
  element.addEventListener("keydown", (event) => {
    if (event.target !== element) return;
    const moved = stepped(at, event.key, { fine: event.altKey, far: event.shiftKey });
    const factor = { "+": 1.1, "=": 1.1, "-": 1 / 1.1 }[event.key];
    if (moved) Object.assign(at, moved);
    else if (factor) resize(at.scale * factor);
    else if (event.key === "Enter") put();
    else if (event.key === "Escape") leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
    if (element.isConnected) show();
  });

  function resize(scale) {
    const middle = [at.x + sideOf().width / 2, at.y + sideOf().height / 2];
    at.scale = Math.min(MOST, Math.max(LEAST, scale));
    at.x = middle[0] - sideOf().width / 2;
    at.y = middle[1] - sideOf().height / 2;
  }

  let from = null;
  const grab = {
    begin: (point) => (from = { point, at: { ...at } }),
    move(points) {
      const point = points.at(-1);
      const to = { x: from.at.x + point.x - from.point.x, y: from.at.y + point.y - from.point.y };
      Object.assign(at, point.alt || at.scale !== 1 ? to : settled(to, studio.edges(), 10 / studio.stage.camera.zoom));
      show();
    },
    end: () => {},
    cancel: () => {
      Object.assign(at, from.at);
      show();
    },
  };
  const grabSize = {
    ...grab,
    move(points) {
      const { x, y } = points.at(-1);
      at.scale = Math.min(MOST, Math.max(LEAST, Math.max((x - at.x) / made.width, (y - at.y) / made.height)));
      show();
    },
  };

  for (const button of dialog.querySelectorAll("[data-source]")) {
    button.addEventListener("click", () => begin(button.dataset.source));
  }
  const input = form.querySelector("[type=file]");
  input.addEventListener("change", () => bring(input.files[0]));

  async function bring(file) {
    input.value = "";
    if (!file) return;
    if (!form.elements.consent.checked) {
      said.textContent = say("consentFirst");
      return form.elements.consent.focus();
    }
    said.textContent = say("checking");
    const body = new FormData();
    body.append("file", file);
    body.append("consent", "on");
    const answer = await studio.send(studio.uploads, body).catch(() => null);
    let facts = answer ? await answer.json().catch(() => ({})) : {};
    while (answer?.ok && facts.status === "waiting") {
      await new Promise((go) => setTimeout(go, LOOK_AGAIN));
      facts = await fetch(facts.state, { headers: { Accept: "application/json" } }).then((again) => again.json(), () => facts);
    }
    if (facts.status !== "ready") return void (said.textContent = facts.detail ?? say("noConnection"));
    said.textContent = "";
    await begin(`upload:${facts.id}`);
  }

  return { open: () => dialog.showModal(), begin, grabs: { ghost: grab, "ghost-size": grabSize } };
}
