/** Sentences that are kept: saved from the box, deleted, and had back. */
import { attach } from "../attach.js";
import { box } from "../box.js";
import { fields, send } from "../send.js";
import { tell } from "../tell.js";

export function saveSentence(button) {
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    if (await save(button.formAction, box().value)) tell(button.dataset.words);
  });
}

export function unsave(form) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await send(form.action, fields({}));
    if (!answer.ok) return;
    const { sentence } = await answer.json();
    const line = form.closest("li");
    const next = (line.nextElementSibling ?? line.previousElementSibling)?.querySelector("a");
    line.remove();
    (next ?? document.querySelector("#sentences summary")).focus();
    const address = document.querySelector("[data-behaviour=save-sentence]").formAction;
    tell(form.dataset.words, { undo: () => save(address, sentence) });
  });
}

async function save(address, sentence) {
  const answer = await send(address, fields({ prompt: sentence }));
  if (!answer.ok) {
    tell((await answer.json().catch(() => ({}))).detail ?? "");
    return false;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const list = document.adoptNode(page.getElementById("saved-prompts"));
  document.getElementById("saved-prompts").replaceWith(list);
  attach(list);
  return true;
}
