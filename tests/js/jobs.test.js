import assert from "node:assert/strict";
import { test } from "node:test";

import { apply, nothing, unfinished } from "../../static/js/lib/jobs.js";

const base = {
  id: "a",
  url: "/jobs/a",
  prompt: "a fox",
  seen: false,
  finished: false,
  step: 0,
  steps: 0,
  previews: [],
  pictures: [],
  detail: "",
};
const row = (revision, attempt, status, more = {}) => ({
  type: "job",
  job: {
    ...base,
    revision,
    attempt,
    status,
    words: `${status} ${revision}`,
    finished: ["delivered", "refused", "failed", "cancelled"].includes(status),
    ...more,
  },
});
const progress = (attempt, step) => ({
  type: "progress",
  id: "a",
  attempt,
  step,
  steps: 20,
  previews: [`p${attempt}.${step}`],
});
const play = (messages, from = nothing()) => messages.reduce((state, message) => apply(state, message).state, from);
const a = (state) => state.jobs.get("a");

// A job as the server tells it: screened, drawn by a worker that died, drawn again, delivered.
const HISTORY = [
  row(1, 0, "queued"),
  row(2, 1, "screening"),
  row(3, 1, "queued"),
  row(4, 2, "running"),
  progress(2, 1),
  progress(2, 2),
  progress(2, 3),
  row(5, 3, "queued"),
  row(6, 4, "running"),
  progress(4, 1),
  progress(4, 2),
  progress(4, 19),
  progress(4, 20),
  row(7, 4, "screening_output", { step: 20, steps: 20 }),
  row(8, 4, "delivered", { step: 20, steps: 20, pictures: [{ id: "x" }] }),
];

function random(seed) {
  return () => {
    seed = (seed * 1664525 + 1013904223) % 4294967296;
    return seed / 4294967296;
  };
}

test("told in order, every message shows", () => {
  let state = nothing();
  for (const message of HISTORY) {
    const result = apply(state, message);
    assert.deepEqual(result.changed, ["a"], JSON.stringify(message));
    state = result.state;
  }
  assert.equal(a(state).status, "delivered");
  assert.deepEqual(a(state).pictures, [{ id: "x" }]);
});

test("in any order and told twice, nothing old is ever shown and the end is the same", () => {
  for (let seed = 1; seed <= 400; seed += 1) {
    const chance = random(seed);
    const told = [...HISTORY, ...HISTORY].map((message) => [chance(), message]).sort((x, y) => x[0] - y[0]);
    let state = nothing();
    let [revision, attempt, step, done] = [0, 0, 0, false];
    for (const [, message] of told) {
      state = apply(state, message).state;
      const job = a(state);
      if (!job) continue;
      assert.ok(job.revision >= revision, `seed ${seed}: revision ${revision} → ${job.revision}`);
      assert.ok(job.attempt >= attempt, `seed ${seed}: attempt ${attempt} → ${job.attempt}`);
      if (job.attempt === attempt && job.status === "running") assert.ok(job.step >= step, `seed ${seed}: step back`);
      assert.ok(!done || job.finished, `seed ${seed}: came back from its end`);
      [revision, attempt, step, done] = [
        job.revision,
        job.attempt,
        job.attempt === attempt ? Math.max(step, job.step) : job.step,
        job.finished,
      ];
    }
    assert.equal(a(state).status, "delivered", `seed ${seed}`);
    assert.equal(a(state).pictures.length, 1);
  }
});

test("progress of a worker that lost the job is not shown", () => {
  const state = play([row(4, 2, "running"), progress(2, 3), row(5, 3, "queued"), progress(2, 4)]);
  assert.equal(a(state).status, "queued");
  const drawn = play([row(6, 4, "running"), progress(4, 1), progress(2, 5)], state);
  assert.deepEqual([a(drawn).step, a(drawn).previews], [1, ["p4.1"]]);
});

