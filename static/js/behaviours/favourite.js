/** A heart that answers at once, and takes it back when the site does not agree. */
import { fields, send } from "../send.js";

export function favourite(form) {
  const button = form.querySelector("button");
  const show = (on) => {
    button.setAttribute("aria-pressed", String(on));
    form.action = `${form.dataset.url}/${on ? "unfavourite" : "favourite"}`;
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const on = button.getAttribute("aria-pressed") !== "true";
    const { action } = form;
    show(on);
    const answer = await send(action, fields({}));
    if (!answer.ok) show(!on);
  });
}
