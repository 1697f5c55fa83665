"""The commands that a log is made of, as they come from outside: read strictly, written plainly.

Every number that decides a pixel's place or strength is a whole one, so that browser and server cannot differ in a
rounding; only a placed picture's matrix is not. A command says which form of itself it is (`v`): a log is kept for
ever, so `read` takes every form that was ever written and hands out the present one.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID

Command = dict[str, Any]

FORM = 1
ROLES = ("picture", "hint")
# A stroke is cut into patches by the browser; one that crosses 8192 pixels both ways has some hundreds.
MOST_PATCHES = 400
PATCH_SIDE = 1024
# As far from the middle as anything may lie, in pixels.
REACH = 1 << 17
MOST_LAYERS = 100
NAME_LIMIT = 120
MOST_SCALE = 64.0

_ID = re.compile(r"[0-9a-f]{64}")


class BadCommand(ValueError):
    """This cannot be done on a canvas. The message is for whoever wrote the program that sent it."""


def read(given: Any) -> tuple[UUID, Command]:
    """The command's own id, made by the browser, and the command in the present form."""
    if not isinstance(given, Mapping):
        raise BadCommand("a command is an object")
    rest = dict(given)
    command_id = _uuid(rest.pop("id", None))
    form = rest.pop("v", None)
    if form != FORM or isinstance(form, bool):
        raise BadCommand(f"no form {form!r} of commands is known here")
    do = rest.pop("do", None)
    reader = READERS.get(do) if isinstance(do, str) else None
    if reader is None:
        raise BadCommand(f"there is no command {do!r}")
    command: Command = {"do": do, "v": FORM, **reader(rest)}
    if rest:
        raise BadCommand(f"{do} knows no {', '.join(sorted(rest))}")
    return command_id, command


def patches_of(command: Command) -> Iterator[tuple[str, int, int]]:
    """Every patch that it names, with its size."""
    for patch, _x, _y, width, height in command.get("patches", ()):
        yield patch, width, height
    if command["do"] == "place":
        yield command["patch"], command["width"], command["height"]


def box_of(command: Command) -> tuple[int, int, int, int] | None:
    """Left, top, right and bottom of what it draws, in its layer; None if it draws nothing."""
    if command["do"] == "place":
        corners = corners_of(command["matrix"], command["width"], command["height"])
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        return math.floor(min(xs)), math.floor(min(ys)), math.ceil(max(xs)), math.ceil(max(ys))
    patches = command.get("patches")
    if not patches:
        return None
    return (
        min(x for _, x, _, _, _ in patches),
        min(y for _, _, y, _, _ in patches),
        max(x + width for _, x, _, width, _ in patches),
        max(y + height for _, _, y, _, height in patches),
    )


def corners_of(matrix: list[float], width: int, height: int) -> list[tuple[float, float]]:
    a, b, c, d, e, f = matrix
    return [(a * x + c * y + e, b * x + d * y + f) for x, y in ((0, 0), (width, 0), (0, height), (width, height))]


# How each field is read. What is read is taken out, so that what nobody knows is left over.


def _add_layer(rest: Command) -> Command:
    role = rest.pop("role", None)
    if role not in ROLES:
        raise BadCommand("a layer is a picture or a hint")
    return {"name": _name(rest.pop("name", None)), "role": role, "index": _whole(rest, "index", 0, MOST_LAYERS)}


def _layer(rest: Command) -> Command:
    return {"layer": _version(rest, "layer")}


def _change_layer(rest: Command) -> Command:
    command, changes = _layer(rest), Command()
    if "name" in rest:
        changes["name"] = _name(rest.pop("name"))
    if "hidden" in rest:
        changes["hidden"] = rest.pop("hidden")
        if not isinstance(changes["hidden"], bool):
            raise BadCommand("hidden is true or false")
    if "opacity" in rest:
        changes["opacity"] = _whole(rest, "opacity", 0, 255)
    for place in ("x", "y"):
        if place in rest:
            changes[place] = _whole(rest, place, -REACH, REACH)
    if not changes:
        raise BadCommand("nothing of the layer is changed")
    return {**command, **changes}


