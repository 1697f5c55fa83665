"""The document: what a canvas is made of after a command. Structure alone; the pixels are in patches.

A command is known by its version, its place in the log. `go` makes no new state but returns to the one that some
earlier command left, so states are a tree: each command's parent is the state that it was done in. A layer is known by
the version that added it, and lists the versions of what was drawn on it; a layer that was merged stands in that list
as itself, because its own erasures must not reach what lies below it.
"""

from collections.abc import Mapping
from typing import Any

from generation.canvas.commands import MOST_LAYERS, BadCommand, Command

Document = dict[str, Any]
Layer = dict[str, Any]

OPAQUE = 255
DRAWING = ("paint", "erase", "restore", "place")
# Layers merged into layers merged into layers.
MOST_DEPTH = 30


def empty() -> Document:
    return {"layers": [_layer(0, "", "picture")]}


def copy_of(document: Document) -> Document:
    return {"layers": [_copy(layer) for layer in document["layers"]]}


def apply(document: Document, command: Command, version: int) -> None:
    """Do it, in place. BadCommand where it makes no sense in this document, which is then as it was."""
    layers: list[Layer] = document["layers"]
    do = command["do"]
    if do == "add_layer":
        if len(layers) >= MOST_LAYERS:
            raise BadCommand(f"a canvas has at most {MOST_LAYERS} layers")
        place = _place_in(layers, command["index"], len(layers))
        layers.insert(place, _layer(version, command["name"], command["role"]))
        return
    index = _index_of(layers, command["layer"])
    layer = layers[index]
    if do in DRAWING:
        layer["marks"].append(version)
    elif do == "change_layer":
        layer.update({name: command[name] for name in ("name", "hidden", "opacity", "x", "y") if name in command})
    elif do == "order_layer":
        place = _place_in(layers, command["index"], len(layers) - 1)
        layers.insert(place, layers.pop(index))
    elif do == "remove_layer":
        if len(layers) == 1:
            raise BadCommand("the last layer stays")
        layers.pop(index)
    elif do == "merge_layer":
        layers[index - 1 : index + 1] = [_merged(layers, index)]
    else:
        raise BadCommand(f"{do} draws nothing")


def path_to(node: int, *, start: int, parents: Mapping[int, int]) -> list[int]:
    """The commands that lead from one state to another, which must lie behind it."""
    path = []
    while node != start:
        if node not in parents:
            raise BadCommand(f"state {node} does not lie behind state {start}")
        path.append(node)
        node = parents[node]
    return path[::-1]


def _merged(layers: list[Layer], index: int) -> Layer:
    """Looks as before: each keeps its own opacity and place inside the new one, which has none."""
    if index == 0:
        raise BadCommand("there is no layer below it")
    lower, upper = layers[index - 1], layers[index]
    if lower["role"] != upper["role"]:
        raise BadCommand("a hint is not merged with a picture")
    plain = (lower["opacity"], lower["hidden"], lower["x"], lower["y"]) == (OPAQUE, False, 0, 0)
    merged = _layer(lower["id"], lower["name"], lower["role"])
    merged["marks"] = [*lower["marks"], upper] if plain else [lower, upper]
    if _depth(merged) > MOST_DEPTH:
        raise BadCommand("these layers were merged too often")
    return merged


def _layer(layer_id: int, name: str, role: str) -> Layer:
    return {
        "id": layer_id,
        "name": name,
        "role": role,
        "hidden": False,
        "opacity": OPAQUE,
        "x": 0,
        "y": 0,
        "marks": [],
    }


def _copy(layer: Layer) -> Layer:
    # A merged layer inside is never changed again, so it may be the same one.
    return {**layer, "marks": list(layer["marks"])}


def _index_of(layers: list[Layer], layer_id: int) -> int:
    for index, layer in enumerate(layers):
        if layer["id"] == layer_id:
            return index
    raise BadCommand(f"there is no layer {layer_id}")


def _place_in(layers: list[Layer], index: int, most: int) -> int:
    if index > most:
        raise BadCommand(f"among {len(layers)} layers there is no place {index}")
    return index


def _depth(layer: Layer) -> int:
    return 1 + max((_depth(mark) for mark in layer["marks"] if isinstance(mark, dict)), default=0)
