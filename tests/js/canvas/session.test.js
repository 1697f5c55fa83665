import assert from "node:assert/strict";
import { test } from "node:test";

import { outboxOf } from "../../../static/js/canvas/queue.js";
import { createSession } from "../../../static/js/canvas/session.js";
import { inMemory } from "../../../static/js/canvas/store.js";
import { Log } from "./log.js";

const command = (id) => ({ id, do: "change_layer", v: 1, layer: 0, name: id });

/** A site with one canvas. */
function site(log) {
  return {
    async open() {
      return log.open();
    },
    async since(_canvas, version) {
      return { version: log.version, entries: log.since(version) };
    },
    async send({ base, commands }) {
      const answer = log.append({ base, commands });
      return answer.stale ? { stale: true, version: log.version, entries: log.since(base) } : answer;
    },
    async branch() {},
  };
}

async function opened(store, log, server = site(log), tab = "tab", gone = () => false) {
  const states = [];
  const given = { canvas: "c", tab, isGone: async (name) => gone(name), store, server, pixels: () => ({ open() {} }) };
  const said = { onChange: () => {}, onState: (now) => states.push(now.state), onTrouble: (error) => assert.fail(error) };
  const session = await createSession({ ...given, ...said });
  await session.begin();
  return { session, states, server };
}

const until = async (look) => {
  for (let tries = 0; !look(); tries += 1) {
    assert.ok(tries < 200, "it did not come");
    await new Promise((go) => setTimeout(go, 10));
  }
};

test("what arrived without its page hearing of it is not done twice by the next one", async () => {
  const [store, log] = [inMemory(), new Log()];
  log.append({ base: 0, commands: [command("a"), command("b")] });
  // The first was answered; of the second, and of a third that never left, the page that drew them knew nothing.
  await store.put(outboxOf("c", "tab"), { number: 2, command: command("b"), files: [] });
  await store.put(outboxOf("c", "tab"), { number: 3, command: command("d"), files: [] });
  const { session } = await opened(store, log);
  assert.deepEqual([session.version, session.document.layers[0].name], [3, "d"]);
  await until(() => log.version === 3 && session.queue.pending === 0);
  assert.deepEqual(log.since(0).map(({ id }) => id), ["a", "b", "d"]);
});

test("where another was first, his stands on the page and own work waits to be put into a branch", async () => {
  const [store, log] = [inMemory(), new Log()];
  log.append({ base: 0, commands: [command("a"), command("his")] });
  await store.put(outboxOf("c", "tab"), { number: 2, command: command("mine"), files: [] });
  const { session, states } = await opened(store, log);
  assert.equal(session.document.layers[0].name, "his");
  await until(() => session.queue.state === "conflict");
  assert.ok(states.includes("conflict"));
  assert.deepEqual((await store.items(outboxOf("c", "tab"))).map(({ command: { id } }) => id), ["mine"]);
});

test("what a closed tab left is gone on with; what an open one has is left alone", async () => {
  for (const [gone, version] of [[true, 1], [false, 0]]) {
    const [store, log] = [inMemory(), new Log()];
    await store.put(outboxOf("c", "other"), { number: 1, command: command("left"), files: [] });
    const { session } = await opened(store, log, site(log), "tab", () => gone);
    assert.equal(session.version, version);
  }
});

test("acts come in the order of their pressing, however long each takes", async () => {
  const [store, log] = [inMemory(), new Log()];
  const { session } = await opened(store, log);
  const slow = session.act(async () => {
    await new Promise((go) => setTimeout(go, 30));
    return { do: "change_layer", v: 1, layer: 0, name: "slow" };
  });
  session.undo();
  assert.equal(await slow, 1);
  await session.settled();
  assert.deepEqual([session.version, session.head, session.canRedo()], [2, 0, true]);
  await until(() => log.version === 2);
});
