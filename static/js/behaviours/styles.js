/** Style chips: each puts its words at the end of the sentence or takes them away, and shows whether they are there. */
import { box, styleWords, write } from "../box.js";
import { read, toggleStyle } from "../lib/builder.js";

export function styles(group) {
  const chips = [...group.querySelectorAll(".chip")];
  const show = () => {
    const { style } = read(box().value.trim(), { styles: styleWords() });
    for (const chip of chips) chip.setAttribute("aria-pressed", String(chip.dataset.words === style));
  };
  group.addEventListener("click", (event) => {
    const chip = event.target.closest(".chip");
    if (chip) write(toggleStyle(box().value.trim(), chip.dataset.words, styleWords()));
  });
  // The box may be replaced by an answer, so it is heard from above.
  document.addEventListener("input", (event) => event.target === box() && show());
  document.addEventListener("htmx:afterSettle", show);
  // The box fills itself from the draft after this: what stands later in the page comes first.
  queueMicrotask(show);
}
