import { draft } from "../drafts.js";

/** On the way through sign-up: the sentence one came with is shown, so that nobody fears for it. */
export function keptSentence(line) {
  const sentence = draft.restore("").trim();
  if (!sentence) return;
  line.querySelector("[data-sentence]").textContent = sentence;
  line.hidden = false;
}
