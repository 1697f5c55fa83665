import { announce } from "../page.js";

/** A field with an address, and a button that copies it. */
export function copy(wrapper) {
  const input = wrapper.querySelector("input");
  const button = wrapper.querySelector("button");
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    input.select();
    try {
      await navigator.clipboard.writeText(input.value);
    } catch {
      // No clipboard on a plain LAN address; the old way works wherever the text is selected.
      if (!document.execCommand("copy")) return;
    }
    button.textContent = wrapper.dataset.copied;
    announce(wrapper.dataset.sayCopied);
    setTimeout(() => (button.textContent = label), 2000);
  });
}
