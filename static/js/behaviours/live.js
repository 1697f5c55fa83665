/** On the body of a signed-in page: keeps the feed told, and shows what belongs to the page as a whole. */
import { attach } from "../attach.js";
import { connected, jobNow, take, unfinished, watch } from "../feed.js";
import { createLive } from "../lib/live.js";
import { counted } from "../lib/words.js";
import { announce, locale, word } from "../page.js";

// For the page of a canvas, which alone knows what they mean.
const CANVAS = ["canvas", "export"];
// A page that was hidden for this long may hold a socket that the network has forgotten.
const ASLEEP = 30_000;

export function live(body) {
  const connection = createLive({
    connect: (handlers) => openSocket(body.dataset.socket, handlers),
    fetchState,
    unfinished,
    onMessage: (message) => {
      if (message.type === "inbox") showUnread(message.unread);
      else if (CANVAS.includes(message.type)) dispatchEvent(new CustomEvent("canvas-news", { detail: message }));
      else take(message);
    },
    onTrouble: (now) => show("connection", now),
    onSignedOut: () => show("signed-out", true),
  });
  connected(connection);
  watch(({ changed, before, state }) => {
    if (state.balance !== before.balance) showBalance(state.balance);
    for (const id of changed) notice(before.jobs.get(id), state.jobs.get(id));
  });

  let hiddenAt = null;
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      hiddenAt = Date.now();
      return;
    }
    document.title = document.title.replace(/^● /, "");
    connection.wake({ asleep: hiddenAt !== null && Date.now() - hiddenAt > ASLEEP });
  });
  addEventListener("online", () => connection.wake({ asleep: true }));
  // Out of the back-forward cache the socket is gone without having been told so.
  addEventListener("pageshow", (event) => event.persisted && connection.wake({ asleep: true }));
  connection.start();
}

function openSocket(path, { opened, received, closed }) {
  const socket = new WebSocket(new URL(path, location.href.replace(/^http/, "ws")));
  socket.addEventListener("open", opened);
  socket.addEventListener("message", (event) => received(event.data));
  socket.addEventListener("close", (event) => closed(event.code));
  return socket;
}

async function fetchState(id) {
  const answer = await fetch(`${jobNow(id).url}/state`, { headers: { Accept: "application/json" } });
  // Signed out, the site answers with its sign-in page.
  if (answer.redirected || answer.status === 401) return { signedOut: true };
  if (answer.status === 404 || answer.status === 403) return { gone: true };
  if (!answer.ok) throw new Error(`state ${answer.status}`);
  const { balance, ...job } = await answer.json();
  return { job, balance };
}

function notice(before, now) {
  if (!now) return;
  if (!before && !now.finished) fetchJob(now);
  if (!before || before.status === now.status) return;
  const say = { running: "sayRunning", delivered: "sayDelivered", refused: "sayRefused", failed: "sayFailed" }[
    now.status
  ];
  announce(word(now.status === "cancelled" ? "sayCancelled" : say, { prompt: now.prompt, detail: now.detail ?? "" }));
  if (now.finished && document.hidden && !document.title.startsWith("● ")) document.title = `● ${document.title}`;
}

/** A job that another tab began belongs on this tab's prompt page too. */
async function fetchJob(job) {
  const shelf = document.getElementById("jobs");
  const here = () => document.getElementById(`job-${job.id}`);
  if (!shelf || here()) return;
  // Our own press is answered with the job itself; give that answer the time to come first.
  await new Promise((done) => setTimeout(done, 1500));
  if (here()) return;
  const answer = await fetch(job.url, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok || here()) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const article = page.getElementById(`job-${job.id}`);
  if (!article) return;
  shelf.prepend(document.adoptNode(article));
  window.htmx?.process(article);
  attach(article);
}

function showBalance(balance) {
  const place = document.getElementById("balance");
  const forms = { one: word("creditOne"), other: word("creditOther") };
  if (place) place.textContent = counted(forms, balance, locale);
}

/** The number beside the inbox, in words for whoever does not see it. */
function showUnread(unread) {
  const badge = document.getElementById("unread");
  if (!badge) return;
  const forms = { one: word("unreadOne"), other: word("unreadOther") };
  badge.querySelector("[aria-hidden]").textContent = unread > 99 ? "99+" : new Intl.NumberFormat(locale).format(unread);
  badge.querySelector(".visually-hidden").textContent = counted(forms, unread, locale);
  badge.hidden = !unread;
}

function show(id, now) {
  const banner = document.getElementById(id);
  if (!banner || banner.hidden === !now) return;
  banner.hidden = !now;
  if (now) announce(banner.textContent.trim());
}
