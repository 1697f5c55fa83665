/** A picture's own page: thrown away and had back without leaving it. */
import { fields, send } from "../send.js";
import { tell } from "../tell.js";

export function lookedAt(page) {
  const [trash, restore] = ["trash", "restore"].map((act) => page.querySelector(`form[data-act=${act}]`));
  const show = (gone) => {
    page.toggleAttribute("data-trashed", gone);
    page.querySelector(".picture__trashed").hidden = !gone;
    for (const part of page.querySelectorAll(".picture__acts, .picture__keep")) part.hidden = gone;
  };
  const move = async (form, gone) => {
    show(gone);
    const answer = await send(form.action, fields({ id: page.dataset.id }));
    if (!answer.ok) return show(!gone);
    if (gone) {
      tell(page.dataset.wordsGone, { undo: () => move(restore, false) });
      restore.querySelector("button").focus();
    } else trash.querySelector("button").focus();
  };
  for (const [form, gone] of [
    [trash, true],
    [restore, false],
  ]) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      move(form, gone);
    });
  }
  if (!page.querySelector(".picture__trashed").hidden) show(true);
}
