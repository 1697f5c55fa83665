/** Pictures in an order of one's own: by dragging a handle, by arrow keys on it, or by the buttons beside it. */
import { neighbour } from "../lib/grid.js";
import { before, moved } from "../lib/order.js";
import { fill } from "../lib/words.js";
import { announce } from "../page.js";

// So near to the edge of the window the page goes along.
const EDGE = 72;

export function order(list) {
  const items = () => [...list.children].filter((item) => item.dataset.id);
  const ids = () => items().map((item) => item.dataset.id);
  const itemOf = (id) => list.querySelector(`:scope > [data-id="${id}"]`);
  let saving = Promise.resolve();

  function arrange(wanted) {
    const more = list.querySelector(".wall__more");
    for (const id of wanted) list.insertBefore(itemOf(id), more);
  }

  /** Requests go one after the other, so that the last order shown is the last one kept. */
  function save(id, was) {
    const after = before(ids(), id);
    saving = saving.then(async () => {
      const body = new FormData();
      body.set("after", after);
      const token = list.closest("form").elements.csrfmiddlewaretoken.value;
      const answer = await fetch(`${list.dataset.action}/${id}/move`, {
        method: "POST",
        body,
        headers: { "X-CSRFToken": token },
      }).catch(() => null);
      if (answer?.ok && !answer.redirected) return;
      arrange(was);
      announce(list.dataset.sayFailed);
    });
  }

  function say(id) {
    announce(fill(list.dataset.sayMoved, { n: ids().indexOf(id) + 1, count: list.dataset.count }));
  }

  /** Focus survives being moved only by hand. */
  function moveTo(id, target, focused) {
    const was = ids();
    const wanted = moved(was, id, target);
    if (wanted === was) return announce(list.dataset.sayEdge);
    arrange(wanted);
    focused?.focus({ preventScroll: true });
    itemOf(id).scrollIntoView({ block: "nearest" });
    say(id);
    save(id, was);
  }

  list.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=earlier], button[name=later]");
    if (!button) return;
    event.preventDefault();
    const all = ids();
    const target = all[all.indexOf(button.value) + (button.name === "earlier" ? -1 : 1)];
    moveTo(button.value, target ?? button.value, button);
  });

  list.addEventListener("keydown", (event) => {
    const handle = event.target.closest(".movable__handle");
    if (!handle || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const all = items();
    const from = all.indexOf(handle.closest("li"));
    const rtl = getComputedStyle(list).direction === "rtl";
    const boxes = all.map((item) => item.getBoundingClientRect());
    const to = neighbour(boxes, from, event.key, { rtl });
    if (to === null) return;
    event.preventDefault();
    moveTo(all[from].dataset.id, all[to].dataset.id, handle);
  });

  list.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest(".movable__handle");
    if (!handle || event.button !== 0) return;
    event.preventDefault();
    handle.focus({ preventScroll: true });
    drag(handle, handle.closest("li"));
  });

  function drag(handle, item) {
    const was = ids();
    const { id } = item.dataset;
    item.classList.add("movable--held");
    const stop = new AbortController();
    const on = (name, act) => document.addEventListener(name, act, { signal: stop.signal });
    const end = () => {
      stop.abort();
      item.classList.remove("movable--held");
      handle.focus({ preventScroll: true });
    };
    on("pointermove", ({ clientX, clientY }) => {
      if (clientY < EDGE) scrollBy(0, -12);
      else if (clientY > innerHeight - EDGE) scrollBy(0, 12);
      const over = document.elementFromPoint(clientX, clientY)?.closest("[data-id]");
      if (over && over !== item && over.parentElement === list) arrange(moved(ids(), id, over.dataset.id));
    });
    on("pointerup", () => {
      end();
      if (ids().indexOf(id) === was.indexOf(id)) return;
      say(id);
      save(id, was);
    });
    const giveUp = () => {
      arrange(was);
      end();
    };
    on("pointercancel", giveUp);
    on("keydown", (event) => event.key === "Escape" && giveUp());
  }
}
