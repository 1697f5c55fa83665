/** The same request once more: on the prompt page as a card of its own, elsewhere as the page it leads to. */
import { attach } from "../attach.js";
import { freshKey } from "../lib/key.js";
import { fields, send } from "../send.js";
import { tell } from "../tell.js";

export function again(form) {
  form.addEventListener("submit", async (event) => {
    const shelf = document.getElementById("jobs");
    if (!shelf) return;
    event.preventDefault();
    const button = form.querySelector("button");
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    const answer = await send(form.action, fields({ key: freshKey() }), { fragment: true });
    button.removeAttribute("aria-busy");
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const card = page.querySelector("article.job");
    if (!answer.ok || !card) return tell(page.querySelector(".said")?.textContent ?? "");
    // The socket may have told of it first.
    if (!document.getElementById(card.id)) {
      shelf.prepend(document.adoptNode(card));
      attach(card);
      globalThis.htmx?.process(card);
    }
    const shown = document.getElementById(card.id);
    shown.scrollIntoView({ block: "center" });
    shown.querySelector("[data-act=cancel]:not([hidden]) button")?.focus({ preventScroll: true });
  });
}
