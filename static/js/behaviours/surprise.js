import { intoBox } from "../box.js";
import { announce } from "../page.js";

/** "Surprise me": a sentence comes into the box. Where that fails, the link leads to the page that has one. */
export function surprise(link) {
  let asking = false;
  link.addEventListener("click", async (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    if (asking) return;
    asking = true;
    try {
      const answer = await fetch(link.href, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.statusText);
      const { sentence } = await answer.json();
      intoBox(sentence);
      announce(sentence);
    } catch {
      location.assign(link.href);
    } finally {
      asking = false;
    }
  });
}
