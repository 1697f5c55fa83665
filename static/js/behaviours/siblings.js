/** On a picture's page: left and right go to its neighbours from the same sentence. */
export function siblings(nav) {
  const links = [...nav.querySelectorAll("a[href]")];
  const here = links.findIndex((link) => link.ariaCurrent === "page");
  document.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const busy = event.target.closest("input, textarea, select, summary, [contenteditable]");
    if (!step || busy || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const way = getComputedStyle(nav).direction === "rtl" ? -step : step;
    const to = links[here + way];
    if (to) location.replace(to.href);
  });
}
