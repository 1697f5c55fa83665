import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { createActions, keyOf } from "../../../static/js/canvas/actions.js";
import { candidatesOf, createFrames, turned } from "../../../static/js/canvas/frames.js";
import { settled, stepped } from "../../../static/js/canvas/snap.js";
import { fitted, panned, showing, toCanvas, toScreen, zoomed } from "../../../static/js/canvas/view/camera.js";
import { tileBox, trail } from "../../../static/js/canvas/wanted.js";
import { sha256 } from "../../../static/js/lib/sha256.js";
import { isGone, tabName } from "../../../static/js/canvas/tab.js";

test("our own SHA-256 is the browser's, at every length around a block", async () => {
  for (const length of [0, 1, 3, 55, 56, 57, 63, 64, 65, 119, 120, 1000]) {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 37 + length) % 256);
    const known = createHash("sha256").update(bytes).digest("hex");
    assert.equal(await sha256(bytes, null), known, `${length} bytes`);
    assert.equal(await sha256(bytes), known);
  }
});

const paint = (...boxes) => ({ do: "paint", v: 1, layer: 0, patches: boxes.map(([x, y, w, h]) => ["p", x, y, w, h]) });
const never = () => assert.fail("nothing here was merged");

test("a tile is as old as the last mark that touches it", () => {
  const commands = new Map([
    [1, paint([0, 0, 10, 10])],
    [2, paint([600, 0, 10, 10])],
    [3, paint([505, 5, 10, 10])],
    [4, { do: "place", v: 1, layer: 0, patch: "p", width: 100, height: 100, matrix: [2, 0, 0, 2, -150, 0] }],
  ]);
  const layer = { id: 0, marks: [1, 2, 3, 4] };
  const versions = (tx) => trail(layer, tileBox(1, tx, 0), (version) => commands.get(version), never).marks.map(({ version }) => version);
  assert.deepEqual(versions(0), [1, 3, 4]);
  assert.deepEqual(versions(1), [2, 3]);
  assert.deepEqual(versions(-1), [4]);
  assert.deepEqual(versions(2), []);
  // Undone, it is the one of before.
  layer.marks.pop();
  assert.deepEqual(versions(0).at(-1), 3);
});

test("what the page has not read may be anywhere; what was merged is asked for at what came after it", () => {
  const known = (version) => (version > 5 ? paint([0, 0, 9, 9]) : undefined);
  const unread = trail({ id: 0, marks: [4, 5, 6] }, tileBox(1, 0, 0), known, never);
  assert.deepEqual([unread.marks.map(({ version }) => version), unread.whole], [[5, 6], false]);
  const merged = { id: 0, marks: [6, { id: 3, marks: [] }, 8] };
  assert.deepEqual(trail(merged, tileBox(1, 4, 4), known, never).marks, [{ version: 8, command: null }]);
  merged.marks.pop();
  assert.equal(trail(merged, tileBox(1, 4, 4), known, () => 7).marks[0].version, 7);
});

test("the camera keeps what lies under the pointer, and comes back to where it was", () => {
  const camera = { x: 10, y: -20, zoom: 0.5 };
  const point = [300, 200];
  const near = zoomed(camera, 2, point);
  assert.deepEqual(toCanvas(near, point), toCanvas(camera, point));
  assert.deepEqual(panned(panned(camera, 30, 40), -30, -40), camera);
  const whole = fitted([0, 0, 4096, 1024], { width: 800, height: 600 });
  assert.ok(toScreen(whole, [0, 0])[0] >= 47 && toScreen(whole, [4096, 0])[0] <= 753);
  const shown = showing(camera, [5000, 0, 5100, 100], { width: 800, height: 600 });
  const [right] = toScreen(shown, [5100, 0]);
  assert.ok(right <= 800 && right > 700);
  assert.deepEqual(showing(shown, [5000, 0, 5100, 100], { width: 800, height: 600 }), shown);
});

