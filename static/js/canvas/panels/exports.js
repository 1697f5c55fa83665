/** The canvas as a file: written by the site while one goes on, and told when it is there. */
import { say } from "../say.js";

const LOOK_AGAIN = 1500;

export function exportsOf(studio) {
  let [wanted, timer] = [null, null];

  async function start() {
    if (!(await studio.saved())) return studio.tell(say("notSaved"));
    const answer = await studio.post("export").catch(() => null);
    if (!answer) return studio.tell(say("noConnection"));
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) return studio.tell(said.detail ?? say("noExport"));
    wanted = said.id;
    studio.tell(say("exporting"));
    look();
  }

  /** The announcement comes by the socket; where there is none, by asking. */
  async function look() {
    clearTimeout(timer);
    if (!wanted) return;
    const found = await studio.read("exports").catch(() => null);
    const mine = (found?.exports ?? found ?? []).find?.(({ id }) => id === wanted);
    if (mine?.state === "ready") return ready(mine.url);
    if (mine?.state === "failed") return failed();
    timer = setTimeout(look, LOOK_AGAIN);
  }

  function ready(url) {
    wanted = null;
    studio.tell(say("exported"));
    download(url);
  }

  function failed() {
    wanted = null;
    studio.tell(say("noExport"));
  }

  function download(url) {
    const link = Object.assign(document.createElement("a"), { href: url, download: "" });
    link.click();
  }

  return {
    start,
    heard: look,
    async project() {
      if (!(await studio.saved())) return studio.tell(say("notSaved"));
      const there = await fetch(studio.address("project"), { method: "HEAD" }).catch(() => null);
      if (!there || there.status === 404) return studio.tell(say("noProject"));
      download(studio.address("project"));
    },
  };
}
