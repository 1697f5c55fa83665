import assert from "node:assert/strict";
import { test } from "node:test";

import { createHistory } from "../../../static/js/canvas/history.js";
import { GATHER, MOST_COMMANDS, createQueue } from "../../../static/js/canvas/queue.js";
import { inMemory } from "../../../static/js/canvas/store.js";
import { clock } from "./clock.js";
import { Log } from "./log.js";
import { anyCommand, chance, seedNow } from "./walk.js";

/** The server and a network that loses, delays and doubles what is sent, and what is answered. */
class World {
  constructor(dice, timers) {
    this.dice = dice;
    this.timers = timers;
    this.logs = new Map([["main", new Log()]]);
    this.begun = new Map([["main", 0]]);
    this.bad = true;
    this.fates = { lost: 0, unanswered: 0, late: 0, doubled: 0, good: 0, stale: 0 };
  }

  arrive({ canvas, base, commands }) {
    const log = this.logs.get(canvas);
    const answer = log.append({ base, commands });
    if (!answer.stale) return answer;
    this.fates.stale += 1;
    return { stale: true, version: log.version, entries: log.since(base) };
  }

  async send(batch) {
    const after = (delay) => new Promise((resolve) => this.timers.setTimeout(resolve, delay));
    const fate = this.bad ? this.dice.one(["lost", "unanswered", "late", "doubled", "good", "good", "good"]) : "good";
    this.fates[fate] += 1;
    // As it is now: what is sent is bytes.
    const sent = JSON.parse(JSON.stringify({ ...batch, files: [] }));
    await after(this.dice.upTo(200));
    if (fate === "lost") throw new Error("lost");
    if (fate === "late") {
      this.timers.setTimeout(() => this.arrive(sent), this.dice.upTo(6000));
      await after(1000);
      throw new Error("timed out");
    }
    const answer = this.arrive(sent);
    if (fate === "doubled") this.timers.setTimeout(() => this.arrive(sent), this.dice.upTo(6000));
    await after(this.dice.upTo(200));
    if (fate === "unanswered") throw new Error("the answer was lost");
    return answer;
  }

  async branch({ canvas, version, id }) {
    if (this.bad && this.dice.random() < 0.3) throw new Error("lost");
    if (!this.logs.has(id)) {
      this.logs.set(id, this.logs.get(canvas).branch(version));
      this.begun.set(id, version);
    }
    if (this.bad && this.dice.random() < 0.3) throw new Error("the answer was lost");
  }
}

/** A page: draws, is reloaded, hears of others, and when it was second goes on in a branch or follows. */
class Page {
  constructor(world, tab) {
    Object.assign(this, { world, tab, store: inMemory(), drawn: [], behind: [] });
    this.canvas = "main";
  }

  queueOf(canvas) {
    const { world, store, tab } = this;
    // What a page had in flight may still arrive after it is gone; nobody hears the answer.
    const life = { over: false };
    const living = (act) => () => life.over || act();
    const heard = (promise) => new Promise((yes, no) => promise.then((a) => life.over || yes(a), (e) => life.over || no(e)));
    const queue = createQueue({
      canvas,
      version: world.logs.get(canvas).version,
      tab,
      store,
      send: (batch) => heard(world.send(batch)),
      branch: (wanted) => heard(world.branch(wanted)),
      newId: () => world.dice.uuid(),
      timers: {
        setTimeout: (act, delay) => world.timers.setTimeout(living(act), delay),
        clearTimeout: world.timers.clearTimeout,
      },
      random: world.dice.random,
    });
    queue.end = () => (life.over = true);
    return queue;
  }

  async open(canvas) {
    this.canvas = canvas;
    this.queue = this.queueOf(canvas);
    await this.queue.restore().catch(() => (this.queue = null));
    if (!this.queue) return this.open(canvas); // the branch could not be begun: tried again
    this.canvas = this.queue.canvas;
    return this.rebuild();
  }

