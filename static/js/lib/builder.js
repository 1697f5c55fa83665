/**
 * The prompt builder's heart: fields into a sentence, and a sentence back into fields.
 *
 * Every field is a phrase of its own at the end of the sentence, in one order, so that what was written can be read
 * again: write(read(sentence)) is the sentence, whoever wrote it. Exclusions are no part of it; they go to the model as
 * what to stay away from, because a model reads the word "no" as one more thing to draw.
 */
import { promptLength } from "./count.js";

export const MEDIA = [
  "oil painting",
  "watercolour painting",
  "pencil drawing",
  "ink drawing",
  "crayon drawing",
  "photograph",
  "3D render",
  "stained glass window",
  "mosaic",
  "poster",
];

export const VIEWS = { wide: "wide view", panorama: "panoramic view", tall: "tall view" };

// Name, and how its phrase begins and ends. The order is the order in the sentence.
const PHRASES = [
  ["subs", "with ", ""],
  ["style", "in ", " style"],
  ["era", "reminiscent of ", ""],
  ["camera", "taken with ", ""],
  ["lighting", "lit by ", ""],
  ["colours", "in the colours ", ""],
];
const LABELS = ["main", ...PHRASES.map(([name]) => name), "aspect"];
const SEPARATOR = ", ";

export const blank = () => ({
  main: "",
  subs: [],
  medium: "",
  style: "",
  era: "",
  camera: "",
  lighting: "",
  colours: "",
  aspect: "",
});

/** `styles` are words that stand by themselves ("pop art"); any other style is "in … style". */
export function write(fields, { styles = [] } = {}) {
  return parts(fields, styles)
    .map((part) => part.words)
    .join(SEPARATOR);
}

/** The sentence as far as it fits, and the names of the fields that did not. The main idea is never cut. */
export function fit(fields, limit, { styles = [] } = {}) {
  const kept = [];
  const left = new Set();
  for (const part of parts(fields, styles)) {
    const tried = [...kept, part.words].join(SEPARATOR);
    if (kept.length && promptLength(tried) > limit) left.add(part.name);
    else kept.push(part.words);
  }
  const sentence = kept.join(SEPARATOR);
  return { sentence, length: promptLength(sentence), left: LABELS.filter((name) => left.has(name)) };
}

export function read(sentence, { styles = [] } = {}) {
  const fields = blank();
  const pieces = sentence.split(SEPARATOR);
  // From the end, and never back in the order: what stands elsewhere belongs to the main idea.
  let place = PHRASES.length + 1;
  while (pieces.length > 1) {
    const found = phrase(pieces.at(-1), styles);
    if (!found || found.place > place || (found.place === place && found.name !== "subs")) break;
    if (found.name === "subs") fields.subs.unshift(found.value);
    else fields[found.name] = found.value;
    place = found.place;
    pieces.pop();
  }
  fields.main = pieces.join(SEPARATOR);
  const medium = /^an? (.+?) of (.+)$/is.exec(fields.main);
  const known = medium && MEDIA.find((name) => name === medium[1]);
  if (known && fields.main.startsWith(lead(known))) {
    fields.medium = known;
    fields.main = medium[2];
  }
  // Two commas in a row, say: such a sentence is one idea, to be left as it is.
  return write(fields, { styles }) === sentence ? fields : { ...blank(), main: sentence };
}

/** Puts a style's words at the end of a sentence, or takes them away; of several styles one stays. */
export function toggleStyle(sentence, words, styles) {
  const fields = read(sentence, { styles });
  fields.style = fields.style === words ? "" : words;
  return write(fields, { styles });
}

function parts(fields, styles) {
  const found = [];
  const main = tidy(fields.main);
  if (main || fields.medium) found.push({ name: "main", words: fields.medium ? lead(fields.medium) + main : main });
  for (const [name, before, after] of PHRASES) {
    const values = name === "subs" ? fields.subs : [fields[name]];
    for (const value of values.map(tidy).filter(Boolean)) {
      const words = name === "style" && styles.includes(value) ? value : before + value + after;
      found.push({ name, words });
    }
  }
  if (VIEWS[fields.aspect]) found.push({ name: "aspect", words: VIEWS[fields.aspect] });
  return found.filter((part) => part.words.trim());
}

function phrase(piece, styles) {
  if (styles.includes(piece)) return { name: "style", value: piece, place: 1 };
  const view = Object.keys(VIEWS).find((name) => VIEWS[name] === piece);
  if (view) return { name: "aspect", value: view, place: PHRASES.length };
  // The longer beginning first: "in the colours …" begins like "in … style".
  for (const [place, [name, before, after]] of [...PHRASES.entries()].reverse()) {
    const value = piece.slice(before.length, piece.length - after.length);
    const whole = piece.startsWith(before) && piece.endsWith(after) && piece.length > before.length + after.length;
    // What could not have been written like this is not read like this.
    if (whole && value === tidy(value) && !(name === "style" && styles.includes(value))) return { name, value, place };
  }
  return null;
}

function lead(medium) {
  return `${/^[aeiou]/i.test(medium) ? "an" : "a"} ${medium} of `;
}

function tidy(text) {
  return text.trim().replace(/[\s,]+$/, "");
}
