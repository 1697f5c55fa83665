/**
 * One press, one job. The second click of a double click comes while the first is on its way, or just after its answer:
 * both are the same wish. The same sentence again a moment later is a new one.
 */
const QUIET = 1000;

export function createPress({ now = () => performance.now() } = {}) {
  let onItsWay = false;
  let accepted = null;

  return {
    /** Why this press must not be sent, or null. */
    refusal({ empty, over }, text) {
      if (onItsWay) return "again";
      if (accepted && accepted.text === text && now() - accepted.at < QUIET) return "again";
      if (empty) return "empty";
      return over > 0 ? "over" : null;
    },
    sent() {
      onItsWay = true;
    },
    answered({ ok, text }) {
      onItsWay = false;
      accepted = ok ? { text, at: now() } : null;
    },
  };
}
