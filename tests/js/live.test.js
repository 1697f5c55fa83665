import assert from "node:assert/strict";
import { test } from "node:test";

import { backoff, createLive } from "../../static/js/lib/live.js";

/** A clock that only moves when it is told to, and lets promises settle at every stop. */
function clock() {
  let now = 0;
  let next = 1;
  const due = new Map();
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
        await new Promise(setImmediate);
        const first = [...due].sort((x, y) => x[1].at - y[1].at || x[0] - y[0])[0];
        if (!first || first[1].at > end) break;
        due.delete(first[0]);
        now = first[1].at;
        first[1].act();
      }
      now = end;
      await new Promise(setImmediate);
    },
  };
}

function page({ jobs = ["a"], answer = async (id) => ({ job: { id } }) } = {}) {
  const timers = clock();
  const seen = { sockets: [], polls: [], messages: [], trouble: [], signedOut: 0 };
  const live = createLive({
    connect(handlers) {
      const socket = {
        ...handlers,
        sent: [],
        isClosed: false,
        send: (text) => socket.sent.push(text),
        close: () => (socket.isClosed = true),
      };
      seen.sockets.push(socket);
      return socket;
    },
    fetchState(id) {
      seen.polls.push(id);
      return answer(id);
    },
    unfinished: () => jobs,
    onMessage: (message) => seen.messages.push(message),
    onTrouble: (now) => seen.trouble.push(now),
    onSignedOut: () => (seen.signedOut += 1),
    timers,
    random: () => 1,
  });
  return { live, timers, jobs, ...seen, seen };
}

test("with a socket nothing is polled, and its messages come through", async () => {
  const { live, timers, sockets, polls, messages } = page();
  live.start();
  sockets[0].opened();
  sockets[0].received('{"type":"snapshot","jobs":[]}');
  await timers.pass(60_000);
  assert.deepEqual([polls, messages, sockets.length], [[], [{ type: "snapshot", jobs: [] }], 1]);
  assert.equal(live.send({ type: "seen", id: "a" }), true);
  assert.deepEqual(sockets[0].sent, ['{"type":"seen","id":"a"}']);
});

test("without a socket unfinished jobs are asked about every two seconds, until none is left", async () => {
  const { live, timers, jobs, sockets, polls, messages } = page();
  live.start();
  sockets[0].closed(1006);
  await timers.pass(1500);
  assert.equal(polls.length, 1);
  await timers.pass(4000);
  assert.equal(polls.length, 3);
  assert.deepEqual(messages[0], { type: "job", job: { id: "a" } });
  jobs.length = 0;
  await timers.pass(60_000);
  assert.equal(polls.length, 3);
});

test("a socket that hangs half-open does not keep the page waiting", async () => {
  const { live, timers, polls } = page();
  live.start();
  await timers.pass(1600);
  assert.equal(polls.length, 1);
});

test("a socket that comes back ends the polling", async () => {
  const { live, timers, sockets, polls } = page();
  live.start();
  sockets[0].closed(1006);
  await timers.pass(600);
  assert.equal(sockets.length, 2, "dialled again after half a second");
  sockets[1].opened();
  const before = polls.length;
  await timers.pass(60_000);
  assert.equal(polls.length, before);
});

test("a job added without a socket is asked about", async () => {
  const { live, timers, jobs, sockets, polls } = page({ jobs: [] });
  live.start();
  sockets[0].closed(1006);
  await timers.pass(10_000);
  assert.deepEqual(polls, []);
  jobs.push("b");
  live.added();
  await timers.pass(2000);
  assert.deepEqual(polls, ["b"]);
});

test("retries wait longer each time, at most 30 s, half of it by chance", async () => {
  assert.deepEqual(
    [1, 2, 3, 7, 40].map((n) => backoff(n, () => 1)),
    [500, 1000, 2000, 30_000, 30_000],
  );
  assert.equal(
    backoff(3, () => 0),
    1000,
  );
  const { live, timers, sockets } = page({ jobs: [] });
  live.start();
  for (const wait of [500, 1000, 2000, 4000]) {
    const before = sockets.length;
    sockets.at(-1).closed(1006);
    await timers.pass(wait - 1);
    assert.equal(sockets.length, before);
    await timers.pass(1);
    assert.equal(sockets.length, before + 1);
  }
});

