/** One press, one request; a page that comes back out of the browser's memory asks for a new one. */
import { freshKey } from "../lib/key.js";

export function once(form) {
  const button = form.querySelector("[type=submit]");
  form.addEventListener("submit", (event) => {
    if (button.getAttribute("aria-busy") === "true") event.preventDefault();
    else button.setAttribute("aria-busy", "true");
  });
  addEventListener("pageshow", (event) => {
    button.removeAttribute("aria-busy");
    if (event.persisted) form.elements.key.value = freshKey();
  });
}
