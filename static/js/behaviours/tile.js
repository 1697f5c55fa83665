/** A request on the history wall that is still being drawn: its words move, and its pictures come. */
import { attach } from "../attach.js";
import { adopt, jobNow, watch } from "../feed.js";
import { word } from "../page.js";

export function tile(place) {
  const { id, url, prompt, status, revision, attempt } = place.dataset;
  adopt({
    id,
    url,
    prompt,
    status,
    revision: Number(revision),
    attempt: Number(attempt),
    finished: false,
    seen: false,
  });
  const stop = watch(({ changed }) => {
    if (!place.isConnected) return stop();
    const job = jobNow(id);
    if (!changed.includes(id) || !job) return;
    const drawing = job.status === "running" && job.step > 0;
    const words = drawing ? word("drawing", { step: job.step, steps: job.steps }) : job.words;
    if (job.status === "delivered") {
      stop();
      redraw(place);
    } else if (words) place.querySelector(".tile__words").textContent = words;
  });
}

/** Its pictures as the server writes them: the same tiles as all others. */
async function redraw(place) {
  const answer = await fetch(location.href).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const link = page.querySelector(`.request__sentence a[href="${CSS.escape(place.dataset.url)}"]`);
  const request = link?.closest(".request");
  if (!request) return;
  const own = document.adoptNode(request);
  place.closest(".request").replaceWith(own);
  attach(own);
}