test("progress that overtakes the word of its attempt shows at once, and the late row does not undo it", () => {
  const state = play([row(3, 1, "queued"), progress(2, 2)]);
  assert.deepEqual([a(state).status, a(state).step], ["running", 2]);
  const later = play([row(3, 1, "queued", { words: "1 ahead" }), row(4, 2, "running")], state);
  assert.deepEqual([a(later).status, a(later).step, a(later).revision, a(later).previews], ["running", 2, 4, ["p2.2"]]);
});

test("a poll's row that lags behind the socket keeps the step and the preview", () => {
  const state = play([row(4, 2, "running"), progress(2, 9), row(4, 2, "running", { step: 7, steps: 20 })]);
  assert.deepEqual([a(state).step, a(state).previews], [9, ["p2.9"]]);
});

test("a place in the line moves within one revision", () => {
  const state = play([row(3, 1, "queued", { position: 3, words: "2 ahead" })]);
  const result = apply(state, {
    type: "snapshot",
    jobs: [row(3, 1, "queued", { position: 2, words: "1 ahead" }).job],
    balance: 49,
  });
  assert.deepEqual([result.changed, a(result.state).words, result.state.balance], [["a"], "1 ahead", 49]);
  const same = apply(result.state, {
    type: "snapshot",
    jobs: [row(3, 1, "queued", { position: 2, words: "1 ahead" }).job],
    balance: 49,
  });
  assert.deepEqual(same.changed, []);
});

test("the answer to a press, overtaken by the refusal it led to, does not bring the old balance back", () => {
  const refused = apply(nothing(), { ...row(4, 1, "refused"), balance: 50 }).state;
  assert.equal(apply(refused, { ...row(1, 0, "queued"), balance: 49 }).state.balance, 50);
  const accepted = apply(nothing(), { ...row(1, 0, "queued"), balance: 49 }).state;
  assert.equal(apply(accepted, row(1, 0, "queued")).state.balance, 49);
  assert.equal(apply(accepted, { ...row(4, 1, "refused"), balance: 50 }).state.balance, 50);
});

test("what the page itself carries, with fewer fields, takes nothing away", () => {
  const known = play([row(4, 2, "running", { words: "Drawing" }), progress(2, 5)]);
  const { words, previews, pictures, detail, ...fromPage } = row(4, 2, "running").job;
  const state = play([{ type: "job", job: fromPage }], known);
  assert.deepEqual([a(state).words, a(state).step, a(state).previews], ["Drawing", 5, ["p2.5"]]);
});

test("a job that a snapshot leaves out has ended unseen, and is asked about", () => {
  const state = play([row(4, 2, "running")]);
  assert.deepEqual(apply(state, { type: "snapshot", jobs: [], balance: 1 }).missing, ["a"]);
  const full = Array.from({ length: 20 }, (_, n) => ({ ...row(1, 0, "queued").job, id: `other${n}` }));
  assert.deepEqual(
    apply(state, { type: "snapshot", jobs: full, balance: 1 }).missing,
    [],
    "a full list proves nothing",
  );
});

test("seen stays seen, gone is gone, and strangers' messages are ignored", () => {
  let state = play([row(8, 4, "delivered"), { type: "seen", id: "a" }, row(8, 4, "delivered")]);
  assert.equal(a(state).seen, true);
  assert.deepEqual(unfinished(state), []);
  state = play([{ type: "gone", id: "a" }], state);
  assert.equal(a(state), undefined);
  assert.deepEqual(apply(state, progress(9, 9)).changed, []);
  assert.deepEqual(apply(state, { type: "something new" }).changed, []);
});

test("a state that was handed out is never changed afterwards", () => {
  const state = play([row(4, 2, "running")]);
  const before = structuredClone([...state.jobs]);
  play([progress(2, 5), row(7, 4, "cancelled")], state);
  assert.deepEqual([...state.jobs], before);
});
