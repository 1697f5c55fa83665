/** The sentence in the prompt box, for whatever else of the page writes it. */
export const box = () => document.getElementById("id_prompt");

/** Sets the sentence, and leaves the focus where it is. */
export function write(sentence) {
  const text = box();
  if (!text || text.value === sentence) return;
  text.value = sentence;
  text.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Puts another sentence into the box, as if it had been typed there. False where the page has no box. */
export function intoBox(sentence) {
  const text = box();
  if (!text) return false;
  text.focus({ preventScroll: true });
  text.select();
  // Typed rather than set, so that undo brings back what stood there.
  if (!document.execCommand("insertText", false, sentence)) write(sentence);
  text.form.scrollIntoView({ block: "center", behavior: "auto" });
  return true;
}

export const styleWords = () => [...document.querySelectorAll(".chip[data-words]")].map((chip) => chip.dataset.words);
