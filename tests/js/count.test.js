import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { measure, promptLength } from "../../static/js/lib/count.js";

// The server's tests read the same file, so both sides count alike or one of them fails.
const cases = JSON.parse(readFileSync(new URL("../fixtures/prompt_lengths.json", import.meta.url), "utf8"));

test("every sentence of the shared list has the length that the server gives it", () => {
  assert.ok(cases.length > 30);
  for (const { text, length } of cases) assert.equal(promptLength(text), length, JSON.stringify(text));
});

test("the list holds what JavaScript's own length gets wrong", () => {
  const wrong = cases.filter(({ text, length }) => text.length !== length);
  assert.ok(wrong.length > 10);
});

test("400 may be sent, 401 are one too many, white space alone is empty", () => {
  assert.deepEqual(measure("🦊".repeat(400), 400), { length: 400, limit: 400, over: 0, empty: false });
  assert.equal(measure("🦊".repeat(401), 400).over, 1);
  assert.equal(measure(" \n\t ", 400).empty, true);
});