test("a site that takes sockets and drops them at once is not hammered", async () => {
  const { live, timers, sockets } = page({ jobs: [] });
  live.start();
  sockets[0].opened();
  sockets[0].closed(1006);
  await timers.pass(500);
  sockets[1].opened();
  sockets[1].closed(1006);
  await timers.pass(999);
  assert.equal(sockets.length, 2, "an open that said nothing does not count as success");
  await timers.pass(1);
  sockets[2].opened();
  sockets[2].received("{}");
  sockets[2].closed(1006);
  await timers.pass(500);
  assert.equal(sockets.length, 4, "one that spoke does");
});

test("trouble is told while nothing answers, polls thin out, and it is over with the first answer", async () => {
  let down = true;
  const { live, timers, sockets, polls, trouble } = page({
    answer: async (id) => {
      if (down) throw new TypeError("no network");
      return { job: { id } };
    },
  });
  live.start();
  sockets[0].closed(1006);
  await timers.pass(30_000);
  assert.ok(polls.length >= 4 && polls.length <= 7, `${polls.length} polls in 30 s`);
  assert.deepEqual(new Set(trouble), new Set([true]));
  down = false;
  await timers.pass(30_000);
  assert.equal(trouble.at(-1), false);
});

test("gone is told, and signed out ends everything", async () => {
  const gone = page({ answer: async () => ({ gone: true }) });
  gone.live.start();
  await gone.timers.pass(1500);
  assert.deepEqual(gone.messages, [{ type: "gone", id: "a" }]);

  const out = page({ answer: async () => ({ signedOut: true }) });
  out.live.start();
  await out.timers.pass(60_000);
  assert.deepEqual([out.seen.signedOut, out.polls.length, out.timers.waiting()], [1, 1, 0]);

  const refused = page();
  refused.live.start();
  refused.sockets[0].closed(4401);
  await refused.timers.pass(60_000);
  assert.deepEqual([refused.seen.signedOut, refused.sockets.length], [1, 1]);
});

test("waking a page that slept drops the dead socket, and asks at once", async () => {
  const { live, timers, sockets, polls, messages } = page();
  live.start();
  sockets[0].opened();
  live.wake({ asleep: true });
  await timers.pass(0);
  assert.deepEqual([sockets.length, sockets[0].isClosed, polls.length], [2, true, 1]);
  sockets[0].received('{"late":true}');
  sockets[0].closed(1006);
  sockets[1].opened();
  await timers.pass(5000);
  assert.equal(sockets.length, 2, "the old one has no say any more");
  assert.ok(!messages.some((message) => message.late));
});

test("waking a page whose socket is well does nothing", async () => {
  const { live, timers, sockets, polls } = page();
  live.start();
  sockets[0].opened();
  live.wake();
  await timers.pass(5000);
  assert.deepEqual([sockets.length, polls.length], [1, 0]);
});

test("stopped, it lets go of everything and stays stopped", async () => {
  const { live, timers, sockets, polls } = page();
  live.start();
  sockets[0].opened();
  live.stop();
  live.wake({ asleep: true });
  live.added();
  await timers.pass(60_000);
  assert.deepEqual([sockets[0].isClosed, sockets.length, polls.length, timers.waiting()], [true, 1, 0, 0]);
  assert.equal(live.send({ type: "seen", id: "a" }), false);
});

test("one can ask about one job while the socket is up, and a failure is no drama", async () => {
  let fails = false;
  const { live, sockets, messages } = page({
    answer: async (id) => {
      if (fails) throw new TypeError("no network");
      return { job: { id, finished: true } };
    },
  });
  live.start();
  sockets[0].opened();
  await live.ask("a");
  assert.deepEqual(messages, [{ type: "job", job: { id: "a", finished: true } }]);
  fails = true;
  await live.ask("a");
  assert.equal(messages.length, 1);
});
