/** A <details> that behaves as a menu: comes into view whole, closes on Escape and when one goes elsewhere. */
export function menu(details) {
  details.addEventListener("toggle", () => {
    if (!details.open) return;
    details.querySelector(".menu__panel").scrollIntoView({ block: "nearest" });
    details.dispatchEvent(new Event("opened")); // what is asked of the server only then
  });
  document.addEventListener("click", (event) => {
    if (details.open && !details.contains(event.target)) details.open = false;
  });
  details.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !details.open) return;
    details.open = false;
    details.querySelector("summary").focus();
  });
  details.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !details.contains(event.relatedTarget)) details.open = false;
  });
}
