/**
 * A canvas that is worked on: its history, what waits to be sent, and the news of other tabs, in one line. Acts come one
 * after another: what is still being encoded is in the log before what was pressed after it.
 */
import { createHistory } from "./history.js";
import { createQueue, outboxOf } from "./queue.js";
import { copyOf } from "./document.js";
import { patchesOf } from "./commands.js";
import { freshKey } from "../lib/key.js";

const LOOK_AGAIN = 400;

export async function createSession({ canvas, tab, isGone, store, server, pixels, onChange, onState, onTrouble }) {
  let line = Promise.resolve();
  let opened = await server.open(canvas);
  let history = createHistory(opened);
  let heard = 0;

  await adoptOrphan();
  const queue = createQueue({
    canvas,
    version: history.version,
    tab,
    store,
    send: server.send,
    branch: server.branch,
    newId: freshKey,
    onState: (now) => {
      onState(now);
      if (now.state === "idle" && heard > queue.base) soon();
    },
    onNews: (entries) => {
      for (const { command } of entries) history.take(command);
      onChange({ news: entries.length });
    },
  });

  /** What a tab that was closed has left: this one goes on with it. */
  async function adoptOrphan() {
    const own = outboxOf(canvas, tab);
    const left = await store.outboxes(canvas);
    if (left.includes(own)) return;
    for (const name of left) {
      if (await isGone(name.slice(canvas.length + 1))) return store.move(name, own);
    }
  }

  async function begin() {
    const outbox = outboxOf(canvas, tab);
    await forgetDone(outbox);
    for (const { files } of await store.items(outbox)) {
      for (const [id, blob] of files) await pixels().open(id, blob);
    }
    const waiting = await queue.restore();
    if (queue.canvas !== canvas) return { moved: queue.canvas };
    // Where another has drawn meanwhile, that stands on the page; own work waits to be put into a branch.
    if (queue.base === history.version) for (const command of waiting) history.take(command);
    return {};
  }

  /** An earlier page may have gone before it heard that its last batch arrived. That is in the document already. */
  async function forgetDone(outbox) {
    const [items, note] = [await store.items(outbox), await store.note(outbox)];
    if (!items.length || note || items[0].number > history.version) return;
    const { entries } = await server.since(canvas, items[0].number - 1);
    let ours = 0;
    while (ours < items.length && entries[ours]?.id === items[ours].command.id) ours += 1;
    await store.remove(outbox, items.slice(0, ours).map(({ number }) => number));
  }

  /** Nobody waits for a failure: it is told, and what comes next is done all the same. */
  function inLine(act) {
    line = line.then(act).catch((error) => {
      onTrouble(error);
      return null;
    });
    return line;
  }

  /** `make` gives a command, or {command, files}, or null where there is nothing to do. */
  const act = (make) =>
    inLine(async () => {
      const made = await make(history);
      if (!made) return null;
      const command = { id: freshKey(), ...(made.command ?? made) };
      history.take(command);
      queue.add(command, made.files ?? new Map()).catch(() => onState({ state: "unkept", pending: queue.pending }));
      onChange({ command });
      return history.version;
    });

  async function learn(to) {
    for (let lacking = history.lacks(to); lacking !== null; lacking = history.lacks(to)) {
      history.learn(await server.chunk(queue.canvas, lacking));
    }
  }

  async function hear(version) {
    heard = Math.max(heard, version);
    if (version > queue.base && queue.state === "idle") soon();
  }

  let timer = null;
  function soon() {
    timer ??= setTimeout(() => {
      timer = null;
      inLine(follow);
    }, LOOK_AGAIN);
  }

  async function follow({ always = false } = {}) {
    if ((heard <= queue.base && !always) || queue.state === "stopped") return;
    if (queue.pending) return; // its own answer will tell
    // Without a connection there is no news, and nothing to say of it.
    const news = await server.since(queue.canvas, queue.base).catch(() => null);
    if (news) await queue.follow(news);
  }

  return {
    begin,
    act,
    undo: () =>
      act(async () => {
        await learn();
        return history.undo();
      }),
    redo: () =>
      act(async () => {
        const command = history.redo();
        if (command) await learn(command.to);
        return command;
      }),
    jump: (node) =>
      act(async () => {
        await learn(node);
        return history.goTo(node);
      }),
    hear,
    /** The page is looked at again: the socket may have slept through something. */
    look: () => inLine(() => follow({ always: true })),
    /** Nothing is being encoded any more. */
    settled: () => line,
    get queue() {
      return queue;
    },
    get version() {
      return history.version;
    },
    get head() {
      return history.head;
    },
    get document() {
      return history.document;
    },
    get extent() {
      return opened.extent;
    },
    commandOf: (node) => history.commandOf(node),
    canUndo: () => history.head !== 0,
    canRedo: () => history.redo() !== null,
    /** Patches that only this browser has. */
    patchesWaiting: () => new Set(queue.waiting().flatMap(patchesOf)),
    copy: () => copyOf(history.document),
  };
}
