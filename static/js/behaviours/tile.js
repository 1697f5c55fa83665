/** A request on the history wall that is still being drawn: its words move, and its pictures come. */
import { adopt, jobNow, watch } from "../feed.js";
import { word } from "../page.js";

export function tile(link) {
  const { id, prompt, status, revision, attempt } = link.dataset;
  adopt({
    id,
    prompt,
    status,
    url: link.getAttribute("href"),
    revision: Number(revision),
    attempt: Number(attempt),
    finished: false,
    seen: false,
  });
  const stop = watch(({ changed }) => {
    if (!link.isConnected) return stop();
    const job = jobNow(id);
    if (!changed.includes(id) || !job) return;
    const drawing = job.status === "running" && job.step > 0;
    const words = drawing ? word("drawing", { step: job.step, steps: job.steps }) : job.words;
    if (job.pictures?.length) link.querySelector(".tile__pictures").replaceChildren(...job.pictures.map(imageOf));
    else if (words) link.querySelector(".tile__words").textContent = words;
  });
}

function imageOf(picture) {
  return Object.assign(new Image(512, 512), { src: picture.small, alt: "" });
}
