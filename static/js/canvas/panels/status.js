/** Whether everything is on the server, in two words; and what somebody must decide, in a sentence with buttons. */
import { announce } from "../../page.js";
import { say } from "../say.js";

const WORDS = { idle: "saved", waiting: "saving", sending: "saving" };

export function status({ saved, trouble, studio }) {
  let last = null;

  function button(name, act, plain = false) {
    const element = Object.assign(document.createElement("button"), {
      type: "button",
      className: `button${plain ? " button--plain" : ""}`,
      textContent: say(name),
    });
    element.addEventListener("click", () => {
      element.setAttribute("aria-busy", "true");
      act(element);
    });
    return element;
  }

  function ask(words, ...buttons) {
    trouble.querySelector("p").textContent = words;
    trouble.querySelector(".acts").replaceChildren(...buttons);
    trouble.hidden = false;
  }

  function conflict(pending) {
    ask(
      say("conflict", { n: pending }),
      button("goOn", () => studio.leaveFor({ follow: false })),
      button("follow", () => studio.leaveFor({ follow: true }), true),
    );
  }

  function stopped(reason, detail) {
    const again = button("tryAgain", () => {
      trouble.hidden = true;
      studio.session.queue.again();
    });
    const restore = button("restoreCanvas", async () => {
      await studio.post("restore");
      trouble.hidden = true;
      studio.session.queue.again();
    });
    const signIn = button("signIn", () => location.assign(studio.elements.body.dataset.signIn + `?next=${location.pathname}`));
    const load = button("loadAgain", () => location.reload());
    const branch = button("goOn", () => studio.leaveFor({ follow: false }));
    const way = { trash: restore, signedOut: signIn, gone: null, full: branch, older: branch, missing: again }[reason];
    const words = detail || say(`stopped${(reason ?? "")[0]?.toUpperCase() ?? ""}${(reason ?? "").slice(1)}`) || say("stoppedRefused");
    ask(words, ...(way === null ? [] : [way ?? load]));
  }

  function show({ state, reason, detail, pending }) {
    if (state === "conflict") conflict(pending);
    else if (state === "stopped") stopped(reason, detail);
    else if (last === "conflict") trouble.hidden = true;
    saved.dataset.state = state;
    saved.textContent = say(WORDS[state] ?? state, { n: pending });
    if (state === "offline" && last !== "offline") announce(say("offline", { n: pending }));
    last = state;
  }

  return {
    show,
    ask,
    /** The number goes up while nothing else changes. */
    count: (pending) => last === "offline" && (saved.textContent = say("offline", { n: pending })),
  };
}
