import { intoBox } from "../box.js";

/** A link that puts its sentence into the box: without leaving the page where the box is already there. */
export function refill(link) {
  link.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    if (intoBox(link.dataset.sentence)) event.preventDefault();
  });
}
