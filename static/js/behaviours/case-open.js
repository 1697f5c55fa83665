/** A moderator's page of a case: one press is one decision; it says that somebody is at it, and shows who else is. */
import { announce } from "../page.js";
import { send } from "../send.js";
import { fill } from "../lib/words.js";

const EVERY = 30_000;

export function caseOpen(article) {
  const { here, version, changed, viewing } = article.dataset;
  const timer = setInterval(look, EVERY);
  onePress(article.closest(".desk-review"));

  async function look() {
    if (document.hidden) return;
    const answer = await send(here, new URLSearchParams());
    if (!answer.ok) return;
    const now = await answer.json();
    const who = now.viewers.join(", ");
    article.querySelector(".case__viewers").textContent = who && `· ${fill(viewing, { who })}`;
    if (String(now.version) === version) return;
    clearInterval(timer);
    article.querySelector(".case__viewers").textContent = `· ${changed}`;
    announce(changed);
  }
}

/** A key that is held down repeats: the second press would find the case decided. */
function onePress(desk) {
  let pressed = false;
  desk.addEventListener("submit", (event) => {
    if (pressed) event.preventDefault();
    pressed = true;
  });
  addEventListener("pageshow", () => {
    pressed = false;
  });
}
