import { draft } from "../drafts.js";

/** Whoever signs out leaves no sentence behind on this device. */
export function signOut(form) {
  form.addEventListener("submit", () => draft.forget());
}