test("a frame rests on edges, half over them, and else on the grid", () => {
  const picture = [[100, 0, 1124, 1024]];
  assert.deepEqual(settled({ x: 1130, y: 3 }, picture, 10), { x: 1124, y: 0 });
  assert.deepEqual(settled({ x: 609, y: -515 }, picture, 10), { x: 612, y: -512 });
  assert.deepEqual(settled({ x: -931, y: 40 }, picture, 10), { x: -924, y: 64 });
  assert.deepEqual(settled({ x: 3000, y: 3000 }, picture, 10), { x: 3008, y: 3008 });
  assert.deepEqual(stepped({ x: 100, y: 0 }, "ArrowRight"), { x: 128, y: 0 });
  assert.deepEqual(stepped({ x: 100, y: 0 }, "ArrowLeft"), { x: 64, y: 0 });
  assert.deepEqual(stepped({ x: 100, y: 0 }, "ArrowDown", { far: true }), { x: 100, y: 512 });
  assert.deepEqual(stepped({ x: 100, y: 0 }, "ArrowUp", { fine: true }), { x: 100, y: -1 });
  assert.equal(stepped({ x: 0, y: 0 }, "Enter"), null);
});

test("more candidates stand beside the first, and the original is among them", () => {
  const frames = createFrames();
  const job = (id, created, pictures, more) => ({ id, created, finished: true, status: "delivered", pictures, ...more });
  const group = frames.add({ version: 3, x: 0, y: 0, job: job("a", "1", [{ id: 1 }, { id: 2 }]) });
  assert.equal(frames.add({ version: 3, x: 0, y: 0, job: job("b", "2", [{ id: 3 }]) }), group);
  assert.notEqual(frames.add({ version: 4, x: 0, y: 0, job: job("c", "3", [], { closed: true }), closed: true }), group);
  assert.deepEqual(candidatesOf(group).map(({ picture }) => picture.id), [1, 2, 3]);
  assert.deepEqual([1, 1, 1, 1].map((by) => turned(group, by)), [1, 2, 3, 0]);
  assert.equal(turned(group, -1), 3);
  assert.deepEqual(frames.open, [group]);
  frames.close(group);
  assert.deepEqual([frames.open, frames.last], [[], group]);
  frames.reopen(group);
  assert.equal(candidatesOf(group).length, 3);
  assert.equal(frames.update(job("z", "9", [])), null);
});

test("keys are named alike in the table and at the keyboard", () => {
  const pressed = (key, more = {}) => keyOf({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...more });
  assert.equal(pressed("Z", { ctrlKey: true, shiftKey: true }), "Mod+Shift+z");
  assert.equal(pressed("z", { metaKey: true }), "Mod+z");
  assert.equal(pressed("?", { shiftKey: true }), "?");
  assert.equal(pressed("+", { shiftKey: true }), "+");
  assert.equal(pressed("Delete", { shiftKey: true }), "Shift+Delete");
  const done = [];
  const actions = createActions([["one", "One", ["a"], () => done.push(1)], ["two", "", [], () => done.push(2)]]);
  actions.forKey("a").run();
  actions.run("two");
  assert.deepEqual([done, actions.list.length, actions.forKey("b")], [[1, 2], 1, null]);
});

/** The browser's locks, as far as tabs use them: held until the tab is gone. */
function lockManager() {
  const held = new Map();
  const asking = (tab) => ({
    request(name, { signal }, act) {
      if (held.has(name) && signal) return Promise.reject(new Error("it waited in vain"));
      if (held.has(name)) return Promise.resolve(act(null));
      held.set(name, tab);
      const kept = act({});
      if (!kept?.then) held.delete(name);
      return Promise.resolve(kept?.then ? undefined : kept);
    },
  });
  const leave = (tab) => held.forEach((of, name) => of === tab && held.delete(name));
  return { asking, leave };
}

const storage = (start = {}) => {
  const kept = { ...start };
  return { getItem: (name) => kept[name] ?? null, setItem: (name, value) => (kept[name] = value), kept };
};

test("a reload keeps the tab's name, a copied tab gets another, and who is gone is known", async () => {
  const locks = lockManager();
  const first = storage();
  const name = await tabName(locks.asking("one"), first);
  const copied = storage(first.kept);
  const other = await tabName(locks.asking("two"), copied);
  assert.notEqual(other, name);
  assert.deepEqual([await isGone(name, locks.asking("three")), await isGone("never", locks.asking("three"))], [false, true]);
  locks.leave("one");
  assert.equal(await isGone(name, locks.asking("three")), true);
  assert.equal(await tabName(locks.asking("one again"), first), name);
});
