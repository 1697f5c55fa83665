/** Puts a sentence into the page's box, as if it had been typed there. False where the page has no box. */
export function intoBox(sentence) {
  const text = document.getElementById("id_prompt");
  if (!text) return false;
  text.focus({ preventScroll: true });
  text.select();
  // Typed rather than set, so that undo brings back what stood there.
  if (!document.execCommand("insertText", false, sentence)) {
    text.value = sentence;
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }
  text.closest("form").scrollIntoView({ block: "center", behavior: "auto" });
  return true;
}
