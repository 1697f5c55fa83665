/** The one line at the foot of the page that says what was done, and offers the way back. */
import { announce } from "./page.js";

const LONG = 10_000;
let leaving = null;

export function tell(text, { undo = null } = {}) {
  const bar = document.getElementById("told");
  bar.querySelector(".told__words").textContent = text;
  const back = bar.querySelector("[data-act=undo]");
  back.hidden = !undo;
  back.onclick = () => {
    hide(bar);
    undo();
  };
  bar.querySelector("[data-act=dismiss]").onclick = () => hide(bar);
  bar.hidden = false;
  announce(undo ? `${text} ${back.textContent}` : text);
  clearTimeout(leaving);
  // What can be undone stays until it is dismissed or the page is left; mere words go by themselves.
  if (!undo) leaving = setTimeout(() => hide(bar), LONG);
}

function hide(bar) {
  const focused = bar.contains(document.activeElement);
  bar.hidden = true;
  if (focused) document.getElementById("main")?.focus({ preventScroll: true });
}
