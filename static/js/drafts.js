/** This browser's drafts (lib/draft.js). */
import { createDraft } from "./lib/draft.js";

export const draft = createDraft({ tab: storage("sessionStorage"), shared: storage("localStorage") });

function storage(name) {
  try {
    return globalThis[name];
  } catch {
    return null; // switched off by the browser; lib/draft.js copes
  }
}
