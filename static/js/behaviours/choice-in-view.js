/** A row of choices that scrolls sideways on a phone: the chosen one is where it can be seen. */
export function choiceInView(row) {
  const chosen = row.querySelector("[aria-current]");
  if (!chosen || row.scrollWidth <= row.clientWidth) return;
  const middle = (box) => box.left + box.width / 2;
  row.scrollLeft += middle(chosen.getBoundingClientRect()) - middle(row.getBoundingClientRect());
}
