/** The page of a canvas: opens it, and joins the parts. */
import { announce, locale, word } from "../page.js";
import { watch } from "../feed.js";
import { counted } from "../lib/words.js";
import { tell } from "../tell.js";
import { createActions } from "./actions.js";
import { actionsOf } from "./all-actions.js";
import { createActs } from "./acts.js";
import { listenToKeys } from "./keys.js";
import { createOverlay } from "./overlay.js";
import { asked } from "./panels/asked.js";
import { layersPanel } from "./panels/layers.js";
import { options } from "./panels/options.js";
import { keyList, palette } from "./panels/palette.js";
import { placing } from "./panels/place.js";
import { sentence } from "./panels/sentence.js";
import { status } from "./panels/status.js";
import { stepsPanel } from "./panels/steps.js";
import { createPixels } from "./pixels.js";
import { listen } from "./pointer.js";
import { say } from "./say.js";
import { createServer } from "./server.js";
import { createSession } from "./session.js";
import { FRAME } from "./snap.js";
import { createState } from "./state.js";
import { inBrowser, inMemory } from "./store.js";
import { createStudio } from "./studio.js";
import { isGone, tabName } from "./tab.js";
import { brush } from "./tools/brush.js";
import { frameTool } from "./tools/frame.js";
import { eyedropper, hand, mover } from "./tools/hand.js";
import { lasso, rectangle } from "./tools/select.js";
import { fitted } from "./view/camera.js";
import { createStage } from "./view/stage.js";
import { createTiles } from "./view/tiles.js";

const byId = (id) => document.getElementById(id);
const root = byId("canvas");
const { id: canvas, root: addresses, uploads } = root.dataset;
const elements = { body: document.body, root, stage: byId("stage"), frame: byId("frame"), form: byId("sentence") };
const token = () => document.querySelector("input[name=csrfmiddlewaretoken]").value;

open().catch((error) => {
  console.warn("the canvas was not opened:", error);
  byId("trouble").querySelector("p").textContent = say("notOpened");
  byId("trouble").hidden = false;
});

