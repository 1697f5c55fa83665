/** The page's one picture of the person's jobs (lib/jobs.js), and who wants to hear of changes. */
import { apply, nothing, unfinished as unfinishedIn } from "./lib/jobs.js";

let state = nothing();
let connection = null;
const watchers = new Set();

export function take(message) {
  const before = state;
  const result = apply(state, message);
  state = result.state;
  for (const watcher of [...watchers]) watcher({ changed: result.changed, before, state });
  for (const id of result.missing) connection?.ask(id);
}

/** Returns the way to stop. */
export function watch(watcher) {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

export const jobNow = (id) => state.jobs.get(id);
export const unfinished = () => unfinishedIn(state);

export function connected(live) {
  connection = live;
}

/** A job that came with the page rather than by a message. */
export function adopt(job, balance) {
  take({ type: "job", job, balance });
  if (!job.finished) connection?.added();
}

export function markSeen(id) {
  const job = jobNow(id);
  if (!job || job.seen) return;
  take({ type: "seen", id });
  if (!connection?.send({ type: "seen", id })) post(`${job.url}/seen`);
}

function post(address) {
  const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";
  // Outlives the page: one often looks and goes on. When it fails, the notice simply shows once more on the next page.
  fetch(address, { method: "POST", keepalive: true, headers: { "X-CSRFToken": token } }).catch(() => {});
}
