/** Choosing pictures on the wall: by click, space, shift and long press; and what is done with them then. */
import { collect } from "../collect.js";
import { createSelection } from "../lib/selection.js";
import { neighbour } from "../lib/grid.js";
import { counted } from "../lib/words.js";
import { locale } from "../page.js";
import { fields, send } from "../send.js";
import { tell } from "../tell.js";

const LONG_PRESS = 450;
const chosen = createSelection();

const tiles = () => [...document.querySelectorAll(".tile[data-id]:not([hidden])")];
const order = () => tiles().map((tile) => tile.dataset.id);
const idOf = (element) => element.closest(".tile")?.dataset.id;

/** The wall itself. It is replaced by every search; the bar below outlives it. */
export function wall(list) {
  list.addEventListener("click", (event) => {
    const id = idOf(event.target);
    if (!id) return;
    const box = event.target.closest(".tile__check");
    if (box) {
      if (event.target.tagName !== "INPUT") return; // the label's click brings one of the box
      if (event.shiftKey) chosen.extend(id, order());
      else chosen.toggle(id);
    } else if (event.shiftKey && chosen.size) {
      event.preventDefault();
      chosen.extend(id, order());
    } else if (chosen.size && !event.metaKey && !event.ctrlKey) {
      event.preventDefault();
      chosen.toggle(id);
    } else return;
    changed();
  });
  list.addEventListener("keydown", (event) => {
    const link = event.target.closest(".tile__link");
    if (!link || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === " ") {
      event.preventDefault();
      if (event.shiftKey) chosen.extend(idOf(link), order());
      else chosen.toggle(idOf(link));
      changed();
    } else move(list, link, event);
  });
  longPress(list);
  list.addEventListener("htmx:afterSwap", remember);
  list.addEventListener("htmx:afterSettle", changed);
  chosen.keepOnly(order());
  changed();
}

/** The bar. Its buttons are a form's, so that they work without this too. */
export function selection(form) {
  form.classList.add("selection--floats");
  changed();
  form.addEventListener("submit", (event) => {
    const { act, most } = event.submitter?.dataset ?? {};
    if (act === "zip" && chosen.size > Number(most)) tell(form.dataset.zipMany);
    else if (act === "collect") collect(form, event.submitter.formAction, chosen.ids(), () => leave(chosen.ids()[0]));
    else if (act === "trash") trash(form, chosen.ids());
    else return;
    event.preventDefault();
  });
  form.querySelector("[data-act=clear]").addEventListener("click", clear);
  form.querySelector("[data-act=favourite]").addEventListener("click", () => like(form, chosen.ids()));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && chosen.size && !document.querySelector("dialog[open]")) clear();
  });
}

function clear() {
  chosen.clear();
  changed();
}

/** Done with the chosen ones: on at the first of them. */
function leave(id) {
  document.querySelector(`.tile[data-id="${id}"] a`)?.focus();
  clear();
}

function changed() {
  const form = document.getElementById("selection");
  for (const tile of tiles()) {
    const on = chosen.has(tile.dataset.id);
    tile.toggleAttribute("data-chosen", on);
    tile.querySelector("input[type=checkbox]").checked = on;
  }
  document.getElementById("wall")?.toggleAttribute("data-choosing", chosen.size > 0);
  if (!form) return;
  form.toggleAttribute("data-open", chosen.size > 0);
  const { one, other } = form.dataset;
  form.querySelector(".selection__count").textContent = chosen.size ? counted({ one, other }, chosen.size, locale) : "";
  form.querySelector("[data-act=compare]").disabled = chosen.size < 2 || chosen.size > 4;
}

async function trash(form, ids) {
  const gone = tiles().filter((tile) => ids.includes(tile.dataset.id));
  const hide = (on) => {
    for (const tile of gone) tile.hidden = on;
  };
  const next = tiles().find((tile) => !ids.includes(tile.dataset.id))?.querySelector("a");
  clear(); // before they are hidden: what is hidden is not looked at
  hide(true);
  const answer = await send(form.action, fields({ id: ids }));
  if (!answer.ok) {
    hide(false);
    return tell(form.dataset.failed);
  }
  next?.focus();
  const { trashedOne: one, trashedOther: other } = form.dataset;
  tell(counted({ one, other }, ids.length, locale), {
    undo: async () => {
      const back = await send(form.dataset.restore, fields({ id: ids }));
      if (back.ok) hide(false);
      else tell(form.dataset.failed);
      gone[0]?.querySelector("a").focus();
    },
  });
}

async function like(form, ids) {
  const answers = await Promise.all(ids.map((id) => send(`/pictures/${id}/favourite`, fields({}))));
  if (answers.some((answer) => !answer.ok)) tell(form.dataset.failed);
  for (const [index, id] of ids.entries()) {
    if (answers[index].ok) document.querySelector(`.tile[data-id="${id}"]`)?.setAttribute("data-liked", "");
  }
  clear();
}

function move(list, link, event) {
  if (event.shiftKey) return;
  const links = tiles().map((tile) => tile.querySelector(".tile__link"));
  const rtl = getComputedStyle(list).direction === "rtl";
  const boxes = links.map((each) => each.getBoundingClientRect());
  const to = neighbour(boxes, links.indexOf(link), event.key, { rtl });
  if (to === null) return;
  event.preventDefault();
  links[to].focus();
}

function longPress(list) {
  let timer = null;
  let pressed = false;
  const stop = () => clearTimeout(timer);
  list.addEventListener("pointerdown", (event) => {
    const id = idOf(event.target);
    pressed = false;
    if (event.pointerType !== "touch" || !id) return;
    timer = setTimeout(() => {
      pressed = true;
      chosen.toggle(id);
      changed();
      navigator.vibrate?.(10);
    }, LONG_PRESS);
  });
  for (const name of ["pointerup", "pointercancel", "pointermove", "scroll"]) list.addEventListener(name, stop);
  list.addEventListener("contextmenu", (event) => pressed && event.preventDefault());
  // The click that ends a long press is not one.
  list.addEventListener("click", (event) => pressed && (event.preventDefault(), event.stopPropagation()), true);
}

/** How far the wall was unrolled stands in the address, so that coming back finds it so. */
function remember(event) {
  const older = event.detail.requestConfig?.elt;
  if (!older?.dataset.through) return;
  const address = new URL(location.href);
  const last = document.querySelector(".history__older a")?.dataset.through;
  // Without a further page the last cursor still unrolls all but it; the server shows what follows.
  address.searchParams.set("through", last ?? older.dataset.through);
  history.replaceState(history.state, "", address);
}