async function open() {
  const server = createServer({ fetch: (...given) => fetch(...given), token, root: addresses });
  const store = await inBrowser(indexedDB).catch(() => inMemory());
  const strokes = new Set();
  const state = createState(`tessera.canvas.${canvas}`, localStorage);
  let [pixels, studio, stateShown] = [null, null, null];

  const session = await createSession({
    canvas,
    tab: await tabName(),
    isGone,
    store,
    server,
    pixels: () => pixels,
    onChange: (change) => studio && changed(change),
    onState: (now) => {
      stateShown = now;
      studio?.status.show(now);
    },
    onTrouble: (error) => {
      console.warn("not done:", error);
      studio?.tell(say("notDone"));
    },
  });
  const address = (what = "") => `${addresses}/${session.queue.canvas}${what && `/${what}`}`;
  const serverVersion = () => session.queue.base;
  const commandOf = (node) => session.commandOf(node);
  const redraw = () => studio?.stage.redraw();
  pixels = createPixels({
    address,
    commandOf,
    layerOf: (layer) => session.document.layers.find((each) => each.id === layer),
    serverVersion,
    waiting: () => session.patchesWaiting(),
    changed: redraw,
  });
  const { moved } = await session.begin();
  if (moved) return location.replace(`${addresses}/${moved}`);

  const most = Math.min(320, 40 * Number(navigator.deviceMemory ?? 4));
  const tiles = createTiles({
    fetchTile: pixels.fetchTile,
    pixelsOf: pixels.of,
    wholeOf: pixels.wholeOf,
    serverVersion,
    commandOf,
    changed: redraw,
    most,
  });
  const overlay = createOverlay(byId("overlay"), () => studio.stage);
  studio = createStudio({ state, session, strokes, overlay, elements });
  const stage = createStage({
    root: elements.stage.querySelector(".canvas__pixels"),
    tiles,
    layers: studio.layers,
    strokes: () => [...strokes],
    wholeOf: pixels.wholeOf,
    drawn: () => {
      overlay.follow();
      studio.sentence?.place();
    },
  });
  const post = (what, body) =>
    fetch(address(what), { method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": token() } });
  Object.assign(studio, {
    stage,
    pixels,
    tiles,
    address,
    post,
    root: addresses,
    uploads,
    tell,
    read: (what) => fetch(address(what), { headers: { Accept: "application/json" } }).then((answer) => answer.json()),
    send: (where, body) => fetch(where, { method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": token() } }),
    look: (camera) => {
      stage.look(camera);
      state.set({ camera });
    },
    use: (tool) => state.set({ tool, before: state.now.tool }),
    async leaveFor({ follow }) {
      const branch = await session.queue.toBranch().catch(() => null);
      if (!branch) return tell(say("noConnection"));
      if (!follow) return location.assign(`${addresses}/${branch}`);
      if (await saved()) location.reload();
      else tell(say("noConnection"));
    },
    actions: null,
  });
  studio.acts = createActs({
    session,
    pixels,
    strokes,
    chosen: () => studio.chosenLayer().id,
    choose: (layer) => state.set({ layer }),
    stage: () => stage,
  });
  studio.status = status({ saved: byId("saved"), trouble: byId("trouble"), studio });
  studio.status.show(stateShown ?? { state: "idle", pending: session.queue.pending });

  /** All of it on the server, as what is asked for there needs it. */
  async function saved(patience = 20_000) {
    await session.settled();
    const end = Date.now() + patience;
    while (session.queue.pending && Date.now() < end) {
      if (["conflict", "stopped"].includes(session.queue.state)) return false;
      if (session.queue.state === "offline" && !navigator.onLine) return false;
      session.queue.flush();
      await new Promise((go) => setTimeout(go, 60));
    }
    return session.queue.pending === 0;
  }

  let frames = null;
  studio.sentence = sentence(elements.form, studio, { started: (frame) => frames.take(frame), saved });
  frames = asked(studio, { press: studio.sentence.press });
  studio.asked = frames;
  studio.saved = saved;
  studio.layersPanel = layersPanel(byId("layers"), studio);
  studio.steps = stepsPanel(byId("steps"), studio);
  studio.placing = placing(byId("placing"), studio);
  options(byId("options"), state);

  const actions = createActions(actionsOf(studio));
  studio.actions = actions;
  studio.palette = palette(byId("palette"), actions);
  studio.keys = keyList(byId("keys"), actions);
  for (const button of root.querySelectorAll("[data-act]")) {
    if (actions.has(button.dataset.act)) button.addEventListener("click", () => actions.run(button.dataset.act));
  }
  for (const button of byId("tools").querySelectorAll("[data-tool]")) {
    button.addEventListener("click", () => studio.use(button.dataset.tool));
  }

  const tools = {
    hand: hand(),
    frame: frameTool(studio),
    erase: brush("erase", studio),
    restore: brush("restore", studio),
    paint: brush("paint", studio),
    eyedropper: eyedropper(studio),
    rectangle: rectangle(studio),
    lasso: lasso(studio),
    mover: mover(studio),
  };
  let keys = null;
  const pointer = listen(elements.stage, {
    stage,
    tool: () => tools[state.now.tool],
    grabs: { frame: frameTool(studio, { grabbed: true }), ...studio.placing.grabs },
    look: studio.look,
    spaceHeld: () => keys.spaceHeld(),
  });
  keys = listenToKeys({ studio, actions, pointer, letters: byId("keys-letters") });

  function showState(now, before = {}) {
    if (now.tool !== before.tool) {
      for (const button of byId("tools").querySelectorAll("[data-tool]")) {
        button.setAttribute("aria-pressed", String(button.dataset.tool === now.tool));
        if (before.tool && button.dataset.tool === now.tool) announce(button.textContent.trim());
      }
      elements.stage.dataset.tool = now.tool;
    }
    if (now.frame !== before.frame) {
      overlay.show(elements.frame, { ...now.frame, width: FRAME, height: FRAME });
      byId("frame-place").textContent = `${now.frame.x}, ${now.frame.y}`;
      studio.sentence.place();
    }
    if (now.selection !== before.selection) overlay.select(now.selection);
    if (now.camera?.zoom !== before.camera?.zoom) byId("percent").textContent = say("percent", { n: Math.round(stage.camera.zoom * 100) });
    if (now.layer !== before.layer) studio.layersPanel.draw();
  }
  state.watch(showState);

  function changed() {
    tiles.moved(session.head);
    stage.redraw();
    studio.layersPanel.draw();
    studio.steps.changed();
    studio.status.count(session.queue.pending);
    root.querySelector("[data-act=undo]").disabled = !session.canUndo();
    root.querySelector("[data-act=redo]").disabled = !session.canRedo();
  }

  new ResizeObserver(() => {
    studio.sentence.resized();
    stage.resize();
  }).observe(elements.stage);
  stage.resize();
  const extent = studio.extent();
  const start = state.now.camera ?? fitted(extent ?? [0, 0, FRAME, FRAME], stage.size, { below: 96 });
  if (!state.now.camera && extent) state.set({ frame: studio.besides(extent) });
  studio.look(start);
  tiles.moved(session.head);
  showState(state.now);
  changed();
  stage.redraw();

  watch(({ before, state: feed }) => {
    if (feed.balance === before.balance) return;
    studio.sentence.balance(counted({ one: word("creditOne"), other: word("creditOther") }, feed.balance, locale));
  });
  addEventListener("canvas-news", ({ detail }) => {
    if (detail.type === "canvas" && detail.id === session.queue.canvas) session.hear(detail.version);
    if (detail.type === "export") studio.exported(detail);
  });
  addEventListener("online", () => session.queue.again());
  addEventListener("pagehide", () => state.keep());
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    frames.redraw();
    session.look();
  });
  await frames.load().catch(() => tell(say("noConnection")));
  // What was drawn elsewhere while this page was on its way.
  session.look();
  root.dataset.ready = "";
  root.studio = studio;
}
