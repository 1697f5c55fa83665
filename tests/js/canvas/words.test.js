import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const root = new URL("../../../", import.meta.url);
const read = (path) => readFileSync(new URL(path, root), "utf8");
const camel = (name) => name.replace(/[-_](\w)/g, (_, letter) => letter.toUpperCase());

const scripts = readdirSync(new URL("static/js/canvas", root), { recursive: true })
  .filter((name) => name.endsWith(".js"))
  .map((name) => read(`static/js/canvas/${name}`));
const carried = new Set(
  [...read("templates/generation/_canvas_words.html").matchAll(/data-([\w-]+)="\{% translate/g)].map(([, name]) => camel(name)),
);
const found = (pattern, texts = scripts) => texts.flatMap((text) => [...text.matchAll(pattern)].map(([, name]) => name));

test("every word that the canvas says is on its page", () => {
  const said = [
    ...found(/\bsay\("(\w+)"/g),
    ...found(/\bbutton\("(\w+)"/g),
    ...found(/\bnamed\("([\w-]+)"/g).map(camel),
    ...found(/\btool\("(\w+)"/g).map((name) => `tool${name[0].toUpperCase()}${name.slice(1)}`),
    ...found(/^ {2}(\w+)(?:: \{|: mark)/gm, [read("static/js/canvas/commands.js")]).map((name) => camel(`do-${name}`)),
  ];
  assert.ok(said.length > 100);
  for (const name of said) assert.ok(carried.has(name), name);
});

test("every button of the page acts", () => {
  const pages = ["bar", "tools", "panels", "frame", "dialogs"].map((name) => read(`templates/generation/_canvas_${name}.html`));
  const acts = new Set(found(/\bnamed\("([\w-]+)"/g));
  for (const name of found(/data-act="([\w-]+)"/g, pages)) assert.ok(acts.has(name), name);
  const tools = new Set(found(/^ {4}(\w+): \w+\(/gm, [read("static/js/canvas/page.js")]));
  for (const name of found(/data-tool="(\w+)"/g, pages)) assert.ok(tools.has(name), name);
  const icons = new Set(found(/symbol id="([\w-]+)"/g, [read("static/img/icons.svg")]));
  for (const name of found(/icon="([\w-]+)"/g, pages)) assert.ok(icons.has(name), name);
});

test("no two commands have one key", async () => {
  const keys = found(/(?:named|tool)\("[\w-]+", (\[[^\]]*(?:"\]"[^\]]*)?\]|"\w")/g, [read("static/js/canvas/all-actions.js")])
    .flatMap((list) => [...list.matchAll(/"([^"]+)"/g)].map(([, key]) => key));
  assert.ok(keys.length > 30);
  assert.equal(new Set(keys).size, keys.length, keys.join(" "));
});
