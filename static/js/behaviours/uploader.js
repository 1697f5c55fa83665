/** A picture of one's own: chosen, cut to a square that one sees, sent with its progress, and waited for. */
import * as crop from "../lib/crop.js";
import { fill } from "../lib/words.js";
import { announce } from "../page.js";

const LOOK_AGAIN = 700;

export function uploader(form) {
  const part = (name) => form.querySelector(name);
  const [pick, cut, frame, square] = [".uploader__pick", ".uploader__cut", ".crop", ".crop__square"].map(part);
  const [image, size, input] = [part(".crop img"), part("#crop-size"), part("input[name=file]")];
  let [file, at, picture, request] = [null, null, null, null];

  const say = (text) => (part(".uploader__error").textContent = text);

  const draw = () => {
    if (!at) return;
    const percent = (value, whole) => `${(100 * value) / whole}%`;
    square.style.insetInlineStart = "auto";
    square.style.left = percent(at.left, picture.width);
    square.style.top = percent(at.top, picture.height);
    square.style.width = percent(at.side, picture.width);
    square.style.height = percent(at.side, picture.height);
    size.value = Math.round((100 * at.side) / Math.min(picture.width, picture.height));
    frame.setAttribute("aria-description", fill(form.dataset.saySquare, at));
  };

  const take = async (chosen) => {
    say("");
    if (!chosen) return;
    if (chosen.size > Number(form.dataset.most)) {
      const megabytes = (value) => (value / 1e6).toFixed(1).replace(/\.0$/, "");
      return say(fill(form.dataset.sayLarge, { size: megabytes(chosen.size), most: megabytes(form.dataset.most) }));
    }
    file = chosen;
    image.src = URL.createObjectURL(chosen);
    pick.hidden = true;
    cut.hidden = false;
    try {
      await image.decode();
      picture = { width: image.naturalWidth, height: image.naturalHeight };
      at = crop.centred(picture.width, picture.height);
      frame.hidden = false;
      draw();
      frame.focus();
    } catch {
      // It may still be one that the site reads, and if not, the site says why.
      [at, picture] = [null, null];
      frame.hidden = true;
      say(form.dataset.sayUnseen);
    }
  };

  const begin = () => {
    if (image.src) URL.revokeObjectURL(image.src);
    [file, at, picture] = [null, null, null];
    input.value = "";
    pick.hidden = false;
    cut.hidden = true;
    say("");
  };

  for (const each of form.querySelectorAll("input[type=file]")) each.addEventListener("change", () => take(each.files[0]));
  form.closest("dialog")?.addEventListener("file", (event) => take(event.detail));
  form.addEventListener("dragover", (event) => event.preventDefault());
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    event.stopPropagation();
    take(event.dataTransfer.files[0]);
  });
  part("[data-act=other]").addEventListener("click", begin);
  size.addEventListener("input", () => {
    at = crop.sized(at, (Number(size.value) / 100) * Math.min(picture.width, picture.height), picture);
    draw();
  });
  frame.addEventListener("keydown", (event) => {
    const next = at && crop.pressed(at, event.key, picture, { far: event.shiftKey });
    if (!next) return;
    event.preventDefault();
    at = next;
    draw();
  });
  pointer(frame, (dx, dy) => {
    const scale = picture.width / image.clientWidth;
    at = crop.moved(at, dx * scale, dy * scale, picture);
    draw();
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (request) return;
    if (!file) return say(form.dataset.sayKind);
    if (!form.elements.consent.checked) {
      say(form.dataset.sayConsent);
      return form.elements.consent.focus();
    }
    const body = new FormData();
    body.append("file", file);
    body.append("consent", "on");
    for (const [name, value] of Object.entries(at ?? {})) body.append(name, value);
    request = post(form, body, { done: (facts) => follow(form, facts, end), failed: end });
  });
  part("[data-act=cancel]").addEventListener("click", () => {
    request?.abort();
    end(form.dataset.sayCancelled);
  });
  form.closest("dialog")?.addEventListener("close", () => request?.abort());

  function end(words) {
    request = null;
    sending(form, null);
    say(words);
  }
}

function post(form, body, { done, failed }) {
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("X-CSRFToken", form.elements.csrfmiddlewaretoken.value);
  request.responseType = "json";
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    const percent = Math.round((100 * loaded) / total);
    sending(form, percent, percent < 100 ? fill(form.dataset.saySending, { percent }) : form.dataset.sayChecking);
  });
  request.addEventListener("load", () => {
    if (request.status < 300 && request.response) done(request.response);
    else failed(request.response?.detail ?? form.dataset.sayBroken);
  });
  request.addEventListener("error", () => failed(form.dataset.sayBroken));
  request.send(body);
  sending(form, 0, fill(form.dataset.saySending, { percent: 0 }));
  return request;
}

/** The picture is there; whether it may be used is known a moment later. */
async function follow(form, facts, failed) {
  sending(form, 100, form.dataset.sayChecking);
  announce(form.dataset.sayChecking);
  let now = facts;
  while (now.status === "waiting") {
    await new Promise((go) => setTimeout(go, LOOK_AGAIN));
    if (!form.isConnected) return;
    const answer = await fetch(facts.state, { headers: { Accept: "application/json" } }).catch(() => null);
    if (answer?.ok) now = await answer.json();
  }
  if (now.status === "refused") return failed(now.detail);
  location.assign(form.dataset.then ? `${form.dataset.then}${now.id}` : now.state);
}

function sending(form, percent, words = "") {
  const line = form.querySelector(".uploader__sending");
  line.hidden = percent === null;
  line.querySelector("progress").value = percent ?? 0;
  line.querySelector("p").textContent = words;
  form.querySelector("[data-act=cancel]").hidden = percent === null;
  form.querySelector("[type=submit]").toggleAttribute("aria-busy", percent !== null);
}

function pointer(frame, moved) {
  let last = null;
  frame.addEventListener("pointerdown", (event) => {
    last = event;
    frame.setPointerCapture(event.pointerId);
    event.preventDefault();
    frame.focus();
  });
  frame.addEventListener("pointermove", (event) => {
    if (!last || !frame.hasPointerCapture(event.pointerId)) return;
    moved(event.clientX - last.clientX, event.clientY - last.clientY);
    last = event;
  });
  frame.addEventListener("pointerup", () => (last = null));
}
