import { draft } from "../drafts.js";

/** On the way through sign-up: the sentence one came with is shown, so that nobody fears for it. */
export function keptSentence(line) {
  const place = line.querySelector("[data-sentence]");
  // What the server kept is the newest wish; the box, also in the tab that a letter opens, begins with it.
  const kept = place.textContent.trim();
  if (kept) return draft.keep(kept);
  const sentence = draft.restore("").trim();
  if (!sentence) return;
  place.textContent = sentence;
  line.hidden = false;
}
