import assert from "node:assert/strict";
import { test } from "node:test";

import { createServer } from "../../../static/js/canvas/server.js";

function site(...answers) {
  const asked = [];
  const server = createServer({
    token: () => "t",
    async fetch(address, options = {}) {
      asked.push({ address, ...options });
      const { status = 200, body = {}, redirected = false, url = "http://x/" } = answers.shift();
      const json = async () => (typeof body === "string" ? JSON.parse(body) : body);
      return { ok: status < 300, status, redirected, url, json };
    },
  });
  return { server, asked };
}

const batch = { canvas: "c", base: 3, commands: [{ id: "1" }], files: new Map([["a", new Blob(["x"])]]) };

test("a batch is one form: the commands, and each new patch under its hash", async () => {
  const { server, asked } = site({ body: { version: 4 } });
  assert.deepEqual(await server.send(batch), { version: 4 });
  const [{ address, method, body, headers }] = asked;
  assert.deepEqual([address, method, headers["X-CSRFToken"]], ["/canvases/c/log", "POST", "t"]);
  assert.deepEqual(JSON.parse(body.get("batch")), { base: 3, commands: [{ id: "1" }] });
  assert.equal(body.get("a").size, 1);
});

const login = { redirected: true, url: "http://x/accounts/login/?next=/", body: "<html>" };
const meanings = [
  [{ status: 422, body: { missing: ["a"] } }, { missing: ["a"] }],
  [{ status: 410, body: { stopped: "trash", detail: "words" } }, { stopped: "trash", detail: "words" }],
  [{ status: 422, body: { stopped: "full", detail: "words" } }, { stopped: "full", detail: "words" }],
  [{ status: 422, body: { detail: "words" } }, { stopped: "refused", detail: "words" }],
  [{ status: 413, body: "<html>" }, { stopped: "refused", detail: undefined }],
  [{ status: 404, body: "<html>" }, { stopped: "gone", detail: undefined }],
  [{ status: 403, body: "<html>" }, { stopped: "signedOut", detail: undefined }],
  [login, { stopped: "signedOut", detail: undefined }],
  [{ status: 500, body: "<html>" }, {}],
  [{ status: 503, body: { detail: "busy" } }, {}],
  [{ status: 429, body: {} }, {}],
  [{ status: 200, body: "<html>" }, {}],
];
for (const [answer, meaning] of meanings) {
  test(`${answer.status ?? "a page for signing in"} ${JSON.stringify(answer.body).slice(0, 40)} means ${JSON.stringify(meaning)}`, async () => {
    assert.deepEqual(await site(answer).server.send(batch), meaning);
  });
}

test("what is new comes whole, in as many portions as the site gives", async () => {
  const entry = (version) => ({ version, id: `${version}` });
  const { server, asked } = site(
    { status: 409, body: { stale: true, version: 7, entries: [entry(4), entry(5)] } },
    { body: { version: 8, entries: [entry(6), entry(7), entry(8)] } },
  );
  const answer = await server.send(batch);
  assert.deepEqual([answer.stale, answer.version, answer.entries.map(({ version }) => version)], [true, 7, [4, 5, 6, 7]]);
  assert.equal(asked[1].address, "/canvases/c/log?after=5");
});

test("a branch that was not made is not taken for made", async () => {
  for (const answer of [{ status: 500 }, { status: 404 }, login]) {
    await assert.rejects(site(answer).server.branch({ canvas: "c", version: 2, id: "b" }));
  }
  const { server, asked } = site({ status: 201, body: { id: "b" } });
  await server.branch({ canvas: "c", version: 2, id: "b" });
  assert.equal(`${asked[0].body}`, "version=2&id=b");
});
