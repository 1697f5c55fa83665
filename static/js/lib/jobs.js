/**
 * What the page knows about the person's jobs, and how a message changes it.
 *
 * Messages come from a socket, from polls and from the page itself, twice or out of order. Three numbers tell old from
 * new: a job's revision grows with every change of its row, its attempt with every worker that takes it, the step
 * while one draws. Nothing here may go back in any of them.
 */

// The server tells of this many jobs at most; a full list proves nothing about the ones it leaves out.
const LIST_LIMIT = 20;

export const nothing = () => ({ jobs: new Map(), balance: null });

/** Returns the next state, the ids of jobs that look different now, and those whose end was missed. */
export function apply(state, message) {
  switch (message.type) {
    case "snapshot": {
      const next = message.jobs.reduce(takeJob, { ...state, changed: [] });
      const told = new Set(message.jobs.map((job) => job.id));
      const missing = message.jobs.length < LIST_LIMIT ? unfinished(next).filter((id) => !told.has(id)) : [];
      return finish(next, message, missing);
    }
    case "job": {
      // What tells of an older time of the job tells of an older balance too.
      const { balance } = isOlder(message.job, state.jobs.get(message.job.id)) ? {} : message;
      return finish(takeJob({ ...state, changed: [] }, message.job), { balance });
    }
    case "progress":
      return finish(takeProgress({ ...state, changed: [] }, message), message);
    case "seen":
      return finish(markSeen({ ...state, changed: [] }, message.id), message);
    case "gone":
      return finish(forget({ ...state, changed: [] }, message.id), message);
    default:
      return finish({ ...state, changed: [] }, message);
  }
}

export function unfinished(state) {
  return [...state.jobs.values()].filter((job) => !job.finished).map((job) => job.id);
}

function finish({ jobs, balance, changed }, message, missing = []) {
  return { state: { jobs, balance: message.balance ?? balance }, changed, missing };
}

function takeJob(state, job) {
  const known = state.jobs.get(job.id);
  if (!known) return put(state, job);
  if (isOlder(job, known)) return state;
  if (job.revision > known.revision) return put(state, withBestProgress(job, known));
  // The same row: only its place in the line, its progress and whether it was seen can have moved.
  const merged = withBestProgress({ ...known, ...job, seen: known.seen || job.seen }, known);
  return sameView(merged, known) ? state : put(state, merged);
}

/** Both only grow; whichever is lower tells of an older time. */
function isOlder(job, known) {
  return Boolean(known) && (job.revision < known.revision || job.attempt < known.attempt);
}

function takeProgress(state, { id, attempt, step, steps, previews }) {
  const known = state.jobs.get(id);
  if (!known || known.finished) return state;
  const drawing = known.status === "running";
  // A newer attempt proves that a worker holds it, even where the word of that is still on its way.
  const newer = attempt > known.attempt || (drawing && attempt === known.attempt && step > (known.step ?? 0));
  if (!newer) return state;
  const seen = previews?.length || attempt !== known.attempt ? previews : known.previews;
  return put(state, { ...known, status: "running", attempt, step, steps, previews: seen ?? [] });
}

function markSeen(state, id) {
  const known = state.jobs.get(id);
  return known && !known.seen ? put(state, { ...known, seen: true }) : state;
}

function forget(state, id) {
  if (!state.jobs.has(id)) return state;
  const jobs = new Map(state.jobs);
  jobs.delete(id);
  return { ...state, jobs, changed: [...state.changed, id] };
}

/** A row read from the database can lag behind the progress that a worker sent meanwhile. */
function withBestProgress(job, known) {
  const ahead = known.attempt === job.attempt && (known.step ?? 0) > (job.step ?? 0) && job.status === "running";
  const keepsPreviews = known.attempt === job.attempt && !job.previews?.length && !job.finished;
  return {
    ...job,
    ...(ahead && { step: known.step, steps: known.steps, previews: known.previews }),
    ...(!ahead && keepsPreviews && { previews: known.previews }),
  };
}

function put(state, job) {
  return { ...state, jobs: new Map(state.jobs).set(job.id, job), changed: [...state.changed, job.id] };
}

function sameView(a, b) {
  return (
    ["words", "position", "step", "steps", "seen", "status", "attempt", "detail"].every(
      (name) => a[name] === b[name],
    ) &&
    (a.previews ?? [])[0] === (b.previews ?? [])[0] &&
    (a.pictures ?? []).length === (b.pictures ?? []).length
  );
}
