/**
 * The length of a sentence as the server counts it (generation/services/sentences.py): Unicode code points after NFC,
 * where every line break is one. tests/fixtures/prompt_lengths.json holds both sides to it.
 */
export function normalise(text) {
  return text.replace(/\r\n?/g, "\n").normalize("NFC");
}

export function promptLength(text) {
  let length = 0;
  for (const _ of normalise(text)) length += 1;
  return length;
}

/** What the box says about a text: how much of the limit is used, and whether it may be sent. */
export function measure(text, limit) {
  const length = promptLength(text);
  return { length, limit, over: Math.max(0, length - limit), empty: normalise(text).trim() === "" };
}
