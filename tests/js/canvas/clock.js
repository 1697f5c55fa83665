/** A clock that only moves when it is told to, and lets promises settle at every stop. */
export function clock() {
  let now = 0;
  let next = 1;
  const due = new Map();
  const settle = () => new Promise(setImmediate);
  return {
    setTimeout: (act, delay = 0) => {
      due.set(next, { at: now + delay, act });
      return next++;
    },
    clearTimeout: (id) => due.delete(id),
    waiting: () => due.size,
    async pass(time) {
      const end = now + time;
      for (;;) {
        await settle();
        const first = [...due].sort((x, y) => x[1].at - y[1].at || x[0] - y[0])[0];
        if (!first || first[1].at > end) break;
        due.delete(first[0]);
        now = first[1].at;
        first[1].act();
      }
      now = end;
      await settle();
    },
  };
}
