import assert from "node:assert/strict";
import { test } from "node:test";
import { promptLength } from "../../static/js/lib/count.js";
import { blank, fit, read, toggleStyle, write } from "../../static/js/lib/builder.js";

const styles = ["oil painting", "as a mosaic", "pop art", "in the style of Monet"];
const full = {
  main: "a fox reading a map",
  subs: ["a red scarf", "a lantern"],
  medium: "oil painting",
  style: "art nouveau",
  era: "the 1920s",
  camera: "a 35 mm lens",
  lighting: "soft morning light",
  colours: "teal and orange",
  aspect: "wide",
};

test("every field has its phrase, in one order", () => {
  assert.equal(
    write(full),
    "an oil painting of a fox reading a map, with a red scarf, with a lantern, in art nouveau style, " +
      "reminiscent of the 1920s, taken with a 35 mm lens, lit by soft morning light, in the colours teal and orange, wide view",
  );
  assert.equal(write(blank()), "");
  assert.equal(write({ ...blank(), main: "a fox" }), "a fox");
  assert.equal(write({ ...blank(), main: "a fox", style: "pop art" }, { styles }), "a fox, pop art");
});

test("what was written is read again, field by field, with any of them left out", () => {
  const names = Object.keys(full).filter((name) => name !== "main");
  for (let mask = 0; mask < 2 ** names.length; mask += 1) {
    const fields = { ...full };
    names.forEach((name, bit) => {
      if (mask & (2 ** bit)) fields[name] = blank()[name];
    });
    assert.deepEqual(read(write(fields, { styles }), { styles }), fields);
  }
});

test("a sentence that somebody else wrote stays the same, letter for letter", () => {
  const pieces = ["a fox", "with a hat", "in pop style", "wide view", "pop art", "in the colours red", "lit by", "with ", "x, y", "in  style", "an oil painting of", "A POSTER of it", "", " ", "tall view", "with", "taken with a camera "];
  let seed = 7;
  const dice = (n) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
  for (let round = 0; round < 4000; round += 1) {
    const sentence = Array.from({ length: 1 + dice(5) }, () => pieces[dice(pieces.length)]).join(", ");
    if (sentence !== sentence.trim() || /[\s,]$/.test(sentence)) continue;
    assert.equal(write(read(sentence, { styles }), { styles }), sentence);
  }
});

test("what does not fit is named and left out, and the main idea never is", () => {
  const told = fit(full, 90);
  assert.ok(told.length <= 90);
  assert.deepEqual(told.left, ["style", "era", "camera", "lighting", "colours"]);
  assert.equal(told.sentence.endsWith("with a lantern, wide view"), true);
  const long = "x".repeat(401);
  assert.deepEqual(fit({ ...blank(), main: long }, 400), { sentence: long, length: 401, left: [] });
  // Counted as the server counts: one figure on the screen is three code points here.
  const astronauts = "👩‍🚀".repeat(133);
  const counted = fit({ ...blank(), main: astronauts, lighting: "dusk" }, 400);
  assert.equal(counted.length, promptLength(astronauts));
  assert.deepEqual(counted.left, ["lighting"]);
});

test("a chip puts its style at the end, changes it, and takes it away again", () => {
  const once = toggleStyle("a fox", "pop art", styles);
  assert.equal(once, "a fox, pop art");
  assert.equal(toggleStyle(once, "as a mosaic", styles), "a fox, as a mosaic");
  assert.equal(toggleStyle(once, "pop art", styles), "a fox");
  assert.equal(toggleStyle("a fox, lit by a lamp, wide view", "pop art", styles), "a fox, pop art, lit by a lamp, wide view");
  assert.equal(toggleStyle("", "pop art", styles), "pop art");
});
