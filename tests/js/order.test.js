import assert from "node:assert/strict";
import { test } from "node:test";

import { before, moved } from "../../static/js/lib/order.js";

const ids = ["a", "b", "c", "d"];

test("moving onto another takes its place, and what lies between makes room", () => {
  assert.deepEqual(moved(ids, "a", "c"), ["b", "c", "a", "d"]);
  assert.deepEqual(moved(ids, "d", "b"), ["a", "d", "b", "c"]);
  assert.deepEqual(moved(ids, "b", "c"), ["a", "c", "b", "d"]);
  assert.deepEqual(moved(ids, "a", "d"), ["b", "c", "d", "a"]);
});

test("onto itself or onto what is not there changes nothing, and says so by being the same", () => {
  assert.equal(moved(ids, "b", "b"), ids);
  assert.equal(moved(ids, "b", "x"), ids);
  assert.equal(moved(ids, "x", "b"), ids);
});

test("the place is told by what stands before it", () => {
  assert.equal(before(ids, "a"), "");
  assert.equal(before(ids, "c"), "b");
});
