/** Shows a password to the one who types it. */
export function reveal(wrapper) {
  const input = wrapper.querySelector("input");
  const button = document.createElement("button");
  const { show, hide } = wrapper.dataset;
  button.type = "button";
  button.textContent = show;
  button.setAttribute("aria-controls", input.id);
  button.addEventListener("click", () => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.textContent = shown ? hide : show;
  });
  // Sent as a password whatever it shows, so that no browser keeps it among words typed elsewhere.
  input.form?.addEventListener("submit", () => (input.type = "password"));
  wrapper.append(button);
}
