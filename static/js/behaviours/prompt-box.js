/** The one box: counts, keeps the draft, sends once, and never loses a sentence. */
import { draft } from "../drafts.js";
import { watch } from "../feed.js";
import { measure } from "../lib/count.js";
import { freshKey } from "../lib/key.js";
import { createPress } from "../lib/press.js";
import { counted, fill } from "../lib/words.js";
import { announce, locale } from "../page.js";

// How near to the limit screen readers are told how much room is left.
const NEAR = 20;
// How old the words about the line may be while somebody writes.
const FRESH = 15_000;
const press = createPress();
// What was typed while an answer was on its way; the answer may bring a new box, which must not forget it.
let typedMeanwhile = null;

export function promptBox(form) {
  const text = form.elements.prompt;
  // A box that has just arrived may be typed into before this script comes to it.
  const typed = text.value === text.defaultValue ? null : text.value;
  text.value = typed ?? typedMeanwhile ?? draft.restore(text.defaultValue);
  typedMeanwhile = null;
  if (typed !== null) draft.keep(typed);
  if (text.defaultValue) keepFromServer(text.value);
  let told = null;
  const update = () => {
    const size = measure(text.value, Number(form.dataset.limit));
    showCount(form, size);
    told = tellCount(form, size, told);
    grow(text);
  };
  update();
  if (text.hasAttribute("aria-invalid")) announceError(form);
  focusIfAlone(text);

  let lineKnown = Date.now();
  const askLine = () => {
    if (Date.now() - lineKnown < FRESH) return;
    lineKnown = Date.now();
    form.querySelector("#prompt-cost").dispatchEvent(new CustomEvent("stale"));
  };
  text.addEventListener("focus", askLine);
  // One's own job left the line: what stood there is certainly no longer so.
  const stop = watch(({ changed, before, state }) => {
    if (!form.isConnected) return stop();
    if (!changed.some((id) => before.jobs.get(id)?.finished === false && state.jobs.get(id)?.finished)) return;
    lineKnown = 0;
    askLine();
  });
  text.addEventListener("input", () => {
    askLine();
    draft.keep(text.value);
    clearError(form);
    update();
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });

  // Before htmx hears of it: a press that must not be sent ends here.
  form.addEventListener(
    "submit",
    (event) => {
      const size = measure(text.value, Number(form.dataset.limit));
      const refusal = press.refusal(size, text.value);
      if (!refusal) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (refusal !== "again") refuse(form, text, refusal, size);
    },
    true,
  );

  let sentText = "";
  form.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target !== form) return; // the line about the line asks too
    sentText = text.value;
    draft.keep(sentText);
    clearError(form);
    press.sent();
    busy(form, true);
  });
  // htmx tells the target of a swap, and that is not this form.
  const beforeSwap = ({ detail }) => {
    if (detail.requestConfig.elt !== form || !detail.isError) return;
    // An answer that is this form again says what is wrong; anything else is the site's trouble, not the sentence's.
    const ours = detail.serverResponse.includes('id="prompt-form"');
    detail.shouldSwap = ours;
    if (!ours) return;
    detail.target = form;
    detail.swapOverride = "outerHTML";
    typedMeanwhile = text.value === sentText ? null : text.value;
  };
  document.body.addEventListener("htmx:beforeSwap", beforeSwap);
  form.addEventListener("htmx:afterRequest", ({ detail }) => {
    // Not by the event's target: the line about the line swaps itself away, and htmx then tells its parent, the form.
    if (detail.requestConfig.elt !== form) return;
    press.answered({ ok: detail.successful, text: sentText });
    busy(form, false);
    if (!form.isConnected) document.body.removeEventListener("htmx:beforeSwap", beforeSwap);
    else if (detail.successful) {
      accepted(form, text);
      lineKnown = 0;
      askLine();
    } else if (detail.xhr.status !== 401) showError(form, reason(form, detail.xhr.status));
  });
}

function reason(form, status) {
  if (status === 0) return form.dataset.sayOffline;
  return status === 429 ? form.dataset.sayBusy : form.dataset.sayFailed;
}

function accepted(form, text) {
  form.elements.key.value = freshKey();
  draft.sent();
  announce(form.dataset.sayAccepted);
  // On a phone the keyboard would cover the frames that just appeared.
  if (matchMedia("(pointer: coarse)").matches) text.blur();
}

function refuse(form, text, refusal, size) {
  const over = counted({ one: form.dataset.overOne, other: form.dataset.overOther }, size.over, locale);
  showError(
    form,
    refusal === "empty" ? form.dataset.sayEmpty : fill(form.dataset.sayOver, { over, limit: size.limit }),
  );
  text.setAttribute("aria-invalid", "true");
  text.focus();
}

function showCount(form, { length, limit, over }) {
  const count = form.querySelector(".prompt-box__count");
  const { count: normal, overOne, overOther } = form.dataset;
  count.toggleAttribute("data-over", over > 0);
  count.textContent = over
    ? counted({ one: overOne, other: overOther }, over, locale)
    : fill(normal, { n: length, limit });
}

/** Said when the limit comes near and when it is passed or kept again, not at every key. */
function tellCount(form, { length, limit, over }, told) {
  const zone = over ? "over" : limit - length <= NEAR ? "near" : "far";
  if (told === null || zone === told || zone === "far") return zone;
  const { overOne, overOther, leftOne, leftOther } = form.dataset;
  const forms = over ? { one: overOne, other: overOther } : { one: leftOne, other: leftOther };
  announce(counted(forms, over || limit - length, locale));
  return zone;
}

function showError(form, message) {
  const line = document.createElement("p");
  line.textContent = message;
  form.querySelector("#prompt-error").replaceChildren(line);
  announce(message);
}

function announceError(form) {
  announce(form.querySelector("#prompt-error").textContent.trim());
}

function clearError(form) {
  form.querySelector("#prompt-error").replaceChildren();
  form.elements.prompt.removeAttribute("aria-invalid");
}

function busy(form, now) {
  const button = form.querySelector("[type=submit]");
  clearTimeout(button.slow);
  if (now) {
    button.setAttribute("aria-busy", "true");
    button.label ??= button.textContent;
    // Most answers come sooner than a word could be read.
    button.slow = setTimeout(() => (button.textContent = form.dataset.wordsSending), 300);
  } else {
    button.removeAttribute("aria-busy");
    if (button.label) button.textContent = button.label;
  }
}

/** Browsers that cannot size a field by its content are helped. */
function grow(text) {
  if (CSS.supports("field-sizing", "content")) return;
  text.style.blockSize = "auto";
  text.style.blockSize = `${text.scrollHeight}px`;
}

/** On a machine with a keyboard one can type at once; a phone would throw its keyboard over the page. */
function focusIfAlone(text) {
  const free = document.activeElement === document.body || document.activeElement === null;
  if (free && matchMedia("(hover: hover) and (pointer: fine)").matches) text.focus({ preventScroll: true });
}

/** Handed over once, by the address or the session; from here on it is a draft like any other, also after reload. */
function keepFromServer(sentence) {
  draft.keep(sentence);
  if (location.search && location.pathname === "/") history.replaceState(history.state, "", location.pathname);
}