  /** What the server is known to have, and behind it what waits. */
  rebuild() {
    const log = this.world.logs.get(this.queue.canvas);
    this.history = createHistory(log.chunk(log.snapshots[0], this.queue.base));
    for (const command of this.queue.waiting()) this.history.take(command);
  }

  async draw() {
    const { dice } = this.world;
    const undo = dice.random() < 0.15 && this.history.head !== 0;
    const command = undo ? this.history.undo() : anyCommand(this.history.document, dice);
    const id = dice.uuid();
    this.history.take(command);
    this.drawn.push(id);
    await this.queue.add({ id, ...command });
  }

  async hear() {
    const log = this.world.logs.get(this.queue.canvas);
    const { base } = this.queue;
    if (log.version > base) {
      await this.queue.follow({ version: log.version, entries: log.since(base) });
      if (this.queue.state !== "conflict" && !this.queue.pending) this.rebuild();
    }
  }

  async decide() {
    if (this.queue.state !== "conflict") return;
    const from = this.canvas;
    const moved = await this.queue.toBranch().catch(() => null);
    if (moved === null) return;
    if (this.world.dice.random() < 0.5) this.canvas = moved;
    else {
      this.behind.push(this.queue); // goes on sending while the page follows the others
      await this.open(from);
    }
    this.rebuild();
  }
}

async function scene({ seed, steps }) {
  const dice = chance(seed);
  const timers = clock();
  const world = new World(dice, timers);
  const pages = [new Page(world, "one"), new Page(world, "other")];
  for (const page of pages) await page.open("main");
  for (let step = 0; step < steps; step += 1) {
    const page = dice.one(pages);
    const what = dice.upTo(99);
    if (what < 60) await page.draw();
    else if (what < 70) await page.hear();
    else if (what < 73) {
      page.queue.end(); // a reload: what it held in memory is gone
      await page.open(dice.random() < 0.8 ? page.canvas : "main");
    }
    await timers.pass(dice.upTo(900));
    await page.decide();
  }
  world.bad = false;
  for (let round = 0; round < 40; round += 1) {
    for (const page of pages) {
      await page.decide();
      for (const queue of [page.queue, ...page.behind]) {
        queue.again();
        if (queue.state === "conflict") await queue.toBranch();
      }
    }
    await timers.pass(10_000);
  }
  for (const page of pages) await adopt(page, timers);
  return { world, pages };
}

/** Whatever earlier pages of this browser left behind: each outbox that holds something is sent to its end. */
async function adopt(page, timers) {
  for (let round = 0; round < 6; round += 1) {
    for (const canvas of [...page.world.logs.keys()]) {
      for (const name of await page.store.outboxes(canvas)) {
        assert.equal(name, `${canvas}:${page.tab}`);
        const queue = page.queueOf(canvas);
        await queue.restore();
        await timers.pass(20_000);
        if (queue.state === "conflict") await queue.toBranch();
        await timers.pass(20_000);
      }
    }
  }
  for (const canvas of page.world.logs.keys()) assert.deepEqual(await page.store.outboxes(canvas), []);
}

test("two pages on a bad network: every stroke ends exactly once, in the log or in a branch", async () => {
  const first = seedNow();
  for (let seed = first; seed < first + 12; seed += 1) {
    console.log(`seed ${seed}`);
    const { world, pages } = await scene({ seed, steps: 150 });
    const ends = new Map();
    for (const [name, log] of world.logs) {
      for (const entry of log.entries.slice(world.begun.get(name) + 1)) {
        ends.set(entry.id, [...(ends.get(entry.id) ?? []), name]);
      }
      assert.equal(JSON.stringify(createHistory(log.open()).document), JSON.stringify(log.state(log.head)));
    }
    const drawn = pages.flatMap((page) => page.drawn);
    for (const id of drawn) assert.equal(ends.get(id)?.length, 1, `${id} ended in ${ends.get(id)}, seed ${seed}`);
    assert.equal(ends.size, drawn.length);
    // The order in which a page drew is the order in which its strokes stand.
    for (const log of world.logs.values()) {
      for (const { drawn: mine } of pages) {
        const places = log.entries.map((entry) => mine.indexOf(entry.id)).filter((place) => place >= 0);
        assert.deepEqual(places, [...places].sort((x, y) => x - y));
      }
    }
    for (const [fate, times] of Object.entries(world.fates)) assert.ok(times > 0, `no ${fate} with seed ${seed}`);
    assert.ok(world.logs.size > 1);
  }
});

