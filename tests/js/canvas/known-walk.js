/** The walk that browser and server both replay: `node tests/js/canvas/known-walk.js > tests/fixtures/canvas_walk.json` */
import { createHistory } from "../../../static/js/canvas/history.js";
import { Log } from "./log.js";
import { anyCommand, chance } from "./walk.js";

const STEPS = 420;

export function knownWalk() {
  const dice = chance(1);
  const log = new Log();
  const history = createHistory(log.open());
  const documents = [];
  while (log.version < STEPS) {
    let command = anyCommand(history.document, dice);
    // Both sides must know the patch, and one name has one size.
    const name = (log.version + 1).toString(16).padStart(64, "0");
    if (command.patches) command.patches[0][0] = name;
    if (command.patch) command.patch = name;
    const what = dice.upTo(99);
    if (what < 10 && history.head) command = history.undo();
    else if (what < 16) command = history.redo() ?? command;
    // Far back once, over the snapshot.
    if (log.version === 300) command = history.goTo(3);
    history.take(command);
    log.append({ base: log.version, commands: [{ id: dice.uuid(), ...command }] });
    if (log.version % 70 === 0) documents.push({ version: log.version, document: log.state(log.head) });
  }
  return {
    commands: log.entries.slice(1).map(({ id, command }) => ({ id, ...command })),
    parents: log.entries.slice(1).map(({ parent }) => parent),
    nexts: log.entries.map(({ next }) => next),
    head: log.head,
    snapshots: log.snapshots.map(({ version, head }) => [version, head]),
    documents,
  };
}

if (process.argv[1] === import.meta.filename) {
  const { commands, ...rest } = knownWalk();
  const lines = commands.map((command) => JSON.stringify(command)).join(",\n");
  process.stdout.write(`{"commands": [\n${lines}\n],\n${JSON.stringify(rest).slice(1)}\n`);
}
