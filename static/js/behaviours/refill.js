/** A link that puts its sentence into the box: without leaving the page where the box is already there. */
export function refill(link) {
  link.addEventListener("click", (event) => {
    const text = document.getElementById("id_prompt");
    if (!text || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    text.focus({ preventScroll: true });
    text.select();
    // Typed rather than set, so that undo brings back what stood there.
    if (!document.execCommand("insertText", false, link.dataset.sentence)) {
      text.value = link.dataset.sentence;
      text.dispatchEvent(new Event("input", { bubbles: true }));
    }
    text.closest("form").scrollIntoView({ block: "center", behavior: "auto" });
  });
}
