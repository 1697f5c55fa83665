/** Gives elements their behaviours, once each, also those that arrive later. */
const known = new Map();
const attached = new WeakSet();

export function register(behaviours) {
  for (const [name, behaviour] of Object.entries(behaviours)) known.set(name, behaviour);
}

export function attach(root) {
  // Inner elements first: the live connection sits on the body and speaks to jobs that must be listening by then.
  for (const element of [...root.querySelectorAll("[data-behaviour]")].reverse()) give(element);
  if (root.matches("[data-behaviour]")) give(root);
}

function give(element) {
  if (attached.has(element)) return;
  attached.add(element);
  known.get(element.dataset.behaviour)?.(element);
}
