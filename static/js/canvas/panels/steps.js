/** Everything that was done, the last first: pressed, the canvas is as it was then; or a new canvas begins there. */
import { freshKey } from "../../lib/key.js";
import { locale, timeZone } from "../../page.js";
import { say } from "../say.js";

const SOON = 600;

export function stepsPanel(panel, studio) {
  const list = panel.querySelector(".steps");
  const older = document.getElementById("steps-older");
  const row = document.getElementById("step-row").content;
  let before = null;
  let timer = null;

  const time = new Intl.DateTimeFormat(locale, { timeStyle: "short", timeZone });

  async function load({ more = false } = {}) {
    const page = await studio.read(`history${more && before ? `?before=${before}` : ""}`).catch(() => null);
    if (!page) return;
    before = page.before;
    older.hidden = !before;
    const items = page.entries.filter((entry) => entry.do !== "go").map((entry) => item(entry, page.head));
    if (more) list.append(...items);
    else list.replaceChildren(...items);
  }

  function item(entry, head) {
    const element = row.cloneNode(true).firstElementChild;
    const go = element.querySelector(".step-row__go");
    const words = say(`do-${entry.do}`.replace(/[-_](\w)/g, (_, letter) => letter.toUpperCase())) || entry.do;
    element.querySelector(".step-row__words").textContent = words;
    element.querySelector("time").textContent = time.format(new Date(entry.at));
    if (entry.version === head) go.setAttribute("aria-current", "step");
    go.addEventListener("click", () => studio.session.jump(entry.version));
    const branch = element.querySelector(".step-row__branch");
    branch.querySelector("span").textContent = say("branchFrom", { step: words });
    branch.addEventListener("click", () => branchFrom(entry.version));
    const image = element.querySelector("img");
    image.addEventListener("load", () => (image.hidden = false));
    if ("previews" in studio.elements.root.dataset) image.src = studio.address(`states/${entry.version}.webp`);
    return element;
  }

  async function branchFrom(version) {
    const answer = await studio.post("branch", new URLSearchParams({ version, id: freshKey() })).catch(() => null);
    if (!answer?.ok) return studio.tell(say("noConnection"));
    location.assign(`${studio.root}/${(await answer.json()).id}`);
  }

  older.addEventListener("click", () => load({ more: true }));

  return {
    load,
    branchFrom,
    /** Once the hand rests: the list tells of what is on the server. */
    changed() {
      if (panel.hidden) return;
      clearTimeout(timer);
      timer = setTimeout(load, SOON);
    },
  };
}
