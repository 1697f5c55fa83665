/** Things that lie on the canvas as elements: frames, a picture to be placed, the selection. They follow the camera. */
import { toScreen } from "./view/camera.js";

export function createOverlay(root, stage) {
  const things = new Map(); // element -> {x, y, width, height, under}
  const outline = root.querySelector(".canvas__selection polygon");
  let points = null;

  function put(element, { x, y, width, height }) {
    const [left, top] = toScreen(stage().camera, [x, y]);
    const zoom = stage().camera.zoom;
    const style = element.style;
    style.translate = `${Math.round(left)}px ${Math.round(top)}px`;
    style.width = `${Math.round(width * zoom)}px`;
    style.height = `${Math.round(height * zoom)}px`;
  }

  function follow() {
    for (const [element, box] of things) put(element, box);
    outline.parentElement.toggleAttribute("hidden", !points);
    if (points) outline.setAttribute("points", points.map((point) => toScreen(stage().camera, point).map(Math.round)).join(" "));
  }

  return {
    root,
    follow,
    show(element, box) {
      things.set(element, box);
      if (!element.isConnected) root.append(element);
      put(element, box);
    },
    hide(element) {
      things.delete(element);
      element.remove();
    },
    select(now) {
      points = now;
      follow();
    },
  };
}
