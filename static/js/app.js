/** Every behaviour of the pages by name; templates ask for one with data-behaviour. */
import { attach, register } from "./attach.js";
import { again } from "./behaviours/again.js";
import { arrows } from "./behaviours/arrows.js";
import { bring } from "./behaviours/bring.js";
import { caseOpen } from "./behaviours/case-open.js";
import { builder } from "./behaviours/builder.js";
import { choiceInView } from "./behaviours/choice-in-view.js";
import { copy } from "./behaviours/copy.js";
import { favourite } from "./behaviours/favourite.js";
import { job } from "./behaviours/job.js";
import { keptSentence } from "./behaviours/kept-sentence.js";
import { like } from "./behaviours/like.js";
import { live } from "./behaviours/live.js";
import { localTimes } from "./behaviours/local-time.js";
import { lookedAt } from "./behaviours/looked-at.js";
import { menu } from "./behaviours/menu.js";
import { notices } from "./behaviours/notices.js";
import { once } from "./behaviours/once.js";
import { order } from "./behaviours/order.js";
import { passkey } from "./behaviours/passkey.js";
import { picks } from "./behaviours/picks.js";
import { promptBox } from "./behaviours/prompt-box.js";
import { refill } from "./behaviours/refill.js";
import { reveal } from "./behaviours/reveal.js";
import { seen } from "./behaviours/seen.js";
import { selection, wall } from "./behaviours/selection.js";
import { saveSentence, unsave } from "./behaviours/sentences.js";
import { shortcuts } from "./behaviours/shortcuts.js";
import { siblings } from "./behaviours/siblings.js";
import { signOut } from "./behaviours/sign-out.js";
import { styles } from "./behaviours/styles.js";
import { surprise } from "./behaviours/surprise.js";
import { tile } from "./behaviours/tile.js";
import { timeZone } from "./behaviours/time-zone.js";
import { uploader } from "./behaviours/uploader.js";
import { waiting } from "./behaviours/waiting.js";
import { way } from "./behaviours/way.js";

register({
  again,
  arrows,
  bring,
  builder,
  "case-open": caseOpen,
  "choice-in-view": choiceInView,
  copy,
  favourite,
  job,
  "kept-sentence": keptSentence,
  like,
  "local-time": localTimes,
  "looked-at": lookedAt,
  menu,
  notices,
  once,
  order,
  passkey,
  picks,
  "prompt-box": promptBox,
  refill,
  reveal,
  "save-sentence": saveSentence,
  seen,
  selection,
  shortcuts,
  siblings,
  "sign-out": signOut,
  styles,
  surprise,
  tile,
  "time-zone": timeZone,
  unsave,
  uploader,
  waiting,
  wall,
  way,
  live,
});

document.addEventListener("htmx:load", (event) => attach(event.detail.elt));
attach(document.documentElement);
