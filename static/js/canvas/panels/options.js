/** How the tool in hand is set. The size goes up ever faster, as hands expect it. */
const LARGEST = 512;

export const sizeOf = (place) => Math.max(1, Math.round(LARGEST ** (place / 100)));
export const placeOf = (size) => Math.round((100 * Math.log(size)) / Math.log(LARGEST));

const NAMES = ["size", "softness", "opacity", "colour", "hint"];

export function options(form, state) {
  const fields = NAMES.map((name) => form.elements[name]);
  const [size, , , , hint] = fields;

  function show(now, before = {}) {
    if (["tool", ...NAMES].every((name) => now[name] === before[name])) return;
    let any = false;
    for (const part of form.querySelectorAll("[data-for]")) {
      part.hidden = !part.dataset.for.split(" ").includes(now.tool);
      any ||= !part.hidden;
    }
    form.hidden = !any;
    for (const field of fields) if (field !== size && field !== hint) field.value = now[field.name];
    size.value = placeOf(now.size);
    hint.checked = now.hint;
    form.elements["size-is"].textContent = String(now.size);
    size.setAttribute("aria-valuetext", String(now.size));
  }

  form.addEventListener("input", ({ target }) => {
    if (target === size) state.set({ size: sizeOf(Number(size.value)) });
    else if (target === hint) state.set({ hint: hint.checked });
    else if (fields.includes(target)) state.set({ [target.name]: target.type === "color" ? target.value : Number(target.value) });
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  state.watch(show);
  show(state.now);
}
