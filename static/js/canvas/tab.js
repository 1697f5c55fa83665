/**
 * Which tab this is: a name that a reload keeps and a copied tab does not share. What tabs that are gone left behind is
 * found by this too.
 */
import { freshKey } from "../lib/key.js";

const NAME = "tessera.tab";
// The page that this one comes after may still be leaving.
const PATIENCE = 2000;

export async function tabName(locks = navigator.locks, storage = sessionStorage) {
  const known = storage.getItem(NAME);
  if (known && (await held(known, locks, PATIENCE))) return known;
  const name = freshKey();
  storage.setItem(NAME, name);
  await held(name, locks);
  return name;
}

/** Takes the tab's lock for as long as the page lives. Without locks (on a plain LAN) every name is ours. */
function held(name, locks, patience = 0) {
  if (!locks) return true;
  const how = patience ? { signal: AbortSignal.timeout(patience) } : { ifAvailable: true };
  return new Promise((answer) => {
    const asked = locks.request(`tessera-tab-${name}`, how, (lock) => {
      answer(Boolean(lock));
      return lock ? new Promise(() => {}) : undefined;
    });
    asked.catch(() => answer(false));
  });
}

export async function isGone(name, locks = navigator.locks) {
  if (!locks) return false;
  return locks.request(`tessera-tab-${name}`, { ifAvailable: true }, (lock) => Boolean(lock));
}
