/** Every behaviour of the pages by name; templates ask for one with data-behaviour. */
import { attach, register } from "./attach.js";
import { arrows } from "./behaviours/arrows.js";
import { choiceInView } from "./behaviours/choice-in-view.js";
import { copy } from "./behaviours/copy.js";
import { job } from "./behaviours/job.js";
import { keptSentence } from "./behaviours/kept-sentence.js";
import { like } from "./behaviours/like.js";
import { live } from "./behaviours/live.js";
import { localTimes } from "./behaviours/local-time.js";
import { menu } from "./behaviours/menu.js";
import { notices } from "./behaviours/notices.js";
import { order } from "./behaviours/order.js";
import { picks } from "./behaviours/picks.js";
import { promptBox } from "./behaviours/prompt-box.js";
import { refill } from "./behaviours/refill.js";
import { reveal } from "./behaviours/reveal.js";
import { seen } from "./behaviours/seen.js";
import { siblings } from "./behaviours/siblings.js";
import { signOut } from "./behaviours/sign-out.js";
import { surprise } from "./behaviours/surprise.js";
import { tile } from "./behaviours/tile.js";

register({
  arrows,
  "choice-in-view": choiceInView,
  copy,
  job,
  "kept-sentence": keptSentence,
  like,
  "local-time": localTimes,
  menu,
  notices,
  order,
  picks,
  "prompt-box": promptBox,
  refill,
  reveal,
  seen,
  siblings,
  "sign-out": signOut,
  surprise,
  tile,
  live,
});

document.addEventListener("htmx:load", (event) => attach(event.detail.elt));
attach(document.documentElement);
