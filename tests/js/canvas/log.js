/**
 * The server's log, by the rules of generation/services/canvases (log.py, chunks.py, branches.py), in memory: what the
 * real service answers to batches that come late, twice or crossed.
 */
import { apply } from "../../../static/js/canvas/commands.js";
import { copyOf, empty } from "../../../static/js/canvas/document.js";

const SNAPSHOT_EVERY = 256;
const copied = (value) => JSON.parse(JSON.stringify(value));

export class Log {
  constructor() {
    this.entries = [{ version: 0, id: "begin", parent: 0, next: null, command: { do: "begin" } }];
    this.snapshots = [{ version: 0, head: 0, document: empty() }];
    this.head = 0;
    this.ids = new Set(["begin"]);
    this.now = empty();
  }

  get version() {
    return this.entries.length - 1;
  }

  /** {version} or {stale, base, version}; all of it or nothing. */
  append({ base, commands }) {
    if (base > this.version) return { stale: true, base: this.version, version: this.version };
    let known = 0;
    while (known < commands.length && this.entries[base + 1 + known]?.id === commands[known].id) known += 1;
    const fresh = commands.slice(known);
    if (base + known !== this.version || fresh.some(({ id }) => this.ids.has(id))) {
      return { stale: true, base: base + known, version: this.version };
    }
    for (const { id, ...command } of copied(fresh)) this.take(id, command);
    return { version: this.version };
  }

  take(id, command) {
    const entry = { version: this.version + 1, id, parent: this.head, next: null, command };
    const last = this.snapshots.at(-1);
    this.ids.add(id);
    this.entries.push(entry);
    if (command.do === "go") {
      if (!this.isState(command.to) || command.to === this.head) throw new Error(`bad go to ${command.to}`);
      this.head = command.to;
      if (this.head !== 0) this.entries[this.entries[this.head].parent].next = this.head;
      this.now = this.state(this.head);
    } else {
      apply(this.now, command, entry.version);
      this.entries[this.head].next = entry.version;
      this.head = entry.version;
    }
    const inside = this.head === last.head || (this.head > last.version && this.isState(this.head));
    if (!inside || this.version - last.version >= SNAPSHOT_EVERY) {
      this.snapshots.push({ version: this.version, head: this.head, document: copyOf(this.now) });
    }
  }

  isState(node) {
    return node === 0 || (node <= this.version && this.entries[node].command.do !== "go");
  }

  /** From the newest snapshot before it. */
  state(node) {
    const snapshot = this.before(node);
    const document = copyOf(snapshot.document);
    const path = [];
    for (let at = node; at !== snapshot.head; at = this.entries[at].parent) path.push(at);
    for (const at of path.reverse()) apply(document, this.entries[at].command, at);
    return document;
  }

  before(node) {
    return this.snapshots.findLast((snapshot) => snapshot.version < Math.max(node, 1));
  }

  chunk(snapshot, last = this.version) {
    const { next } = this.entries[snapshot.head];
    return copied({ snapshot: { ...snapshot, next }, entries: this.entries.slice(snapshot.version + 1, last + 1) });
  }

  open() {
    return this.chunk(this.snapshots.at(-1));
  }

  chunkOf(node) {
    const snapshot = this.before(node);
    const after = this.snapshots[this.snapshots.indexOf(snapshot) + 1];
    return this.chunk(snapshot, after?.version);
  }

  since(version) {
    return copied(this.entries.slice(version + 1));
  }

  branch(version) {
    const branch = new Log();
    for (const { id, command } of copied(this.entries.slice(1, version + 1))) branch.take(id, command);
    return branch;
  }
}
