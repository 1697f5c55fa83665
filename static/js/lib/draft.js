/**
 * The unsent sentence outlives reload, the back button and signing up. This tab's own draft comes first; the shared one
 * serves a new tab, such as the one that a link in a letter opens. What the server hands over wins over both.
 */
const NAME = "tessera.draft";

export function createDraft({ tab, shared }) {
  // Storage may be switched off or full; a draft is a comfort and must never stop the page.
  const guarded = (act) => {
    try {
      return act();
    } catch {
      return null;
    }
  };
  return {
    restore: (fromServer) =>
      fromServer || (guarded(() => tab.getItem(NAME)) ?? guarded(() => shared.getItem(NAME)) ?? ""),
    keep(text) {
      for (const storage of [tab, shared]) guarded(() => storage.setItem(NAME, text));
    },
    /** Sent: this tab still shows it, a new one begins empty. */
    sent: () => guarded(() => shared.removeItem(NAME)),
    /** Signed out: the next person at this device finds nothing. */
    forget() {
      for (const storage of [tab, shared]) guarded(() => storage.removeItem(NAME));
    },
  };
}