def _order_layer(rest: Command) -> Command:
    return {**_layer(rest), "index": _whole(rest, "index", 0, MOST_LAYERS)}


def _strokes(rest: Command) -> Command:
    command, given = _layer(rest), rest.pop("patches", None)
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_PATCHES:
        raise BadCommand(f"a stroke has 1 to {MOST_PATCHES} patches")
    return {**command, "patches": [_patch(each) for each in given]}


def _patch(given: Any) -> list[Any]:
    if not isinstance(given, list) or len(given) != 5:
        raise BadCommand("a patch is an id, x, y, width and height")
    named = dict(zip(("patch", "x", "y", "width", "height"), given, strict=True))
    return [
        _patch_id(named),
        _whole(named, "x", -REACH, REACH),
        _whole(named, "y", -REACH, REACH),
        _whole(named, "width", 1, PATCH_SIDE),
        _whole(named, "height", 1, PATCH_SIDE),
    ]


def _place(rest: Command) -> Command:
    command = {
        **_layer(rest),
        "patch": _patch_id(rest),
        "width": _whole(rest, "width", 1, PATCH_SIDE),
        "height": _whole(rest, "height", 1, PATCH_SIDE),
        "matrix": _matrix(rest.pop("matrix", None)),
    }
    for x, y in corners_of(command["matrix"], command["width"], command["height"]):
        if not (-REACH <= x <= REACH and -REACH <= y <= REACH):
            raise BadCommand("that lies too far out")
    if "source" in rest:
        command["source"] = _source(rest.pop("source"))
    return command


def _matrix(given: Any) -> list[float]:
    """As of setTransform in a browser: x' = a x + c y + e, y' = b x + d y + f."""
    if not isinstance(given, list) or len(given) != 6 or not all(_is_number(each) for each in given):
        raise BadCommand("a matrix is six numbers")
    matrix = [float(each) for each in given]
    a, b, c, d, *_move = matrix
    if not all(abs(each) <= MOST_SCALE for each in (a, b, c, d)) or abs(a * d - b * c) < 1e-6:
        raise BadCommand("the matrix makes nothing of the picture, or too much")
    return matrix


def _source(given: Any) -> Command:
    """Where the pixels come from: for lineage alone, the pixels themselves are in the patch."""
    if not isinstance(given, Mapping) or set(given) != {"kind", "id"} or given["kind"] not in ("picture", "upload"):
        raise BadCommand("a source is a picture or an upload")
    return {"kind": given["kind"], "id": str(_uuid(given["id"]))}


def _go(rest: Command) -> Command:
    return {"to": _version(rest, "to")}


READERS: dict[str, Callable[[Command], Command]] = {
    "add_layer": _add_layer,
    "remove_layer": _layer,
    "change_layer": _change_layer,
    "order_layer": _order_layer,
    "merge_layer": _layer,
    "paint": _strokes,
    "erase": _strokes,
    "restore": _strokes,
    "place": _place,
    "go": _go,
}


def _uuid(given: Any) -> UUID:
    try:
        return UUID(given)
    except (ValueError, TypeError, AttributeError):
        raise BadCommand(f"{given!r} is no id") from None


def _patch_id(rest: Command) -> str:
    given = rest.pop("patch", None)
    if not isinstance(given, str) or not _ID.fullmatch(given):
        raise BadCommand("a patch is named by its SHA-256")
    return given


def _version(rest: Command, name: str) -> int:
    return _whole(rest, name, 0, 2**31 - 1)


def _whole(rest: Command, name: str, least: int, most: int) -> int:
    given = rest.pop(name, None)
    if isinstance(given, bool) or not isinstance(given, int) or not least <= given <= most:
        raise BadCommand(f"{name} is a whole number from {least} to {most}")
    return given


def _name(given: Any) -> str:
    if not isinstance(given, str) or len(given) > NAME_LIMIT or not given.isprintable():
        raise BadCommand(f"a name is one line of at most {NAME_LIMIT} characters")
    return given


def _is_number(given: Any) -> bool:
    return not isinstance(given, bool) and isinstance(given, int | float) and math.isfinite(given)
