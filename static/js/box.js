/** The sentence in the prompt box, for whatever else of the page writes it. */
export const box = () => document.getElementById("id_prompt");

export function write(sentence) {
  const text = box();
  if (!text || text.value === sentence) return;
  text.value = sentence;
  text.dispatchEvent(new Event("input", { bubbles: true }));
}

export const styleWords = () => [...document.querySelectorAll(".chip[data-words]")].map((chip) => chip.dataset.words);
