/**
 * Keeps the page told: by a socket while there is one, by asking every two seconds about unfinished jobs while there
 * is none. Knows neither WebSocket nor fetch nor a clock of its own, so that its whole behaviour runs under node.
 *
 *   connect({opened, received, closed}) -> {send(text), close()}
 *   fetchState(id) -> Promise of {job, balance} | {gone: true} | {signedOut: true}; rejects when nothing came back
 */

const FIRST_RETRY = 500;
const LAST_RETRY = 30_000;
const SIGNED_OUT = 4401;
const POLLED_AT_ONCE = 4;

/** Doubles with every failure, and half of it is chance, so that a restarted site is not met by everybody at once. */
export function backoff(failures, random) {
  const longest = Math.min(LAST_RETRY, FIRST_RETRY * 2 ** Math.max(0, failures - 1));
  return longest * (0.5 + 0.5 * random());
}

export function createLive({
  connect,
  fetchState,
  unfinished,
  onMessage,
  onTrouble = () => {},
  onSignedOut = () => {},
  timers = globalThis,
  random = Math.random,
  pollEvery = 2000,
  grace = 1500,
}) {
  let socket = null;
  let open = false;
  let failures = 0; // of sockets in a row, until one of them says something
  let unanswered = 0; // polls in a row that nothing came back from
  let retry = null;
  let nextPoll = null;
  let polling = false;
  let stopped = true;

  function dial() {
    if (stopped || socket) return;
    timers.clearTimeout(retry);
    const mine = connect({
      opened() {
        if (mine !== socket) return;
        open = true;
        stopPolling();
        trouble(false);
      },
      received(text) {
        if (mine !== socket) return;
        failures = 0;
        onMessage(JSON.parse(text));
      },
      closed(code) {
        if (mine !== socket) return;
        lose();
        if (code === SIGNED_OUT) return signedOut();
        failures += 1;
        retry = timers.setTimeout(dial, backoff(failures, random));
        pollIn(failures > 1 ? 0 : grace);
      },
    });
    socket = mine;
    if (!open) pollIn(grace);
  }

  function lose() {
    socket = null;
    open = false;
  }

  function signedOut() {
    stop();
    onSignedOut();
  }

  function trouble(now) {
    unanswered = now ? unanswered + 1 : 0;
    onTrouble(now);
  }

  function pollIn(delay) {
    if (stopped || open || polling || nextPoll !== null || unfinished().length === 0) return;
    nextPoll = timers.setTimeout(poll, delay);
  }

  function stopPolling() {
    timers.clearTimeout(nextPoll);
    nextPoll = null;
  }

  async function poll() {
    nextPoll = null;
    if (stopped || open) return;
    polling = true;
    const ids = unfinished().slice(0, POLLED_AT_ONCE);
    const answers = await Promise.allSettled(ids.map((id) => fetchState(id)));
    polling = false;
    if (stopped) return;
    for (const [index, answer] of answers.entries()) {
      if (answer.status === "rejected") continue;
      if (answer.value.signedOut) return signedOut();
      onMessage(answer.value.gone ? { type: "gone", id: ids[index] } : { type: "job", ...answer.value });
    }
    trouble(answers.length > 0 && answers.every((answer) => answer.status === "rejected"));
    pollIn(unanswered ? Math.min(LAST_RETRY, pollEvery * 2 ** (unanswered - 1)) : pollEvery);
  }

  function start() {
    if (!stopped) return;
    stopped = false;
    dial();
  }

  function stop() {
    stopped = true;
    timers.clearTimeout(retry);
    stopPolling();
    const old = socket;
    lose();
    old?.close();
  }

  return {
    start,
    stop,
    /** A job was added: without a socket somebody has to ask about it. */
    added: () => pollIn(pollEvery),
    /** The page is looked at again, or the network is back. A socket that slept may be dead without knowing it. */
    wake({ asleep = false } = {}) {
      if (stopped) return;
      if (asleep && socket) {
        const old = socket;
        lose();
        old.close();
      }
      stopPolling();
      pollIn(0);
      dial();
    },
    /** Ask about one job now, whatever the socket does: a snapshot has left it out. */
    async ask(id) {
      const answer = await fetchState(id).catch(() => null);
      if (stopped || !answer) return;
      if (answer.signedOut) signedOut();
      else onMessage(answer.gone ? { type: "gone", id } : { type: "job", ...answer });
    },
    /** False when there is no socket; then the caller finds another way. */
    send(message) {
      if (!open) return false;
      socket.send(JSON.stringify(message));
      return true;
    },
  };
}
