import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const root = new URL("../../", import.meta.url);
const read = (path) => readFileSync(new URL(path, root), "utf8");
const files = (folder, ending) =>
  readdirSync(new URL(folder, root), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => readFileSync(`${entry.parentPath ?? entry.path}/${entry.name}`, "utf8"));
const every = (texts, pattern) =>
  new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map((found) => found[1])));
const camel = (name) => name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());

const templates = files("templates", ".html");
const scripts = files("static/js", ".js");
const app = read("static/js/app.js");
const registered = app.slice(app.indexOf("register({"));

test("every behaviour that a template asks for exists, and each one is asked for", () => {
  const asked = every(templates, /data-behaviour="([\w-]+)"/g);
  const known = new Set([...registered.matchAll(/^ {2}"?([\w-]+)"?(?:,|:)/gm)].map((found) => found[1]));
  assert.ok(asked.size > 8);
  assert.deepEqual([...asked].sort(), [...known].sort());
});

test("every word that a script says is in the page, translated", () => {
  const carried = every([read("templates/_words.html")], /data-([\w-]+)="\{% translate/g);
  const page = new Set([...carried].map(camel));
  const said = every(scripts, /\bword\("(\w+)"/g);
  for (const name of every(scripts, /\b(say[A-Z]\w+|again[A-Z]\w+)"/g)) said.add(name);
  assert.ok(said.size > 8);
  for (const name of said) assert.ok(page.has(name), name);
});

test("the box carries every word that its script reads from it", () => {
  const form = read("templates/generation/_prompt_form.html");
  const script = read("static/js/behaviours/prompt-box.js");
  const carried = new Set([...form.matchAll(/\bdata-([\w-]+)=/g)].map((found) => camel(found[1])));
  const wanted = every([script], /form\.dataset\.(\w+)/g);
  for (const [, names] of script.matchAll(/const \{([^}]+)\} = form\.dataset/g)) {
    for (const name of names.split(",")) wanted.add(name.split(":")[0].trim());
  }
  assert.ok(wanted.size > 8);
  for (const name of wanted) assert.ok(carried.has(name), name);
});

test("the policy for scripts and styles holds: nothing inline, nothing from elsewhere", () => {
  for (const html of templates) {
    assert.doesNotMatch(html, /\sstyle=|<style|\son[a-z]+=|hx-on|javascript:/i);
    for (const [tag] of html.matchAll(/<script[^>]*>/g)) assert.match(tag, /src="\{% static /);
    assert.doesNotMatch(html, /(?:src|href)="(?:https?:)?\/\//);
  }
  for (const css of files("static/css", ".css")) assert.doesNotMatch(css, /url\("?(?:https?:)?\/\//);
});
