/** "Your pictures are ready": what finished where this page does not show it. */
import { attach } from "../attach.js";
import { adopt, jobNow, markSeen, watch } from "../feed.js";
import { word } from "../page.js";

const MOST = 3;

export function notices(shelf) {
  const blank = shelf.querySelector("template");
  const shown = (id) => shelf.querySelector(`.notice[data-id="${CSS.escape(id)}"]`);

  watch(({ changed }) => {
    for (const id of changed) {
      const job = jobNow(id);
      if (!job || job.seen || document.getElementById(`job-${id}`)) shown(id)?.remove();
      else if (job.finished && !shown(id) && shelf.querySelectorAll(".notice").length < MOST) {
        shelf.prepend(noticeOf(blank, job));
      }
    }
  });

  shelf.addEventListener("submit", (event) => {
    event.preventDefault();
    const notice = event.target.closest(".notice");
    const { id, url } = notice.dataset;
    // A notice that came with the page is about a job that the socket may not have told of yet.
    if (!jobNow(id)) adopt({ id, url, finished: true, seen: false, revision: 0, attempt: 0 });
    const next = notice.nextElementSibling?.querySelector("a") ?? document.getElementById("main");
    markSeen(id);
    notice.remove();
    next.focus({ preventScroll: true });
  });
}

function noticeOf(blank, job) {
  const notice = blank.content.cloneNode(true).querySelector(".notice");
  Object.assign(notice.dataset, { id: job.id, url: job.url });
  notice.querySelector("a").href = job.url;
  notice.querySelector(".notice__words").textContent = word(job.status === "delivered" ? "ready" : job.status);
  notice.querySelector(".notice__sentence").textContent = job.prompt;
  notice.querySelector("form").action = `${job.url}/seen`;
  attach(notice);
  return notice;
}
