/** The keys of the pages, and the list of them. Letters act on the picture that has the focus, or that the page is of. */
const NAME = "tessera.letters";

export function shortcuts(dialog) {
  const letters = dialog.querySelector("input[type=checkbox]");
  letters.checked = read() !== "off";
  letters.addEventListener("change", () => remember(letters.checked ? "on" : "off"));
  for (const opener of document.querySelectorAll("[data-opens=shortcuts]")) {
    opener.addEventListener("click", () => dialog.showModal());
  }
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.isComposing || event.defaultPrevented) return;
    if (event.target.closest("input:not([type=checkbox], [type=radio], [type=range]), textarea, select, dialog")) return;
    if (event.target.isContentEditable) return;
    if (!letters.checked) return;
    if (event.key === "?") dialog.showModal();
    else if (event.key === "/") focusBox(event);
    else act(event);
  });
}

function focusBox(event) {
  const field = document.querySelector("[data-slash], #id_prompt");
  if (!field) return;
  event.preventDefault();
  field.focus();
}

function act(event) {
  if (event.shiftKey || event.key.length !== 1) return;
  const near = document.activeElement?.closest(".frame, [data-keys]");
  const scope = near ?? (document.activeElement === document.body && document.querySelector(".looked-at[data-keys]"));
  const found = scope && scope.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!found || found.closest("[hidden]")) return;
  event.preventDefault();
  found.click();
  // What folds out is gone on from, and may lie beneath the window.
  if (found.matches("summary")) found.focus();
}

function read() {
  try {
    return localStorage.getItem(NAME);
  } catch {
    return null;
  }
}

function remember(value) {
  try {
    localStorage.setItem(NAME, value);
  } catch {
    // Then it holds for this page.
  }
}
