import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const css = readFileSync(new URL("../../static/css/tokens.css", import.meta.url), "utf8");

function colours(text) {
  return Object.fromEntries(
    [...text.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})\b/g)].map(([, name, value]) => [name, value]),
  );
}

const dark = css.indexOf("prefers-color-scheme: dark");
const chosen = css.indexOf(':root[data-theme="dark"]');
const light = colours(css.slice(0, dark));
const themes = { light, dark: { ...light, ...colours(css.slice(dark, chosen)) } };

test("the night that a person chose is the night of the device", () => {
  const of = (from, to) => [...css.slice(from, to).matchAll(/--[\w-]+:[^;]+;/g)].map(([line]) => line);
  const night = of(css.indexOf("{", css.indexOf("{", dark) + 1), chosen);
  assert.ok(night.length > 8);
  assert.deepEqual(of(css.indexOf("{", chosen), css.indexOf("prefers-reduced-motion")), night);
});

function luminance(hex) {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

const TEXT = ["text", "quiet", "accent", "accent-strong", "loss"];
const GROUND = ["paper", "sunk", "raised"];

for (const [name, theme] of Object.entries(themes)) {
  test(`${name}: text on every ground is at least 4.5:1, outlines and rings 3:1`, () => {
    for (const ground of GROUND) {
      for (const text of TEXT) {
        const ratio = contrast(theme[text], theme[ground]);
        assert.ok(ratio >= 4.5, `${text} on ${ground}: ${ratio.toFixed(2)}`);
      }
      const ratio = contrast(theme.outline, theme[ground]);
      assert.ok(ratio >= 3, `outline on ${ground}: ${ratio.toFixed(2)}`);
    }
    for (const button of ["accent", "accent-strong"]) {
      assert.ok(contrast(theme["on-accent"], theme[button]) >= 4.5, `words on a button, ${button}`);
    }
  });
}

test("the colours of look.md are the ones in use", () => {
  assert.deepEqual(
    [
      light.terracotta,
      light.saffron,
      light.leaf,
      light.lagoon,
      light.ink,
      light.paper,
      light.accent,
      themes.dark.paper,
    ],
    ["#c8553d", "#e9b44c", "#7a9e5b", "#2a9d8f", "#3b3f5c", "#fbfaf7", "#1f766c", "#141413"],
  );
});
