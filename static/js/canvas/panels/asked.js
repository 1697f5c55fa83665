/** Frames that were asked for, where they stand: their place in the line, their preview, then their candidates. */
import { adopt, jobNow, markSeen, watch } from "../../feed.js";
import { announce } from "../../page.js";
import { FRAME } from "../snap.js";
import { candidatesOf, createFrames, notDrawn, openJobs, turned, waitingOf } from "../frames.js";
import { say } from "../say.js";

export function asked(studio, { press }) {
  const frames = createFrames();
  const shown = new Map(); // key -> element
  const form = document.getElementById("asked").content;

  watch(({ changed }) => {
    for (const id of changed) {
      const job = jobNow(id);
      const group = job && frames.update(job);
      if (group) draw(group);
    }
  });

  function take(frame) {
    adopt(frame.job);
    draw(frames.add({ ...frame, job: jobNow(frame.job.id) ?? frame.job }));
  }

  function elementOf(group) {
    if (shown.has(group.key)) return shown.get(group.key);
    const element = form.cloneNode(true).firstElementChild;
    shown.set(group.key, element);
    element.addEventListener("click", ({ target }) => {
      const act = target.closest("[data-do]")?.dataset.do;
      if (act) ACTS[act](group);
    });
    element.addEventListener("keydown", (event) => {
      if (event.target !== element || event.ctrlKey || event.metaKey || event.altKey) return;
      const act = KEYS[event.key];
      if (!act || !candidatesOf(group).length) return;
      event.preventDefault();
      event.stopPropagation();
      ACTS[act](group);
    });
    return element;
  }

  function draw(group) {
    const jobs = openJobs(group);
    if (!jobs.length) return leave(group);
    const element = elementOf(group);
    const [candidates, waiting, failed] = [candidatesOf(group), waitingOf(group), notDrawn(group)];
    for (const job of jobs) if (job.finished && !job.seen && !document.hidden) markSeen(job.id);
    arrived(element, candidates.length, group);
    element.dataset.state = waiting.length ? "waiting" : candidates.length ? "choosing" : "not";
    const part = (name) => element.querySelector(name);
    part(".asked__wait").hidden = !waiting.length;
    if (waiting.length) progress(part, waiting[0]);
    part(".asked__choose").hidden = !candidates.length;
    part(".asked__not").hidden = Boolean(waiting.length || candidates.length) && !failed.length;
    if (failed.length) part(".asked__not p").textContent = failed.at(-1).detail || failed.at(-1).words;
    if (candidates.length) {
      part(".asked__which").textContent = wordsOf(group, candidates);
      part("[data-do=accept]").disabled = group.at === 0;
    }
    picture(part(".frame-box__shown"), group, candidates, waiting);
    const prompt = jobs[0].prompt;
    element.setAttribute("aria-label", candidates.length ? say("candidatesOf", { prompt }) : say("frameOf", { prompt }));
    studio.overlay.show(element, { x: group.x, y: group.y, width: FRAME, height: FRAME });
  }

  function arrived(element, count, group) {
    if (count > Number(element.dataset.count ?? 0)) {
      // The first of the new ones; the original is one press away.
      if (!element.dataset.count || group.at === 0) group.at = 1;
      announce(say("candidates", { n: count }));
    }
    element.dataset.count = count;
  }

  const wordsOf = (group, candidates) =>
    group.at === 0 ? say("original") : say("which", { n: group.at, count: candidates.length });

  function progress(part, job) {
    const drawing = job.status === "running" && job.step > 0;
    part(".asked__words").textContent = drawing ? say("step", { step: job.step, steps: job.steps }) : job.words;
    const bar = part(".asked__progress");
    bar.max = job.steps || 1;
    bar.value = drawing || job.status === "screening_output" ? job.step : 0;
    bar.setAttribute("aria-label", part(".asked__words").textContent);
  }

  function picture(image, group, candidates, waiting) {
    const preview = waiting.at(-1)?.previews?.[0];
    const candidate = candidates[group.at - 1]?.picture;
    const source = candidate ? candidate.file : candidates.length ? null : preview;
    image.hidden = !source;
    image.classList.toggle("frame-box__shown--preview", !candidate);
    if (source && image.getAttribute("src") !== source) image.src = source;
    image.alt = candidate ? say("candidate", { n: group.at, prompt: candidates[group.at - 1].job.prompt }) : "";
    for (const { picture: next } of candidates.slice(group.at, group.at + 1)) new Image().src = next.file;
  }

  function leave(group) {
    const element = shown.get(group.key);
    if (!element) return;
    const focused = element.contains(document.activeElement);
    studio.overlay.hide(element);
    shown.delete(group.key);
    if (focused) studio.elements.stage.focus({ preventScroll: true });
  }

  function close(group) {
    frames.close(group);
    leave(group);
    for (const id of group.jobs.keys()) studio.post(`frames/${id}/close`).catch(() => {});
  }

  function turn(group, by) {
    turned(group, by);
    draw(group);
    announce(wordsOf(group, candidatesOf(group)));
  }

  async function accept(group) {
    const { job, picture: chosen } = candidatesOf(group)[group.at - 1] ?? {};
    if (!chosen || group.busy) return;
    group.busy = true;
    const answer = await studio.post(`frames/${job.id}/${chosen.id}`).catch(() => null);
    group.busy = false;
    if (!answer?.ok) return studio.tell(say("noConnection"));
    const made = await answer.json();
    const layer = studio.pictureLayer();
    // The frame lies on the canvas, the patch in a layer, which may have been moved.
    const [a, b, c, d, e, f] = made.matrix;
    const placed = { ...made, matrix: [a, b, c, d, e - layer.x, f - layer.y] };
    if ((await studio.acts.place(placed, layer.id).catch(() => null)) === null) return studio.tell(say("noConnection"));
    close(group);
    announce(say("accepted"));
  }

  async function more(group) {
    const { prompt } = openJobs(group, true).at(-1);
    const { x, y, version } = group;
    const { detail } = await press({ prompt, x, y, version });
    if (detail) studio.tell(detail);
  }

  const ACTS = {
    previous: (group) => turn(group, -1),
    next: (group) => turn(group, 1),
    accept,
    more,
    discard(group) {
      close(group);
      studio.tell(say("discarded"), { undo: () => reopen(group) });
    },
    async cancel(group) {
      const job = waitingOf(group)[0];
      await studio.send(`${job.url}/cancel`);
    },
  };
  const KEYS = { ArrowLeft: "previous", ArrowRight: "next", Enter: "accept", Delete: "discard", Backspace: "discard", m: "more" };

  function reopen(group) {
    frames.reopen(group);
    for (const id of group.jobs.keys()) studio.post(`frames/${id}/open`).catch(() => {});
    draw(group);
    shown.get(group.key)?.focus({ preventScroll: true });
  }

  return {
    take,
    /** As the page opens: the newest come first. */
    async load() {
      const answer = await studio.read("frames");
      for (const frame of answer.frames.reverse()) take(frame);
    },
    /** The candidates that were taken or put aside last, once more. */
    again() {
      const group = frames.last;
      if (group) reopen(group);
      else studio.tell(say("noCandidates"));
    },
    focus() {
      const [first] = frames.open;
      if (!first) return studio.tell(say("noCandidates"));
      studio.reveal([first.x, first.y, first.x + FRAME, first.y + FRAME]);
      shown.get(first.key)?.focus({ preventScroll: true });
    },
    redraw: () => frames.open.forEach(draw),
  };
}
