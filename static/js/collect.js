/** Chosen pictures into collections without leaving the wall: the site's own form, in a dialog. */
import { fields, send } from "./send.js";
import { tell } from "./tell.js";

export function collect(bar, action, ids, done) {
  const dialog = document.getElementById("collect");
  const place = dialog.querySelector(".collect__place");
  let asking = false;

  const ask = async (body) => {
    if (asking) return;
    asking = true;
    const answer = await send(action, body, { fragment: true });
    asking = false;
    if (answer.status === 201) {
      dialog.close();
      tell((await answer.json()).words);
      return done();
    }
    if (answer.status !== 200 && answer.status !== 422) {
      dialog.close();
      return tell(bar.dataset.failed);
    }
    place.innerHTML = await answer.text();
    const form = place.querySelector("form");
    form.addEventListener("submit", (event) => {
      if (event.submitter?.formMethod === "dialog") return;
      event.preventDefault();
      ask(new FormData(form));
    });
    if (!dialog.open) dialog.showModal();
    form.querySelector("[aria-invalid], [name=collection], [name=name]").focus();
  };

  ask(fields({ id: ids }));
}
