/** The prompt builder: its fields write the sentence while one types, and read it when they are opened. */
import { box, styleWords, write } from "../box.js";
import { fit, MEDIA, read } from "../lib/builder.js";
import { fill } from "../lib/words.js";

export function builder(details) {
  const parts = Object.fromEntries([...details.querySelectorAll("[data-part]")].map((each) => [each.dataset.part, each]));
  for (const name of MEDIA) parts.medium.append(new Option(name, name));
  const said = details.querySelector(".builder__said");
  let own = false;

  const show = () => {
    const fields = read(box().value.trim(), { styles: styleWords() });
    for (const [name, field] of Object.entries(parts)) {
      field.value = name === "subs" ? fields.subs.join("\n") : fields[name];
    }
    aspectHelp(details, fields);
    said.textContent = "";
  };

  details.addEventListener("toggle", () => details.open && show());
  document.addEventListener("input", (event) => {
    if (event.target === box() && details.open && !own) show();
  });
  details.addEventListener("input", (event) => {
    if (!event.target.dataset.part) return;
    const values = Object.fromEntries(Object.entries(parts).map(([name, field]) => [name, field.value]));
    const fields = { ...values, subs: values.subs.split("\n").map((line) => line.trim()) };
    const told = fit(fields, Number(box().form.dataset.limit), { styles: styleWords() });
    own = true;
    write(told.sentence);
    own = false;
    aspectHelp(details, fields);
    const left = told.left.map((name) => details.querySelector(`label[for=b-${name}]`).textContent);
    said.textContent = left.length ? fill(details.dataset.left, { fields: left.join(", ") }) : "";
  });

  const negative = details.querySelector("[name=negative]");
  const without = document.querySelector(".without");
  const showWithout = () => {
    without.hidden = !negative.value.trim() || details.open;
    without.textContent = fill(without.dataset.words, { words: negative.value.trim() });
  };
  negative.addEventListener("input", showWithout);
  details.addEventListener("toggle", showWithout);
  showWithout();
  if (details.querySelector(".errorlist")) details.open = true;
}

function aspectHelp(details, { aspect }) {
  details.querySelector("[data-aspect-help]").hidden = !aspect;
}
