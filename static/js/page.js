/** The two things of a page that every behaviour may use: its words, and its voice for screen readers. */
import { fill } from "./lib/words.js";

const language = document.documentElement.lang || "en";

/** The page's language as the person's own region writes it: 14:03 for en-GB where en alone would say 2:03 PM. */
export const locale = navigator.languages?.find((tag) => tag.split("-")[0] === language.split("-")[0]) ?? language;

/** Chosen by the person; else the device knows. */
export const timeZone = document.documentElement.dataset.timeZone || undefined;

const words = document.getElementById("words")?.dataset ?? {};

export function word(name, values = {}) {
  return fill(words[name], values);
}

let speaking = null;

/** Said politely. Two messages at once would swallow each other, so they are joined. */
export function announce(text) {
  const announcer = document.getElementById("announcer");
  if (!announcer || !text) return;
  if (speaking) {
    speaking.push(text);
    return;
  }
  speaking = [text];
  announcer.textContent = "";
  setTimeout(() => {
    announcer.textContent = speaking.join(" ");
    speaking = null;
  }, 80);
}
