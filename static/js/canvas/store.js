/**
 * Where what is not yet on the server waits: in memory for tests, in the browser's database on a page.
 *
 *   items(outbox)            -> Promise of [{number, ...}], in the order of their numbers
 *   put(outbox, item)        -> Promise; an item has a number
 *   remove(outbox, numbers)  -> Promise
 *   note(outbox)             -> Promise of what was noted last, or null
 *   write(outbox, note)      -> Promise
 *   move(from, to)           -> Promise: all items at once, and no note stays behind
 *   outboxes(canvas)         -> Promise of the names of those of a canvas that hold something
 *
 * A promise is kept once it is safe from a closing tab.
 */

export function inMemory() {
  const boxes = new Map();
  const box = (name) => boxes.get(name) ?? boxes.set(name, { items: new Map(), note: null }).get(name);
  return {
    items: async (name) => [...box(name).items.values()].sort((one, other) => one.number - other.number),
    put: async (name, item) => void box(name).items.set(item.number, item),
    remove: async (name, numbers) => numbers.forEach((number) => box(name).items.delete(number)),
    note: async (name) => box(name).note,
    write: async (name, note) => void (box(name).note = note),
    async move(from, to) {
      for (const item of box(from).items.values()) box(to).items.set(item.number, item);
      boxes.delete(from);
    },
    outboxes: async (canvas) =>
      [...boxes].filter(([name, { items }]) => name.startsWith(`${canvas}:`) && items.size).map(([name]) => name),
  };
}

/** `databases` is the browser's indexedDB, which keeps blobs as they are. */
export async function inBrowser(databases, name = "tessera-canvases") {
  const opening = databases.open(name, 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore("items", { keyPath: ["outbox", "number"] });
    opening.result.createObjectStore("notes");
  };
  const database = await answered(opening);

  /** Kept when the transaction is complete, not when the request is. */
  function inside(stores, mode, act) {
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(stores, mode, mode === "readwrite" ? { durability: "strict" } : {});
      const request = act(...stores.map((each) => transaction.objectStore(each)));
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  }

  const all = (outbox) => globalThis.IDBKeyRange.bound([outbox, 0], [outbox, Number.MAX_SAFE_INTEGER]);
  return {
    items: (outbox) => inside(["items"], "readonly", (items) => items.getAll(all(outbox))),
    put: (outbox, item) => inside(["items"], "readwrite", (items) => items.put({ ...item, outbox })),
    remove: (outbox, numbers) =>
      inside(["items"], "readwrite", (items) => void numbers.forEach((number) => items.delete([outbox, number]))),
    note: async (outbox) => (await inside(["notes"], "readonly", (notes) => notes.get(outbox))) ?? null,
    write: (outbox, note) => inside(["notes"], "readwrite", (notes) => void notes.put(note, outbox)),
    move: (from, to) =>
      inside(["items", "notes"], "readwrite", (items, notes) => {
        const reading = items.getAll(all(from));
        reading.onsuccess = () => {
          for (const item of reading.result) items.put({ ...item, outbox: to });
          items.delete(all(from));
          notes.delete(from);
        };
      }),
    async outboxes(canvas) {
      const range = globalThis.IDBKeyRange.bound([`${canvas}:`], [`${canvas}:\uffff`]);
      const keys = await inside(["items"], "readonly", (items) => items.getAllKeys(range));
      return [...new Set(keys.map(([outbox]) => outbox))];
    },
  };
}

function answered(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
