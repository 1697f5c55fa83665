import assert from "node:assert/strict";
import { test } from "node:test";

import { createDraft } from "../../static/js/lib/draft.js";
import { neighbour } from "../../static/js/lib/grid.js";
import { freshKey } from "../../static/js/lib/key.js";
import { createPress } from "../../static/js/lib/press.js";
import { localTime, statedTime } from "../../static/js/lib/times.js";
import { counted, fill } from "../../static/js/lib/words.js";

const FINE = { empty: false, over: 0 };

test("a double click is one press, before and after its answer", () => {
  let now = 0;
  const press = createPress({ now: () => now });
  assert.equal(press.refusal(FINE, "a fox"), null);
  press.sent();
  assert.equal(press.refusal(FINE, "a fox"), "again");
  press.answered({ ok: true, text: "a fox" });
  now = 300;
  assert.equal(press.refusal(FINE, "a fox"), "again");
  assert.equal(press.refusal(FINE, "two foxes"), null, "another sentence is another wish");
  now = 1000;
  assert.equal(press.refusal(FINE, "a fox"), null, "and so is the same one a second later");
});

test("after a refusal the same sentence may be sent at once", () => {
  const press = createPress({ now: () => 0 });
  press.sent();
  press.answered({ ok: false, text: "a fox" });
  assert.equal(press.refusal(FINE, "a fox"), null);
});

test("nothing and too much are not sent", () => {
  const press = createPress({ now: () => 0 });
  assert.equal(press.refusal({ empty: true, over: 0 }, " "), "empty");
  assert.equal(press.refusal({ empty: false, over: 3 }, "…"), "over");
});

function storage(initial = {}) {
  const kept = new Map(Object.entries(initial));
  return {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => kept.set(name, value),
    removeItem: (name) => kept.delete(name),
  };
}

test("a draft outlives the tab until it is sent, and signing out forgets it everywhere", () => {
  const [tab, shared] = [storage(), storage()];
  const draft = createDraft({ tab, shared });
  draft.keep("a fox");
  assert.equal(createDraft({ tab: storage(), shared }).restore(""), "a fox", "a new tab");
  assert.equal(draft.restore("from the server"), "from the server");
  draft.sent();
  assert.equal(createDraft({ tab: storage(), shared }).restore(""), "");
  assert.equal(draft.restore(""), "a fox", "this tab still shows it");
  draft.forget();
  assert.equal(draft.restore(""), "");
});

test("a box that was emptied on purpose stays empty", () => {
  const [tab, shared] = [storage(), storage({ "tessera.draft": "older" })];
  const draft = createDraft({ tab, shared });
  draft.keep("");
  assert.equal(draft.restore(""), "");
});

test("storage that is switched off or full stops nothing", () => {
  const broken = {
    getItem: () => {
      throw new Error("denied");
    },
    setItem: () => {
      throw new Error("full");
    },
    removeItem: () => {
      throw new Error("denied");
    },
  };
  for (const bad of [null, broken]) {
    const draft = createDraft({ tab: bad, shared: bad });
    draft.keep("a fox");
    draft.sent();
    draft.forget();
    assert.equal(draft.restore("kept by the server"), "kept by the server");
    assert.equal(draft.restore(""), "");
  }
});

test("a key is a version 4 uuid also where randomUUID is missing", () => {
  const shape = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  const plain = { getRandomValues: (bytes) => globalThis.crypto.getRandomValues(bytes) };
  const keys = Array.from({ length: 50 }, () => freshKey(plain));
  for (const key of [...keys, freshKey()]) assert.match(key, shape);
  assert.equal(new Set(keys).size, 50);
});

test("arrows move over a wall: along, to the next row under the same place, and not over its edge", () => {
  // Three in a row, the last row has two.
  const boxes = [0, 1, 2, 3, 4].map((n) => ({ left: (n % 3) * 100, top: Math.floor(n / 3) * 100, width: 96 }));
  const go = (from, key, options) => neighbour(boxes, from, key, options);
  assert.deepEqual([go(0, "ArrowRight"), go(4, "ArrowRight"), go(0, "ArrowLeft")], [1, 4, 0]);
  assert.deepEqual(
    [go(1, "ArrowDown"), go(2, "ArrowDown"), go(4, "ArrowUp"), go(0, "ArrowUp"), go(3, "ArrowDown")],
    [4, 4, 1, 0, 3],
  );
  assert.deepEqual([go(2, "Home"), go(2, "End"), go(2, "x")], [0, 4, null]);
  assert.deepEqual([go(1, "ArrowLeft", { rtl: true }), go(1, "ArrowRight", { rtl: true })], [2, 0]);
});

test("times are told in the person's zone, and days by the calendar", () => {
  const now = Date.parse("2026-03-03T00:05:00+01:00");
  const tell = (iso, more) => localTime(iso, { locale: "en-GB", timeZone: "Europe/Berlin", now, ...more });
  assert.equal(tell("2026-03-02T23:03:00Z"), "Today, 00:03");
  assert.equal(tell("2026-03-02T22:58:00Z"), "Yesterday, 23:58");
  assert.equal(tell("2026-03-01T12:00:00Z"), "1 Mar 2026, 13:00");
  assert.equal(tell("2026-03-02T23:03:00Z", { timeZone: "UTC" }), "Today, 23:03");
  assert.equal(tell("2026-03-02T23:03:00Z", { locale: "de" }), "Heute, 00:03");
  assert.equal(tell("nonsense"), null);
});

test("a statement says the day in the person's zone, and never 'today'", () => {
  const tell = (form, timeZone) => statedTime("2026-12-20T00:00:00Z", form, { locale: "en-GB", timeZone });
  assert.equal(tell("day", "Europe/Berlin"), "20 Dec 2026");
  assert.equal(tell("day", "America/New_York"), "19 Dec 2026");
  assert.equal(tell("whole", "Asia/Kolkata"), "20 Dec 2026, 05:30");
  assert.equal(statedTime("nonsense", "day", {}), null);
});

test("words are filled, and counted forms follow the language", () => {
  assert.equal(fill("{n} of {limit}, {unknown}", { n: 3, limit: 400 }), "3 of 400, {unknown}");
  assert.equal(fill(undefined, {}), "");
  assert.equal(fill("{prompt}", { prompt: "$& {n}", n: 1 }), "$& {n}", "what a person wrote is not read as a pattern");
  const forms = { one: "{n} credit", other: "{n} credits" };
  assert.deepEqual(
    [1, 0, 42].map((n) => counted(forms, n, "en")),
    ["1 credit", "0 credits", "42 credits"],
  );
  assert.equal(counted(forms, 5, "pl"), "5 credits", "a form that the page does not carry");
});
