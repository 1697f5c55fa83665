/** Style chips: each puts its words at the end of the sentence or takes them away, and shows whether they are there. */
import { box, styleWords, write } from "../box.js";
import { read, toggleStyle } from "../lib/builder.js";

export function styles(group) {
  const chips = [...group.querySelectorAll(".chip")];
  const text = box();
  const show = () => {
    const { style } = read(text.value.trim(), { styles: styleWords() });
    for (const chip of chips) chip.setAttribute("aria-pressed", String(chip.dataset.words === style));
  };
  group.addEventListener("click", (event) => {
    const chip = event.target.closest(".chip");
    if (chip) write(toggleStyle(text.value.trim(), chip.dataset.words, styleWords()));
  });
  text.addEventListener("input", show);
  // The box fills itself from the draft after this; inner behaviours come first.
  queueMicrotask(show);
}
