/** Every command by its name, found by a few letters; and the list of keys. Both read actions.js. */
import { say } from "../say.js";

export function palette(dialog, actions) {
  const input = dialog.querySelector("input");
  const list = dialog.querySelector("ul");
  let [found, at] = [[], 0];

  function search() {
    const words = input.value.trim().toLowerCase().split(/\s+/);
    found = actions.list.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)));
    at = 0;
    list.replaceChildren(...found.map(item));
    mark();
  }

  function item({ name, keys }, index) {
    const element = document.createElement("li");
    element.id = `palette-${index}`;
    element.role = "option";
    element.append(Object.assign(document.createElement("span"), { textContent: name }));
    if (keys?.length) element.append(Object.assign(document.createElement("kbd"), { textContent: keyName(keys[0]) }));
    element.addEventListener("click", () => run(index));
    return element;
  }

  function mark() {
    [...list.children].forEach((element, index) => element.setAttribute("aria-selected", String(index === at)));
    if (found.length) input.setAttribute("aria-activedescendant", `palette-${at}`);
    else input.removeAttribute("aria-activedescendant");
    list.children[at]?.scrollIntoView({ block: "nearest" });
  }

  function run(index) {
    dialog.close();
    if (found[index]) actions.run(found[index].id);
  }

  input.addEventListener("input", search);
  input.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && found.length) {
      at = (at + by + found.length) % found.length;
      mark();
    } else if (event.key === "Enter") run(at);
    // A search field would only empty itself.
    else if (event.key === "Escape") dialog.close();
    else return;
    event.preventDefault();
  });
  return {
    open() {
      input.value = "";
      search();
      dialog.showModal();
      input.focus();
    },
  };
}

export function keyList(dialog, actions) {
  const list = dialog.querySelector("dl");
  for (const { name, keys } of actions.list) {
    if (!keys?.length) continue;
    const term = document.createElement("dt");
    for (const key of keys.slice(0, 2)) term.append(Object.assign(document.createElement("kbd"), { textContent: keyName(key) }), " ");
    list.append(term, Object.assign(document.createElement("dd"), { textContent: name }));
  }
  return { open: () => dialog.showModal() };
}

const keyName = (key) =>
  key
    .split("+")
    .filter(Boolean)
    .map((part) => say(`key${part[0].toUpperCase()}${part.slice(1)}`) || part)
    .join(" ") || "+";
