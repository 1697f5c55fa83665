/** Everything that can be done, once: for keys, buttons, the palette and the list of keys. No DOM. */

/** `keys` as keys.js names them: "Mod+z" is Ctrl or Cmd. `always` acts also in a field; `letter` can be switched off. */
export function createActions(wanted) {
  const list = wanted.map(([id, name, keys, run, more]) => ({ id, name, keys, run, ...more }));
  const byId = new Map(list.map((action) => [action.id, action]));
  const byKey = new Map(list.flatMap((action) => (action.keys ?? []).map((key) => [key, action])));
  return {
    list: list.filter(({ name }) => name),
    run: (id) => byId.get(id)?.run(),
    has: (id) => byId.has(id),
    forKey: (key) => byKey.get(key) ?? null,
  };
}

/** As it is named in the table: "Mod+Shift+z", "ArrowLeft", "e". */
export function keyOf({ key, ctrlKey, metaKey, shiftKey, altKey }) {
  const single = key.length === 1;
  const named = single ? key.toLowerCase() : key;
  const mod = ctrlKey || metaKey ? "Mod+" : "";
  const alt = altKey ? "Alt+" : "";
  // Shift is part of a sign, not of a letter.
  const shift = shiftKey && (!single || /[a-z]/i.test(key)) ? "Shift+" : "";
  return `${mod}${alt}${shift}${named}`;
}
