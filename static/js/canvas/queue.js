/**
 * What was drawn, on its way to the server: kept at once, sent in order and in batches, sent again until it is
 * answered, and never sent behind something that its maker has not seen.
 *
 * Each command waits with the version that it will have. The server takes a batch whole, once, and only behind the
 * version that it names; so whatever comes late, twice or crossed changes nothing, and every command ends once: in the
 * log or, when somebody else was first, in a branch.
 *
 *   send({canvas, base, commands, files}) -> Promise of one of
 *     {version}           the log's version with all of them in it
 *     {stale: true, version, entries}   what is in the log behind `base`
 *     {missing: [ids]}    patches that the server has not
 *     {stopped: reason}   trash, gone, refused, full, signedOut: sending again would not help; the queue itself
 *                         stops at a patch that nobody has (missing) and a site that knows less (older)
 *     {}                  nothing certain came back: sent again later, and so is what rejects
 *   branch({canvas, version, id}) -> Promise, kept when the branch is there; the same id again is the same branch
 */
import { patchesOf } from "./commands.js";
import { backoff } from "../lib/live.js";

export const GATHER = 300;
export const MOST_COMMANDS = 64;
export const MOST_FILES = 64;
export const MOST_BYTES = 8_000_000;

export const outboxOf = (canvas, tab) => `${canvas}:${tab}`;

