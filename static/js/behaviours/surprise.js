/** Puts a sentence into the box that nobody had to think of. */
import { box, write } from "../box.js";

export function surprise(link) {
  link.addEventListener("click", async (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    const answer = await fetch(link.href, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) return;
    write((await answer.json()).sentence);
    box().focus({ preventScroll: true });
  });
}
