/** One request and its frames. Fills the same places that templates/generation/_job.html fills. */
import { adopt, jobNow, markSeen, watch } from "../feed.js";
import { word } from "../page.js";

export function job(article) {
  const id = article.dataset.id;
  // An answer to a press tells what it cost. It goes through the feed, which may know better by now.
  adopt(fromPage(article), article.dataset.balance && Number(article.dataset.balance));

  const stop = watch(({ changed }) => {
    if (!article.isConnected) return stop();
    if (changed.includes(id) && jobNow(id)) render(article, jobNow(id));
  });
  render(article, jobNow(id));

  // Seen means that it was on the screen of somebody looking, not that its page was open somewhere.
  const eye = new IntersectionObserver(
    ([entry]) => {
      article.dataset.inView = entry.isIntersecting;
      lookAt(article);
    },
    { threshold: 0.3 },
  );
  eye.observe(article);
  document.addEventListener("visibilitychange", () => lookAt(article));
  article.addEventListener("htmx:beforeSwap", () => keepFocus(article));
}

/** The Cancel that was pressed goes away with the swap; the focus goes on at what stands in its place. */
function keepFocus(article) {
  if (!article.contains(document.activeElement)) return;
  const go = () => document.getElementById(article.id)?.querySelector("[data-act=again]:not([hidden]) button")?.focus();
  document.addEventListener("htmx:afterSettle", go, { once: true });
}

function lookAt(article) {
  if (!document.hidden && article.dataset.inView === "true" && jobNow(article.dataset.id)?.finished) {
    markSeen(article.dataset.id);
  }
}

function fromPage(article) {
  const { id, url, prompt, status, finished, seen } = article.dataset;
  const [revision, attempt, step, steps] = ["revision", "attempt", "step", "steps"].map((name) =>
    Number(article.dataset[name]),
  );
  return {
    id,
    url,
    prompt,
    status,
    revision,
    attempt,
    step,
    steps,
    finished: finished === "true",
    seen: seen === "true",
  };
}

function render(article, now) {
  const part = (name) => article.querySelector(name);
  const drawing = now.status === "running" && now.step > 0;
  const words = drawing ? word("drawing", { step: now.step, steps: now.steps }) : now.words;
  Object.assign(article.dataset, { status: now.status, finished: String(now.finished) });

  const bar = part(".job__progress");
  // Another attempt begins from nothing, and the bar says so.
  bar.max = now.steps || 1;
  bar.value = drawing || now.status === "screening_output" ? now.step : 0;
  // What came with the page is already in its places; a message carries the words and brings them up to date.
  if (words !== undefined) {
    part(".job__words").textContent = words;
    bar.setAttribute("aria-valuetext", words);
  }
  if (now.detail !== undefined) {
    part(".job__detail").textContent = now.detail;
    part(".job__detail").hidden = !now.detail;
  }
  const [cancel, again, change] = ["cancel", "again", "change"].map((act) => part(`.job__acts [data-act=${act}]`));
  const focused = cancel.contains(document.activeElement);
  cancel.hidden = now.finished;
  again.hidden = !now.finished || now.status === "refused";
  if (change) change.hidden = !now.finished;
  if (focused && now.finished) (again.hidden ? change : again.querySelector("button"))?.focus();
  if (now.finished) again.querySelector("button").textContent = word(now.status === "delivered" ? "againDelivered" : "again");
  if (now.unread !== undefined) {
    part(".job__unread").hidden = !now.unread.length;
    part(".job__unread-words").textContent = now.unread.join(" … ");
  }

  if (now.status === "refused" && now.refusal && !part(".refusal")) explain(article);
  else if (now.status === "delivered") showPictures(article, now);
  else if (!now.finished) showPreviews(article, now);
  lookAt(article);
}

/** The panel of a refusal comes from the server, whole: with its form and the words of the policy. */
function explain(article) {
  const select = `#${article.id}`;
  window.htmx?.ajax("GET", article.dataset.url, { target: select, select, swap: "outerHTML" });
}

function showPreviews(article, now) {
  const previews = now.previews ?? [];
  article.querySelectorAll(".frame__box").forEach((box, index) => {
    if (!previews[index]) return;
    const image = box.querySelector(".frame__preview") ?? box.appendChild(imageOf("frame__preview", 64, ""));
    image.src = previews[index];
  });
  if (previews.length) article.dispatchEvent(new CustomEvent("frames"));
}

function showPictures(article, now) {
  const pictures = now.pictures;
  if (!pictures?.length) return;
  article.querySelectorAll(".frame").forEach((frame, index) => {
    const picture = pictures[index];
    if (!picture) return frame.remove();
    showState(frame, picture);
    const box = frame.querySelector(".frame__box");
    if (box.hasAttribute("href")) return; // there, or on its way
    box.href = picture.url;
    showActs(frame, picture);
    const alt = word("alt", { prompt: now.title ?? now.prompt, n: index + 1, count: pictures.length });
    const image = imageOf("frame__picture", 512, alt);
    image.src = picture.small;
    const arrive = () => {
      box.append(image);
      article.dispatchEvent(new CustomEvent("frames"));
    };
    // The preview stays until the picture can be painted whole: no blank, no half.
    image.decode().then(arrive, arrive);
  });
}

/** What its person says of a picture may have been said on another page. */
function showState(frame, picture) {
  Object.assign(frame.dataset, { id: picture.id, url: picture.url, kept: String(picture.kept) });
  const heart = frame.querySelector(".favourite");
  heart.dataset.url = picture.url;
  heart.action = `${picture.url}/${picture.favourite ? "unfavourite" : "favourite"}`;
  heart.querySelector("button").setAttribute("aria-pressed", String(picture.favourite));
}

function showActs(frame, picture) {
  const { url, download } = picture;
  const addresses = { download, vary: `${url}?tool=vary`, save: `${url}/collections` };
  for (const [act, address] of Object.entries(addresses)) {
    const link = frame.querySelector(`[data-act=${act}]`);
    link.href = address;
    link.hidden = false;
  }
  frame.querySelector(".favourite").hidden = false;
}

function imageOf(name, size, alt) {
  return Object.assign(new Image(size, size), { className: name, alt });
}
