/** The list of canvases: renamed, doubled, thrown away and had back without leaving it. */
import { freshKey } from "../lib/key.js";
import { fields, send } from "../send.js";
import { tell } from "../tell.js";

const list = document.getElementById("canvases");
const dialog = document.getElementById("naming");
const field = dialog?.querySelector("input");

list?.addEventListener("click", ({ target }) => {
  const act = target.closest("[data-do]")?.dataset.do;
  const card = target.closest("li");
  if (act) ACTS[act](card, `${list.dataset.root}/${card.dataset.id}`);
});

async function post(address, pairs = {}) {
  const answer = await send(address, fields(pairs));
  if (answer.ok) return answer.json();
  tell((await answer.json().catch(() => ({}))).detail ?? list.dataset.sayFailed);
  return null;
}

const ACTS = {
  rename(card, place) {
    const name = card.querySelector(".shelf__name");
    field.value = name.textContent;
    dialog.returnValue = "";
    dialog.showModal();
    field.select();
    dialog.onclose = async () => {
      if (dialog.returnValue !== "ok") return;
      const said = await post(`${place}/name`, { name: field.value });
      if (said) name.textContent = said.name;
    };
  },
  async duplicate(_card, place) {
    if (await post(`${place}/branch`, { id: freshKey() })) location.reload();
  },
  async trash(card, place) {
    if (!(await post(`${place}/trash`))) return;
    card.hidden = true;
    const next = card.nextElementSibling ?? card.previousElementSibling;
    next?.querySelector("a")?.focus();
    const undo = async () => {
      if (await post(`${place}/restore`)) card.hidden = false;
      card.querySelector("a").focus();
    };
    tell(list.dataset.sayTrashed, { undo });
  },
  async restore(card, place) {
    if (!(await post(`${place}/restore`))) return;
    card.remove();
    tell(list.dataset.sayRestored);
  },
};

const input = document.getElementById("import");
input?.addEventListener("change", async () => {
  const [file] = input.files;
  input.value = "";
  if (!file) return;
  const body = new FormData();
  body.append("project", file);
  const answer = await send(input.dataset.to, body);
  const said = await answer.json().catch(() => ({}));
  if (answer.status === 201) location.assign(`${input.dataset.to.replace(/\/import$/, "")}/${said.id}`);
  else tell(said.detail ?? input.closest("label").dataset.failed);
});
