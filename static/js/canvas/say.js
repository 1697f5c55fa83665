/** The words of the canvas page, in the person's language (templates/generation/_canvas_words.html). */
import { fill } from "../lib/words.js";

const words = document.getElementById("canvas-words")?.dataset ?? {};

export const say = (name, values = {}) => fill(words[name], values);
