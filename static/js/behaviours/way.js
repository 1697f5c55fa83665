/** Scrubbing over the frames of a blend or a text diff: all of them lie on one stage, and one is seen. */
import { fields, send } from "../send.js";
import { fill } from "../lib/words.js";

export function way(element) {
  const article = element.closest(".job");
  const stage = element.querySelector(".way__stage");
  const slider = element.querySelector("input[type=range]");
  const frames = () => [...article.querySelectorAll(".frame")];

  const fillStage = () => {
    frames().forEach((frame, index) => {
      const from = frame.querySelector(".frame__picture") ?? frame.querySelector(".frame__preview");
      const there = stage.children[index];
      if (!from || there?.src === from.src) return;
      const image = Object.assign(new Image(from.width, from.height), { src: from.src, alt: "", draggable: false });
      image.className = from.className;
      // Decoded before it takes its place, so that no swap ever shows a blank.
      const place = () => (stage.children[index] ? stage.children[index].replaceWith(image) : stage.append(image));
      if (there) image.decode().then(place, place).then(show);
      else place();
    });
    show();
  };

  const show = () => {
    const now = Number(slider.value);
    const count = frames().length;
    slider.max = Math.max(1, count - 1);
    slider.setAttribute("aria-valuetext", fill(slider.dataset.words, { n: now + 1, count }));
    [...stage.children].forEach((image, index) => image.toggleAttribute("data-on", index === now));
    frames().forEach((frame, index) => frame.toggleAttribute("data-on", index === now));
    showKeep(element.querySelector(".way__keep"), frames()[now]);
  };

  slider.addEventListener("input", show);
  article.addEventListener("frames", fillStage);
  drag(stage, slider, show);
  element.querySelector(".way__keep").addEventListener("submit", (event) => keep(event, frames()[Number(slider.value)], show));
  // A picture in the strip brings its frame to the stage; the second press opens it, as a link does.
  article.querySelector(".frames").addEventListener("click", (event) => {
    const frame = event.target.closest(".frame__box")?.closest(".frame");
    if (!frame || frame.hasAttribute("data-on") || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    slider.value = frames().indexOf(frame);
    show();
  });
  fillStage();
}

/** A finger or a mouse drawn over the stage goes over the frames. */
function drag(stage, slider, show) {
  const to = (event) => {
    const { left, width } = stage.getBoundingClientRect();
    const part = (event.clientX - left) / width;
    const rtl = getComputedStyle(stage).direction === "rtl";
    slider.value = Math.round((rtl ? 1 - part : part) * Number(slider.max));
    show();
  };
  stage.addEventListener("pointerdown", (event) => {
    stage.setPointerCapture(event.pointerId);
    to(event);
  });
  stage.addEventListener("pointermove", (event) => stage.hasPointerCapture(event.pointerId) && to(event));
}

function showKeep(form, frame) {
  form.hidden = !frame?.dataset.id;
  if (form.hidden) return;
  const kept = frame.dataset.kept === "true";
  form.action = `${frame.dataset.url}/${kept ? "unkeep" : "keep"}`;
  form.querySelector("button").textContent = kept ? form.dataset.kept : form.dataset.keep;
  form.querySelector("button").setAttribute("aria-pressed", String(kept));
  form.querySelector("a").href = frame.dataset.url;
}

async function keep(event, frame, show) {
  event.preventDefault();
  const { action } = event.target;
  const before = frame.dataset.kept;
  frame.dataset.kept = String(before !== "true");
  show();
  const answer = await send(action, fields({}));
  if (!answer.ok) frame.dataset.kept = before;
  show();
}
