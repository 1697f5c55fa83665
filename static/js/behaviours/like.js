import { announce } from "../page.js";

// The second click of a double click is the same wish, not its opposite.
const QUIET = 600;

/** Liking without leaving the page. What the button shows is right at once, and put right if the server disagrees. */
export function like(form) {
  const button = form.querySelector("button");
  const count = form.querySelector(".like__count");
  const { liked } = form.elements;
  let pressedAt = -QUIET;

  const show = (now, likes) => {
    button.setAttribute("aria-pressed", String(now));
    liked.value = now ? "0" : "1";
    count.textContent = String(Math.max(0, likes));
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (performance.now() - pressedAt < QUIET) return;
    pressedAt = performance.now();
    const wanted = liked.value === "1";
    const before = Number(count.textContent);
    const body = new FormData(form);
    show(wanted, before + (wanted ? 1 : -1));
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
      const now = await answer.json();
      show(now.liked, now.likes);
      announce(now.liked ? form.dataset.sayLiked : form.dataset.sayUnliked);
    } catch {
      show(!wanted, before);
    }
  });
}