function alone(answers, options = {}) {
  const timers = clock();
  const seen = { sent: [], states: [], news: [] };
  const store = inMemory();
  const queue = createQueue({
    canvas: "c",
    version: 0,
    tab: "t",
    store,
    async send(batch) {
      seen.sent.push(batch);
      return answers.shift()?.(batch) ?? { version: batch.base + batch.commands.length };
    },
    branch: async () => {},
    newId: () => "branch",
    onState: ({ state, reason }) => seen.states.push(reason ?? state),
    onNews: (news) => seen.news.push(news),
    timers,
    random: () => 1,
    ...options,
  });
  return { queue, timers, store, seen };
}

const stroke = (n, patches = []) => ({ id: `${n}`, do: "paint", v: 1, layer: 0, patches: patches.map((id) => [id, 0, 0, 1, 1]) });

test("what is drawn within 300 ms goes together, kept first", async () => {
  const { queue, timers, store, seen } = alone([]);
  await queue.add(stroke(1));
  await timers.pass(GATHER - 50);
  await queue.add(stroke(2));
  assert.deepEqual([seen.sent.length, (await store.items("c:t")).length], [0, 2]);
  await timers.pass(60);
  assert.deepEqual([seen.sent.length, seen.sent[0].commands.length, seen.sent[0].base], [1, 2, 0]);
  assert.deepEqual([queue.base, queue.pending, (await store.items("c:t")).length], [2, 0, 0]);
  assert.deepEqual(seen.states, ["waiting", "sending", "idle"]);
});

test("offline it waits, longer each time, and nothing overtakes", async () => {
  const fail = () => Promise.reject(new Error("offline"));
  const { queue, timers, seen } = alone([fail, fail, fail]);
  await queue.add(stroke(1));
  await timers.pass(GATHER);
  await queue.add(stroke(2));
  await timers.pass(60_000);
  assert.deepEqual(seen.sent.map(({ base, commands }) => [base, commands.length]), [[0, 1], [0, 2], [0, 2], [0, 2]]);
  assert.deepEqual(seen.states, ["waiting", "sending", "offline", "idle"]);
});

test("a patch is sent once, and again where the server has lost it", async () => {
  const { queue, timers, seen } = alone([undefined, () => ({ missing: ["a"] })]);
  const file = { size: 10 };
  await queue.add(stroke(1, ["a"]), new Map([["a", file]]));
  await timers.pass(GATHER);
  await queue.add(stroke(2, ["a"]), new Map([["a", file]]));
  await timers.pass(10_000);
  assert.deepEqual(seen.sent.map(({ files }) => [...files.keys()]), [["a"], [], ["a"]]);
  assert.equal(queue.pending, 0);
});

test("large things go in portions, the patches of a very large one before it", async () => {
  const { queue, timers, seen } = alone([]);
  for (let n = 0; n < MOST_COMMANDS + 3; n += 1) await queue.add(stroke(n));
  const many = Array.from({ length: 150 }, (_, n) => `p${n}`);
  await queue.add(stroke("many", many), new Map(many.map((id) => [id, { size: 1000 }])));
  await timers.pass(10_000);
  assert.deepEqual(
    seen.sent.map(({ commands, files }) => [commands.length, files.size]),
    [[64, 0], [3, 0], [0, 64], [0, 64], [1, 22]],
  );
  assert.equal(queue.base, MOST_COMMANDS + 4);
});

