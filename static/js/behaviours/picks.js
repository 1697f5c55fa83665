import { locale } from "../page.js";
import { counted } from "../lib/words.js";

/** Ticking many: shift ticks everything between, and the button says how many there are. */
export function picks(form) {
  const button = form.querySelector("[data-pick-button]");
  const empty = button?.textContent;
  const boxes = () => [...form.querySelectorAll("input[type=checkbox][name=picture]")];
  let last = null;

  const count = () => {
    if (!button) return;
    const n = boxes().filter((box) => box.checked).length;
    const { one, other } = form.dataset;
    button.textContent = n ? counted({ one, other }, n, locale) : empty;
  };

  form.addEventListener("click", ({ target, shiftKey }) => {
    if (!target.matches?.("input[type=checkbox][name=picture]")) return;
    const all = boxes();
    if (shiftKey && last?.isConnected) {
      const [from, to] = [all.indexOf(last), all.indexOf(target)].sort((a, b) => a - b);
      for (const box of all.slice(from, to + 1)) box.checked = target.checked;
    }
    last = target;
    count();
  });
  count(); // what was ticked before one went away and came back
}
