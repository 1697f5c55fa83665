import { neighbour } from "../lib/grid.js";

/** Arrow keys move the ring over a wall of links; Tab goes on working as everywhere. */
export function arrows(list) {
  list.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const links = [...list.children].map((item) => item.querySelector("a[href]")).filter(Boolean);
    const from = links.findIndex((link) => link.closest("li") === document.activeElement?.closest("li"));
    if (from < 0) return;
    const rtl = getComputedStyle(list).direction === "rtl";
    const to = neighbour(
      links.map((link) => link.getBoundingClientRect()),
      from,
      event.key,
      { rtl },
    );
    if (to === null) return;
    event.preventDefault();
    links[to].focus();
  });

  // "Older" disappears when it is pressed; whoever pressed it goes on at the first of what came.
  list.addEventListener("htmx:beforeSwap", (event) => {
    const older = event.target.closest("li");
    if (!older?.contains(document.activeElement)) return;
    const before = older.previousElementSibling;
    list.addEventListener("htmx:afterSettle", () => before?.nextElementSibling?.querySelector("a[href]")?.focus(), {
      once: true,
    });
  });
}