test("what others did is told where nothing own stands against it", async () => {
  const { queue, seen } = alone([]);
  const entries = [{ version: 1, id: "theirs" }];
  assert.equal(await queue.follow({ version: 1, entries }), true);
  assert.deepEqual([queue.base, seen.news], [1, [entries]]);
  await queue.add(stroke(1));
  assert.equal(await queue.follow({ version: 2, entries: [...entries, { version: 2, id: "more" }] }), false);
  assert.deepEqual([queue.state, queue.pending, queue.base], ["conflict", 1, 1]);
});

for (const reason of ["trash", "gone", "refused", "full", "signedOut"]) {
  test(`after "${reason}" nothing more is sent and nothing is lost, until somebody says go on`, async () => {
    const { queue, timers, store, seen } = alone([() => ({ stopped: reason })]);
    await queue.add(stroke(1));
    await timers.pass(60_000);
    await queue.add(stroke(2));
    await timers.pass(60_000);
    assert.deepEqual([seen.sent.length, queue.state, (await store.items("c:t")).length], [1, "stopped", 2]);
    queue.again();
    await timers.pass(1000);
    assert.deepEqual([queue.state, queue.pending], ["idle", 0]);
  });
}

test("a site that knows less than the page, and a patch that nobody has, stop it and lose nothing", async () => {
  const older = alone([() => ({ stale: true, version: 3, entries: [] })], { version: 5 });
  await older.queue.add(stroke(1));
  await older.timers.pass(60_000);
  assert.deepEqual([older.seen.states.at(-1), older.seen.sent.length, older.queue.pending], ["older", 1, 1]);
  const missing = alone([() => ({ missing: ["swept"] })]);
  await missing.queue.add(stroke(1, ["swept"]));
  await missing.timers.pass(60_000);
  assert.deepEqual([missing.seen.states.at(-1), missing.seen.sent.length, missing.queue.pending], ["missing", 1, 1]);
});

test("a tab that closes while it branches goes on with the same branch", async () => {
  const made = [];
  const stale = () => ({ stale: true, version: 1, entries: [{ version: 1, id: "theirs" }] });
  const lost = alone([stale], { branch: async (wanted) => void made.push(wanted) || Promise.reject(new Error("lost")) });
  await lost.queue.add(stroke(1));
  await lost.timers.pass(1000);
  await assert.rejects(lost.queue.toBranch());
  const again = alone([], { store: lost.store, newId: () => "another", branch: async (wanted) => void made.push(wanted) });
  await again.queue.restore();
  await again.timers.pass(1000);
  assert.deepEqual(made, [{ canvas: "c", version: 0, id: "branch" }, { canvas: "c", version: 0, id: "branch" }]);
  assert.deepEqual([again.queue.canvas, again.seen.sent[0].canvas, again.queue.base], ["branch", "branch", 1]);
  assert.deepEqual(await lost.store.outboxes("c"), []);
});

test("what is drawn while a branch begins goes into that branch, and is kept there", async () => {
  const stale = () => ({ stale: true, version: 1, entries: [{ version: 1, id: "theirs" }] });
  let begun;
  const { queue, timers, store, seen } = alone([stale], { branch: () => new Promise((yes) => (begun = yes)) });
  await queue.add(stroke(1));
  await timers.pass(1000);
  const moving = queue.toBranch();
  await timers.pass(10);
  const kept = [queue.add(stroke(2))];
  begun();
  kept.push(queue.add(stroke(3)));
  await moving;
  await Promise.all(kept);
  assert.deepEqual([await store.outboxes("c"), await store.outboxes("branch")], [[], ["branch:t"]]);
  await timers.pass(1000);
  assert.deepEqual([seen.sent[1].canvas, seen.sent[1].commands.map(({ id }) => id)], ["branch", ["1", "2", "3"]]);
  assert.deepEqual([queue.base, queue.pending, await store.outboxes("branch")], [3, 0, []]);
});

test("a browser that cannot keep anything still sends it, and says so", async () => {
  const store = { ...inMemory(), put: () => Promise.reject(new Error("full")) };
  const { queue, timers, seen } = alone([], { store });
  await assert.rejects(queue.add(stroke(1)));
  await timers.pass(1000);
  assert.deepEqual([seen.sent.length, queue.state], [1, "idle"]);
});
