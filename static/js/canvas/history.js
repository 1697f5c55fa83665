/**
 * The log as a page knows it, and the one place where commands are run.
 *
 * Every command makes a state, known by its version; `go` returns to an earlier one. So states are a tree: undo goes to
 * the state that a command was done in, redo to the one that was last entered from here. Both are commands like any
 * other, written into the log, and so they survive a reload and are the same on another device.
 *
 * A page knows the log in chunks (services/canvases/chunks.py): a snapshot and what came after it. What lies further
 * back is fetched when somebody goes there: `lacks` says which state's chunk is wanted, `learn` takes it.
 */
import { apply, revert } from "./commands.js";
import { BadCommand, copyOf } from "./document.js";

export const SNAPSHOT_EVERY = 256;

/** `chunk` as the server tells it: {snapshot: {version, head, next, document}, entries: [{version, parent, next, command}]} */
export function createHistory(chunk) {
  const commands = new Map();
  const parents = new Map();
  const nexts = new Map();
  const chunks = new Map();
  // What reverting needs, of the commands between the live document and the state that it was last built from.
  const done = new Map();
  let { version, head, document } = { ...chunk.snapshot, document: copyOf(chunk.snapshot.document) };
  let live = begin(chunk.snapshot);
  for (const entry of chunk.entries) take(entry.command);
  remember(chunk);

  function begin({ version: at, head: node, document: state }) {
    const made = { version: at, head: node, document: copyOf(state), nodes: new Set([node]) };
    chunks.set(at, made);
    return made;
  }

  /** What the server says of where redo leads counts only for states that nothing was entered from here. */
  function remember({ snapshot, entries }) {
    for (const { version: node, next } of [{ version: snapshot.head, next: snapshot.next }, ...entries]) {
      if (next !== null && !nexts.has(node)) nexts.set(node, next);
    }
  }

  /** Do it: a new state, or a return to an old one. Returns its version. Throws where it cannot be done. */
  function take(command) {
    if (command.do === "go") enter(command.to);
    else {
      const was = apply(document, command, version + 1);
      done.set(version + 1, was);
      commands.set(version + 1, command);
      parents.set(version + 1, head);
      nexts.set(head, version + 1);
      head = version + 1;
    }
    version += 1;
    if (command.do !== "go") live.nodes.add(version);
    if (!live.nodes.has(head) || version - live.version >= SNAPSHOT_EVERY) live = begin({ version, head, document });
    return version;
  }

  function enter(to) {
    if (to === head) throw new BadCommand(`state ${to} is where the canvas is`);
    if (parents.get(head) === to && done.has(head)) {
      revert(document, commands.get(head), done.get(head));
      done.delete(head);
    } else if (parents.get(to) === head) {
      done.set(to, apply(document, commands.get(to), to));
    } else {
      rebuild(to);
    }
    head = to;
    if (parents.has(to)) nexts.set(parents.get(to), to);
  }

  function rebuild(to) {
    const from = chunkWith(to);
    if (!from) throw new BadCommand(`state ${to} is not known here`);
    document = copyOf(from.document);
    done.clear();
    for (const node of pathIn(from, to)) done.set(node, apply(document, commands.get(node), node));
  }

  /** The one in which it was made tells its parent too; one that only begins there will do for its state. */
  function chunkWith(node) {
    let beginning = null;
    for (const each of chunks.values()) {
      if (!each.nodes.has(node)) continue;
      if (each.head !== node) return each;
      beginning = each;
    }
    return beginning;
  }

  function pathIn(from, to) {
    const path = [];
    for (let node = to; node !== from.head; node = parents.get(node)) path.push(node);
    return path.reverse();
  }

  return {
    get version() {
      return version;
    },
    get head() {
      return head;
    },
    get document() {
      return document;
    },
    take,
    commandOf: (node) => commands.get(node),
    /** The command that undoes; null at the very beginning. What `lacks` names must be learnt first. */
    undo: () => (head === 0 ? null : { do: "go", v: 1, to: parents.get(head) }),
    /** The command that does again what was undone last from here; null if nothing was. */
    redo: () => (nexts.get(head) <= version ? { do: "go", v: 1, to: nexts.get(head) } : null),
    goTo: (node) => (node === head ? null : { do: "go", v: 1, to: node }),
    /** The state whose chunk must be learnt before going there can be taken; null if none. */
    lacks(to = parents.get(head)) {
      if (head !== 0 && to === undefined) return head;
      return to === undefined || chunkWith(to) ? null : to;
    },
    /** An older stretch of the log. */
    learn({ snapshot, entries }) {
      const known = chunks.get(snapshot.version) ?? begin(snapshot);
      for (const { version: node, parent, command } of entries) {
        if (command.do === "go") continue;
        commands.set(node, command);
        parents.set(node, parent);
        known.nodes.add(node);
      }
      remember({ snapshot, entries });
    },
  };
}
