/**
 * What was asked for in frames: one group for each place and version, with all requests made there, so that more
 * candidates stand beside the first. No DOM.
 */

export const groupOf = ({ version, x, y }) => `${version}/${x}/${y}`;

export function createFrames() {
  const groups = new Map(); // key -> {key, version, x, y, jobs: Map id -> snapshot, at, closed}

  function add({ version, x, y, job, closed = false }) {
    const key = groupOf({ version, x, y });
    if (!groups.has(key)) groups.set(key, { key, version, x, y, jobs: new Map(), closed: new Set(), at: 0 });
    const group = groups.get(key);
    group.jobs.set(job.id, job);
    if (closed) group.closed.add(job.id);
    return group;
  }

  return {
    add,
    /** A job has moved on; the group that it is in, if it is in one. */
    update(job) {
      const group = [...groups.values()].find(({ jobs }) => jobs.has(job.id));
      group?.jobs.set(job.id, job);
      return group ?? null;
    },
    close(group) {
      for (const id of group.jobs.keys()) group.closed.add(id);
    },
    reopen(group) {
      group.closed.clear();
      group.at = 0;
    },
    get open() {
      return [...groups.values()].filter((group) => openJobs(group).length);
    },
    get last() {
      return [...groups.values()].filter((group) => candidatesOf(group, true).length).at(-1) ?? null;
    },
    all: () => [...groups.values()],
  };
}

/** The oldest first, as they were asked for. */
export const openJobs = (group, all = false) =>
  [...group.jobs.values()]
    .filter((job) => all || !group.closed.has(job.id))
    .sort((one, other) => one.created.localeCompare(other.created));

/** Pictures to be chosen from, each with the request that it came from. */
export const candidatesOf = (group, all = false) =>
  openJobs(group, all).flatMap((job) => (job.pictures ?? []).map((picture) => ({ job, picture })));

export const waitingOf = (group) => openJobs(group).filter((job) => !job.finished);

/** What was not drawn: refused, failed or cancelled. */
export const notDrawn = (group) => openJobs(group).filter((job) => job.finished && job.status !== "delivered");

/** The original is the first of them: place 0. */
export function turned(group, by) {
  const count = candidatesOf(group).length + 1;
  group.at = (group.at + by + count) % count;
  return group.at;
}
