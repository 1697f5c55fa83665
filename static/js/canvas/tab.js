/**
 * Which tab this is: a name that a reload keeps and a copied tab does not share. What tabs that are gone left behind is
 * found by this too.
 */
import { freshKey } from "../lib/key.js";

const NAME = "tessera.tab";

export async function tabName(locks = navigator.locks, storage = sessionStorage) {
  const known = storage.getItem(NAME);
  if (known && (await held(known, locks))) return known;
  const name = freshKey();
  storage.setItem(NAME, name);
  await held(name, locks);
  return name;
}

/** Takes the tab's lock for as long as the page lives. Without locks (on a plain LAN) every name is ours. */
function held(name, locks) {
  if (!locks) return true;
  return new Promise((answer) => {
    locks.request(`tessera-tab-${name}`, { ifAvailable: true }, (lock) => {
      answer(Boolean(lock));
      return lock ? new Promise(() => {}) : undefined;
    });
  });
}

export async function isGone(name, locks = navigator.locks) {
  if (!locks) return false;
  return locks.request(`tessera-tab-${name}`, { ifAvailable: true }, (lock) => Boolean(lock));
}
