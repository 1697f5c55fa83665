/**
 * What can be done to a document. A command has an apply, which returns what revert needs, a revert, and a size.
 *
 * Only history.js runs them. Commands are plain data, as they travel and as the log keeps them:
 *   {do: "paint", v: 1, layer: 0, patches: [[sha256, x, y, width, height]]}
 */
import { BadCommand, MOST_LAYERS, indexOf, layerOf, merged, newLayer } from "./document.js";

export const FORM = 1;
const CHANGES = ["name", "hidden", "opacity", "x", "y"];

const mark = {
  apply(document, command, version) {
    layerOf(document, command.layer).marks.push(version);
    return null;
  },
  revert(document, command) {
    layerOf(document, command.layer).marks.pop();
  },
};

const KINDS = {
  paint: mark,
  erase: mark,
  restore: mark,
  place: mark,
  add_layer: {
    apply({ layers }, command, version) {
      if (layers.length >= MOST_LAYERS) throw new BadCommand(`a canvas has at most ${MOST_LAYERS} layers`);
      checkPlace(layers, command.index, layers.length);
      layers.splice(command.index, 0, newLayer(version, command.name, command.role));
      return null;
    },
    revert({ layers }, command) {
      layers.splice(command.index, 1);
    },
  },
  remove_layer: {
    apply(document, command) {
      const index = indexOf(document, command.layer);
      if (document.layers.length === 1) throw new BadCommand("the last layer stays");
      return { index, layer: document.layers.splice(index, 1)[0] };
    },
    revert({ layers }, _command, { index, layer }) {
      layers.splice(index, 0, layer);
    },
  },
  change_layer: {
    apply(document, command) {
      const layer = layerOf(document, command.layer);
      const was = {};
      for (const name of CHANGES) {
        if (!(name in command)) continue;
        was[name] = layer[name];
        layer[name] = command[name];
      }
      return was;
    },
    revert(document, command, was) {
      Object.assign(layerOf(document, command.layer), was);
    },
  },
  order_layer: {
    apply(document, command) {
      const index = indexOf(document, command.layer);
      checkPlace(document.layers, command.index, document.layers.length - 1);
      document.layers.splice(command.index, 0, document.layers.splice(index, 1)[0]);
      return index;
    },
    revert({ layers }, command, index) {
      layers.splice(index, 0, layers.splice(command.index, 1)[0]);
    },
  },
  merge_layer: {
    apply(document, command) {
      const index = indexOf(document, command.layer);
      if (index === 0) throw new BadCommand("there is no layer below it");
      const [lower, upper] = document.layers.slice(index - 1, index + 1);
      document.layers.splice(index - 1, 2, merged(lower, upper));
      return { index, lower, upper };
    },
    revert({ layers }, _command, { index, lower, upper }) {
      layers.splice(index - 1, 1, lower, upper);
    },
  },
};

export function apply(document, command, version) {
  const kind = KINDS[command.do];
  if (!kind || command.v !== FORM) throw new BadCommand(`there is no command ${command.do} of form ${command.v}`);
  return kind.apply(document, command, version);
}

export function revert(document, command, was) {
  KINDS[command.do].revert(document, command, was);
}

/** About how many bytes it takes on its way, without its patches. */
export const sizeOf = (command) => JSON.stringify(command).length;

/** The patches that it names. */
export const patchesOf = (command) =>
  command.do === "place" ? [command.patch] : (command.patches ?? []).map(([patch]) => patch);

function checkPlace(layers, index, most) {
  if (!Number.isInteger(index) || index < 0 || index > most) {
    throw new BadCommand(`among ${layers.length} layers there is no place ${index}`);
  }
}