export function createQueue({
  canvas,
  version,
  tab,
  store,
  send,
  branch,
  newId,
  onState = () => {},
  onNews = () => {},
  timers = globalThis,
  random = Math.random,
}) {
  // Of this tab alone: two that draw at once must not write over each other.
  let outbox = outboxOf(canvas, tab);
  // In order; the first is the next to go.
  let pending = [];
  let base = version;
  // Patches that the server is known to have.
  const stored = new Set();
  let timer = null;
  let flying = false;
  let failures = 0;
  let state = "idle"; // waiting, sending, offline, conflict, stopped
  let reason = null;
  let saving = Promise.resolve();

  /** `detail`: the site's own sentence for the person. */
  function tell(next, why = null, detail = "") {
    if (state === next && reason === why) return;
    [state, reason] = [next, why];
    onState({ state, reason, detail, pending: pending.length });
  }

  const blocked = () => state === "conflict" || state === "stopped";

  /** What an earlier page left behind. Its commands, in order: the caller does them in its own document. */
  async function restore() {
    const note = await store.note(outbox);
    pending = await store.items(outbox);
    if (pending.length) base = pending[0].number - 1;
    if (note) await moveTo(note);
    if (pending.length) tell("waiting");
    if (pending.length) soon(0);
    return waiting();
  }

  /** `files`: the new patches of the command, by their ids. Kept when the promise is. */
  function add(command, files = new Map()) {
    const number = base + pending.length + 1;
    const item = { number, command, files: [...files] };
    pending.push(item);
    // One that could not be kept here is sent all the same, and its caller told.
    saving = saving.catch(() => {}).then(() => store.put(outbox, item));
    if (!blocked()) {
      if (state === "idle") tell("waiting");
      soon(GATHER);
    }
    return saving;
  }

  function soon(delay) {
    if (timer === null && !flying && !blocked()) timer = timers.setTimeout(flush, delay);
  }

  async function flush() {
    timers.clearTimeout(timer);
    timer = null;
    if (flying || blocked() || !pending.length) return;
    flying = true;
    const batch = next();
    const begun = { canvas, base };
    if (failures === 0) tell("sending");
    let answer = {};
    try {
      await saving.catch(() => {});
      answer = (await send({ ...begun, commands: batch.commands, files: batch.files })) ?? {};
    } catch {
      // Nothing came back: whether it arrived will be seen when it is sent again.
    }
    flying = false;
    await settle(answer, batch);
  }

  /** As many as may go at once; of one with very many patches, first some of those alone. */
  function next() {
    const commands = [];
    const files = new Map();
    let bytes = 0;
    for (const { command, files: own } of pending.slice(0, MOST_COMMANDS)) {
      const fresh = own.filter(([id]) => !stored.has(id) && !files.has(id));
      const size = fresh.reduce((sum, [, file]) => sum + (file.size ?? file.length), 0);
      const fits = files.size + fresh.length <= MOST_FILES && bytes + size <= MOST_BYTES;
      if (!fits && commands.length) break;
      if (!fits) return alone(fresh);
      for (const [id, file] of fresh) files.set(id, file);
      bytes += size;
      commands.push(command);
    }
    return { commands, files };
  }

  function alone(fresh) {
    const files = new Map();
    let bytes = 0;
    for (const [id, file] of fresh) {
      bytes += file.size ?? file.length;
      if (files.size && (files.size === MOST_FILES || bytes > MOST_BYTES)) break;
      files.set(id, file);
    }
    return { commands: [], files };
  }

  async function settle(answer, batch) {
    if (answer.version !== undefined && !answer.stale) {
      failures = 0;
      for (const id of batch.files.keys()) stored.add(id);
      await done(batch.commands.length);
    } else if (answer.stale) {
      failures = 0;
      await meet(answer);
    } else if (answer.missing) {
      failures += 1;
      for (const id of answer.missing) stored.delete(id);
      const here = new Set(pending.flatMap(({ files }) => files.map(([id]) => id)));
      if (!answer.missing.every((id) => here.has(id))) return tell("stopped", "missing");
    } else if (answer.stopped) {
      return tell("stopped", answer.stopped, answer.detail);
    } else {
      failures += 1;
      tell("offline");
    }
    if (blocked()) return;
    if (!pending.length) tell("idle");
    else if (failures) soon(backoff(failures, random));
    else soon(0);
  }

  async function done(count) {
    const gone = pending.splice(0, count);
    base += count;
    for (const { command } of gone) for (const id of patchesOf(command)) stored.add(id);
    // Left there it would be sent once more, and known by its id: no reason to stop.
    if (gone.length) await store.remove(outbox, gone.map(({ number }) => number)).catch(() => {});
  }

  /** Something lies behind `base`: ours, whose answer was lost, then perhaps another's. */
  async function meet({ entries, version: there }) {
    // A backup was put back: what this page knows of the log is gone there.
    if (there < base) return tell("stopped", "older");
    let ours = 0;
    while (ours < pending.length && entries[ours]?.id === pending[ours].command.id) ours += 1;
    await done(ours);
    if (ours && !pending.length) tell("idle");
    const news = entries.slice(ours);
    if (!news.length && there === base) return;
    if (pending.length) return tell("conflict");
    base = there;
    onNews(news);
  }

  /** The page has heard that there is something new, and read it. False if own commands stand against it. */
  async function follow({ entries, version: there }) {
    if (flying) return false;
    const news = entries.filter((entry) => entry.version > base);
    await meet({ entries: news, version: there });
    return state !== "conflict";
  }

  /** What waits goes on in a branch of its own, from where it was drawn. Returns the branch's id. */
  async function toBranch() {
    const note = { id: newId(), canvas, version: base };
    // First noted, so that a tab that closes now goes on with the same branch and not with a second one.
    const known = await store.note(outbox);
    if (!known) await store.write(outbox, note);
    await moveTo(known ?? note);
    tell(pending.length ? "waiting" : "idle");
    soon(0);
    return canvas;
  }

  async function moveTo({ id, canvas: from, version: at }) {
    await branch({ canvas: from, version: at, id });
    const there = outboxOf(id, tab);
    // In one line with the keeping: what is drawn at this moment is kept where it will be looked for.
    saving = saving.catch(() => {}).then(async () => {
      await store.move(outbox, there);
      outbox = there;
    });
    await saving;
    canvas = id;
    base = at;
  }

  const waiting = () => pending.map(({ command }) => command);

  return {
    restore,
    add,
    flush,
    follow,
    toBranch,
    waiting,
    get canvas() {
      return canvas;
    },
    /** The version that the server is known to have. */
    get base() {
      return base;
    },
    get pending() {
      return pending.length;
    },
    get state() {
      return state;
    },
    /** After trash was restored, a sign-in, a network that is back. */
    again() {
      failures = 0;
      if (state === "stopped" || state === "offline") tell("waiting");
      timers.clearTimeout(timer);
      timer = null;
      soon(0);
    },
  };
}
