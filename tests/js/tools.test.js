import assert from "node:assert/strict";
import { test } from "node:test";
import { centred, LEAST, moved, pressed, sized } from "../../static/js/lib/crop.js";
import { createSelection } from "../../static/js/lib/selection.js";

test("a range goes from the last one chosen, either way, and adds", () => {
  const order = ["a", "b", "c", "d", "e"];
  const chosen = createSelection();
  chosen.toggle("d");
  chosen.extend("b", order);
  assert.deepEqual(chosen.ids().sort(), ["b", "c", "d"]);
  chosen.toggle("e");
  chosen.toggle("c");
  assert.deepEqual(chosen.ids().sort(), ["b", "d", "e"]);
  chosen.extend("a", order); // from c, the last one touched
  assert.deepEqual(chosen.ids().sort(), ["a", "b", "c", "d", "e"]);
});

test("a range from nowhere, or from what is gone, is one press", () => {
  const chosen = createSelection();
  chosen.extend("b", ["a", "b"]);
  assert.deepEqual(chosen.ids(), ["b"]);
  chosen.keepOnly(["a", "c"]);
  assert.equal(chosen.size, 0);
  chosen.extend("c", ["a", "c"]);
  assert.deepEqual(chosen.ids(), ["c"]);
  chosen.clear();
  assert.equal(chosen.size, 0);
});

test("the square stays in the picture whatever is done to it", () => {
  for (const picture of [{ width: 400, height: 300 }, { width: 20, height: 5000 }, { width: 1000, height: 1000 }]) {
    let square = centred(picture.width, picture.height);
    assert.equal(square.side, Math.min(picture.width, picture.height));
    const acts = [
      (it) => moved(it, 9999, -9999, picture),
      (it) => sized(it, 1, picture),
      (it) => moved(it, -9999, 9999, picture),
      (it) => sized(it, 99999, picture),
      (it) => pressed(it, "-", picture, { far: true }),
      (it) => pressed(it, "ArrowRight", picture),
      (it) => pressed(it, "ArrowDown", picture, { far: true }),
      (it) => pressed(it, "+", picture),
    ];
    for (const act of acts) {
      square = act(square);
      assert.ok(square.left >= 0 && square.top >= 0 && Object.values(square).every(Number.isInteger));
      assert.ok(square.left + square.side <= picture.width && square.top + square.side <= picture.height);
      assert.ok(square.side >= Math.min(LEAST, picture.width, picture.height));
    }
  }
});

test("keys move by a hundredth, with shift by a tenth; other keys are not taken", () => {
  const picture = { width: 1000, height: 500 };
  const square = { left: 100, top: 50, side: 200 };
  assert.deepEqual(pressed(square, "ArrowLeft", picture), { left: 95, top: 50, side: 200 });
  assert.deepEqual(pressed(square, "ArrowDown", picture, { far: true }), { left: 100, top: 100, side: 200 });
  assert.deepEqual(pressed(square, "+", picture), { left: 95, top: 45, side: 210 });
  assert.equal(pressed(square, "Enter", picture), null);
});
