/** Which of the things on a wall are chosen. `order` is how they stand there now; a range goes from the last one chosen. */
export function createSelection() {
  let chosen = new Set();
  let anchor = null;

  return {
    ids: () => [...chosen],
    has: (id) => chosen.has(id),
    get size() {
      return chosen.size;
    },
    toggle(id) {
      const next = new Set(chosen);
      if (!next.delete(id)) next.add(id);
      chosen = next;
      anchor = id;
    },
    /** Everything between the last one chosen and this one, in addition. */
    extend(id, order) {
      const [from, to] = [order.indexOf(anchor), order.indexOf(id)];
      if (from < 0 || to < 0) return this.toggle(id);
      for (const each of order.slice(Math.min(from, to), Math.max(from, to) + 1)) chosen.add(each);
      anchor = id;
    },
    set(id, on) {
      if (on) chosen.add(id);
      else chosen.delete(id);
      anchor = id;
    },
    clear() {
      chosen = new Set();
      anchor = null;
    },
    /** What is gone from the wall is not chosen any more. */
    keepOnly(order) {
      const there = new Set(order);
      chosen = new Set([...chosen].filter((id) => there.has(id)));
      if (!there.has(anchor)) anchor = null;
    },
  };
}
