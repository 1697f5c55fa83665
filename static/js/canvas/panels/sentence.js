/** The sentence under the frame, and its press. */
import { announce } from "../../page.js";
import { promptLength } from "../../lib/count.js";
import { freshKey } from "../../lib/key.js";
import { toScreen } from "../view/camera.js";
import { FRAME } from "../snap.js";
import { say } from "../say.js";

const LIMIT = 400;

export function sentence(form, studio, { started, saved }) {
  const text = form.querySelector("textarea");
  const wrong = form.querySelector(".sentence__wrong");
  const count = form.querySelector(".sentence__count");
  const button = form.querySelector("[type=submit]");
  let busy = false;
  let size = null;

  text.value = studio.state.now.sentence;
  const grow = () => {
    text.style.height = "auto";
    text.style.height = `${Math.min(120, text.scrollHeight + 2)}px`;
    const characters = promptLength(text.value);
    count.hidden = characters < LIMIT - 60;
    count.textContent = say("count", { n: characters, limit: LIMIT });
  };
  text.addEventListener("input", () => {
    studio.state.set({ sentence: text.value });
    wrong.textContent = "";
    size = null;
    grow();
    place();
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      studio.elements.frame.querySelector("[data-grab]").focus({ preventScroll: true });
    }
  });

  /** Under the frame, and always in the window. On a phone it stands at the foot of it. */
  function place() {
    const stage = studio.stage;
    const { frame } = studio.state.now;
    size ??= { width: form.offsetWidth, height: form.offsetHeight };
    const docked = stage.size.width < 640;
    form.classList.toggle("sentence--docked", docked);
    if (docked) return void (form.style.translate = "");
    const side = FRAME * stage.camera.zoom;
    const [left, top] = toScreen(stage.camera, [frame.x, frame.y]);
    const fit = (value, most) => Math.round(Math.max(8, Math.min(value, most - 8)));
    const x = fit(left + (side - size.width) / 2, stage.size.width - size.width);
    const y = fit(top + side + 12, stage.size.height - size.height);
    form.style.translate = `${x}px ${y}px`;
  }

  async function press({ prompt, x, y, version = null }) {
    const body = new URLSearchParams({ prompt, x, y, key: freshKey() });
    if (!(await saved())) return { detail: say("notSaved") };
    body.set("version", version ?? studio.session.version);
    const answer = await studio.post("frames", body).catch(() => null);
    if (!answer) return { detail: say("noConnection") };
    const said = await answer.json().catch(() => ({}));
    if (answer.status !== 201) return { detail: said.detail ?? say("notTaken") };
    started({ version: Number(body.get("version")), x, y, job: said });
    return {};
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    const prompt = text.value.trim();
    if (!prompt) return complain(say("noSentence"));
    busy = true;
    button.setAttribute("aria-busy", "true");
    const { detail } = await press({ prompt, ...studio.state.now.frame });
    busy = false;
    button.removeAttribute("aria-busy");
    complain(detail ?? "");
    if (!detail) announce(say("asked"));
  });

  function complain(words) {
    wrong.textContent = words;
    text.toggleAttribute("aria-invalid", Boolean(words));
    size = null;
    place();
    if (words) text.focus({ preventScroll: true });
  }

  grow();
  return {
    place,
    press,
    resized: () => (size = null),
    focus: () => text.focus({ preventScroll: true }),
    balance(words) {
      form.querySelector(".balance").textContent = words;
    },
  };
}
