/** "Bring a picture": the form in place of its page; a picture dropped or pasted anywhere opens it too. */
export function bring(link) {
  const dialog = document.getElementById("bring");
  const open = (file) => {
    if (!dialog.open) dialog.showModal();
    if (file) dialog.dispatchEvent(new CustomEvent("file", { detail: file }));
  };
  link.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  const fileIn = (transfer) => [...(transfer?.files ?? [])].find((file) => file.type.startsWith("image/"));
  document.addEventListener("paste", (event) => {
    const file = fileIn(event.clipboardData);
    if (!file) return;
    event.preventDefault();
    open(file);
  });
  document.addEventListener("dragover", (event) => {
    if ([...(event.dataTransfer?.items ?? [])].some((item) => item.kind === "file")) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    const [file] = event.dataTransfer?.files ?? [];
    if (!file) return;
    event.preventDefault();
    open(file);
  });
}
