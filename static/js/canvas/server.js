/**
 * What a canvas asks of the site, in the words of queue.js and history.js. `fetch` and the token are handed in, so that
 * all of it runs under node.
 *
 * An answer that says nothing certain (no network, a site that restarts, too many at once) is {}: the queue sends again.
 */

export function createServer({ fetch, token, root = "/canvases" }) {
  const to = (canvas, what) => `${root}/${canvas}/${what}`;

  async function read(address) {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (!answer.ok || signedOut(answer)) throw Object.assign(new Error(address), { stopped: reasonOf(answer, {}) });
    return answer.json();
  }

  const post = (address, body) =>
    fetch(address, { method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": token() } });

  /** All that is new behind a version, however many times the site must be asked. */
  async function since(canvas, version, told = null) {
    const news = told ?? (await read(`${to(canvas, "log")}?after=${version}`));
    const entries = [...news.entries];
    while (entries.length && entries.at(-1).version < news.version) {
      const more = await read(`${to(canvas, "log")}?after=${entries.at(-1).version}`);
      if (!more.entries.length) break;
      entries.push(...more.entries.filter((entry) => entry.version <= news.version));
    }
    return { version: news.version, entries };
  }

  return {
    since,
    open: (canvas) => read(to(canvas, "document")),
    chunk: (canvas, node) => read(to(canvas, `chunk/${node}`)),
    history: (canvas, before) => read(to(canvas, `history${before ? `?before=${before}` : ""}`)),

    /** As queue.js wants it. */
    async send({ canvas, base, commands, files }) {
      const body = new FormData();
      body.append("batch", JSON.stringify({ base, commands }));
      for (const [id, file] of files) body.append(id, file, `${id}.png`);
      const answer = await post(to(canvas, "log"), body);
      const said = await answer.json().catch(() => ({}));
      if (answer.ok && !signedOut(answer)) return said.version === undefined ? {} : { version: said.version };
      if (said.stale) return { stale: true, ...(await since(canvas, base, said)) };
      if (said.missing) return { missing: said.missing };
      const stopped = reasonOf(answer, said);
      return stopped ? { stopped, detail: said.detail } : {};
    },

    /** As queue.js wants it. */
    async branch({ canvas, version, id }) {
      const answer = await post(to(canvas, "branch"), new URLSearchParams({ version, id }));
      if (!answer.ok || signedOut(answer)) throw Object.assign(new Error("branch"), { stopped: reasonOf(answer, {}) });
      return answer.json();
    },
  };
}

/** Who is signed out is led to a page for signing in, which answers with 200. */
const signedOut = (answer) => answer.redirected && new URL(answer.url).pathname.startsWith("/accounts/");

function reasonOf(answer, said) {
  if (signedOut(answer) || answer.status === 401 || answer.status === 403) return said.stopped ?? "signedOut";
  if (answer.status === 404) return "gone";
  if (answer.status === 429 || answer.status === 408 || answer.status >= 500) return null;
  return said.stopped ?? "refused";
}
