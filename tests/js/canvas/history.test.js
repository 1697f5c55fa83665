import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { apply, revert } from "../../../static/js/canvas/commands.js";
import { BadCommand, copyOf, empty } from "../../../static/js/canvas/document.js";
import { createHistory } from "../../../static/js/canvas/history.js";
import { knownWalk } from "./known-walk.js";
import { Log } from "./log.js";
import { anyCommand, chance, seedNow } from "./walk.js";

const bits = (value) => JSON.stringify(value);

/** Any state, by all that a page may have to fetch for it. */
function learned(history, log, to) {
  for (let lacking = history.lacks(to); lacking !== null; lacking = history.lacks(to)) history.learn(log.chunkOf(lacking));
}

function undone(history, log) {
  learned(history, log);
  return history.undo();
}

function redone(history, log) {
  const command = history.redo();
  if (command) learned(history, log, command.to);
  return command;
}

/** Takes it as the page does, and as the server does behind it. */
function both(history, log, id) {
  return (command) => {
    history.take(command);
    const answer = log.append({ base: log.version, commands: [{ id: id(), ...command }] });
    assert.equal(answer.version, history.version);
  };
}

test("a random walk of 10,000 commands: undo all is the start, redo all the end, and a replay is the same", () => {
  const seed = seedNow();
  console.log(`seed ${seed}`);
  const dice = chance(seed);
  const log = new Log();
  const history = createHistory(log.open());
  let made = 0;
  const take = both(history, log, () => `c${(made += 1)}`);
  while (history.version < 10_000) {
    const what = dice.upTo(99);
    let command = null;
    if (what < 11) command = undone(history, log);
    else if (what < 20) command = redone(history, log);
    else if (what < 21 && dice.random() < 0.1) {
      const node = dice.upTo(history.version);
      if (log.isState(node)) {
        learned(history, log, node);
        command = history.goTo(node);
      }
    }
    take(command ?? anyCommand(history.document, dice));
    if (history.version % 500 === 0) {
      const replayed = createHistory(log.open());
      assert.equal(bits(replayed.document), bits(history.document), `at ${history.version}, seed ${seed}`);
      assert.deepEqual([replayed.version, replayed.head], [history.version, history.head]);
      assert.equal(replayed.redo()?.to ?? null, history.redo()?.to ?? null);
    }
  }
  // To the state with most commands behind it, wherever the walk has ended.
  const depths = [0];
  for (const { version, parent, command } of log.entries.slice(1)) {
    depths[version] = command.do === "go" ? 0 : depths[parent] + 1;
  }
  const deepest = depths.indexOf(Math.max(...depths));
  if (deepest !== history.head) {
    learned(history, log, deepest);
    take(history.goTo(deepest));
  }
  const end = bits(history.document);
  assert.equal(end, bits(log.state(history.head)));

  // Every state that undo passes is the one that a replay from the very first command gives.
  const { head } = history;
  const path = [];
  for (let node = head; node !== 0; node = log.entries[node].parent) path.unshift(node);
  const states = [bits(empty())];
  const document = empty();
  for (const node of path) {
    apply(document, log.entries[node].command, node);
    states.push(bits(document));
  }
  assert.equal(states.at(-1), end);
  for (let step = path.length - 1; step >= 0; step -= 1) {
    take(undone(history, log));
    assert.equal(bits(history.document), states[step], `undo to step ${step}, seed ${seed}`);
  }
  assert.equal(history.head, 0);
  assert.equal(bits(history.document), bits(empty()));
  assert.equal(undone(history, log), null);
  for (let step = 1; step <= path.length; step += 1) {
    take(redone(history, log));
    assert.equal(bits(history.document), states[step], `redo to step ${step}, seed ${seed}`);
  }
  assert.equal(history.head, head);
  assert.equal(bits(history.document), end);
  assert.ok(path.length > 500, `${path.length} states deep`);
});

test("undo goes on behind a reload, on another device, over several snapshots", () => {
  const dice = chance(7);
  const log = new Log();
  const first = createHistory(log.open());
  let made = 0;
  const take = both(first, log, () => `c${(made += 1)}`);
  for (let n = 0; n < 700; n += 1) take(anyCommand(first.document, dice));
  const end = bits(first.document);
  let device = createHistory(log.open());
  assert.ok(log.open().entries.length < 256);
  for (let n = 0; n < 700; n += 1) {
    const command = undone(device, log);
    device.take(command);
    log.append({ base: log.version, commands: [{ id: `u${n}`, ...command }] });
    if (n % 90 === 0) device = createHistory(log.open());
    assert.equal(bits(device.document), bits(log.state(log.head)));
  }
  assert.equal(bits(device.document), bits(empty()));
  for (let n = 0; n < 700; n += 1) {
    const next = redone(device, log);
    device.take(next);
    log.append({ base: log.version, commands: [{ id: `r${n}`, ...next }] });
    if (n % 90 === 0) device = createHistory(log.open());
  }
  assert.equal(bits(device.document), end);
});

test("what was drawn after an undo leaves what was undone where it was, to be gone back to", () => {
  const log = new Log();
  const history = createHistory(log.open());
  const stroke = () => ({ do: "paint", v: 1, layer: 0, patches: [["a".repeat(64), 0, 0, 8, 8]] });
  history.take(stroke());
  history.take(stroke());
  history.take(history.undo());
  history.take(stroke());
  assert.deepEqual(history.document.layers[0].marks, [1, 4]);
  history.take(history.goTo(2));
  assert.deepEqual(history.document.layers[0].marks, [1, 2]);
  history.take(history.undo());
  assert.equal(history.redo().to, 2);
});

test("a command that makes no sense changes nothing", () => {
  const history = createHistory(new Log().open());
  const bad = [
    { do: "paint", v: 1, layer: 3, patches: [] },
    { do: "remove_layer", v: 1, layer: 0 },
    { do: "merge_layer", v: 1, layer: 0 },
    { do: "order_layer", v: 1, layer: 0, index: 1 },
    { do: "add_layer", v: 1, name: "", role: "hint", index: 2 },
    { do: "paint", v: 2, layer: 0, patches: [] },
    { do: "fly", v: 1 },
    { do: "go", v: 1, to: 0 },
    { do: "go", v: 1, to: 9 },
  ];
  for (const command of bad) assert.throws(() => history.take(command), BadCommand, bits(command));
  assert.deepEqual([history.version, history.head, bits(history.document)], [0, 0, bits(empty())]);
});

test("each kind of command is taken back to the last bit", () => {
  const dice = chance(3);
  const document = empty();
  const seen = new Set();
  for (let version = 1; version < 1500; version += 1) {
    const command = anyCommand(document, dice);
    seen.add(command.do);
    const before = bits(document);
    const other = copyOf(document);
    const was = apply(other, command, version);
    revert(other, command, was);
    assert.equal(bits(other), before, command.do);
    apply(document, command, version);
  }
  assert.equal(seen.size, 9);
});

test("the walk that the server replays too (tests/generation/canvases/test_reading.py)", () => {
  const known = JSON.parse(readFileSync(new URL("../../fixtures/canvas_walk.json", import.meta.url), "utf8"));
  assert.deepEqual(known, JSON.parse(bits(knownWalk())));
  assert.ok(known.snapshots.length > 2 && known.snapshots.some(([version]) => version % 256));
});
