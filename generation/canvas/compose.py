"""Pixels of a canvas: any rectangle of a document, drawn mark by mark.

Colours are premultiplied, eight bits each, and rounded after every mark, as a browser's canvas has them. So what was
drawn up to some mark can be kept as it is and gone on from, and comes out the same to the last bit.

A layer is two pictures: what is seen, and the whole, as if nothing had ever been erased. An eraser takes from what is
seen; the restore brush brings back of the whole.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from generation.canvas.commands import Command, box_of
from generation.canvas.document import OPAQUE, Document, Layer

Pixels = NDArray[np.uint8]
Box = tuple[int, int, int, int]
"""Left, top, right, bottom."""

TILE = 512
FRAME = 1024
# Fainter than that a hint says no colour any more.
MEANT = 16


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Where marks and patches come from."""

    command: Callable[[int], Command | None]
    """None: it draws nothing here."""
    patch: Callable[[str], Pixels]
    """Premultiplied."""
    step: int = 1
    """Only every so many pixels, across and down: for small pictures. The same ones, as if the rest were left out."""


def composed(document: Document, role: str, box: Box, scene: Scene) -> Pixels:
    """All layers of a role, the lowest first."""
    whole = _blank(box, scene.step)
    for layer in document["layers"]:
        if layer["role"] == role:
            _over(whole, _seen(layer, box, scene))
    return whole


def drawn(layer: Layer, box: Box, scene: Scene) -> tuple[Pixels, Pixels]:
    """A layer in its own places, as strong as it was drawn: what is seen of it, and the whole."""
    seen, whole = _blank(box, scene.step), _blank(box, scene.step)
    for mark in layer["marks"]:
        if isinstance(mark, dict):
            pixels = _seen(mark, box, scene)
            _over(seen, pixels)
            _over(whole, pixels)
        elif (command := scene.command(mark)) is not None:
            _draw(seen, whole, command, box, scene)
    return seen, whole


def tiles(box: Box, side: int = TILE) -> Iterator[Box]:
    """Row by row, what is left over at the ends smaller."""
    left, top, right, bottom = box
    for y in range(top, bottom, side):
        for x in range(left, right, side):
            yield x, y, min(x + side, right), min(y + side, bottom)


def extent(document: Document, scene: Scene, role: str = "picture") -> Box | None:
    """The smallest box around all that shows; erased or not. None where nothing was drawn."""
    boxes = [box for layer in document["layers"] if layer["role"] == role for box in _boxes(layer, scene)]
    if not boxes:
        return None
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def premultiplied(image: Image.Image) -> Pixels:
    pixels = np.array(image.convert("RGBA"))
    pixels[..., :3] = _shared(pixels[..., :3], pixels[..., 3:])
    return pixels


def straight(pixels: Pixels) -> Pixels:
    """As files have it. What is opaque is unchanged."""
    if np.isin(pixels[..., 3], (0, OPAQUE)).all():
        return pixels
    alpha = pixels[..., 3:].astype(np.uint32)
    colours = (pixels[..., :3].astype(np.uint32) * 255 + alpha // 2) // np.maximum(alpha, 1)
    return np.concatenate([np.minimum(colours, 255), alpha], axis=-1).astype(np.uint8)


def framed(pixels: Pixels, *, soft: bool = False) -> tuple[Pixels, NDArray[np.bool_]]:
    """A frame's picture for the engine, transparent where to paint, and where that is (True). `soft`: with what still
    shows through where it was erased half."""
    hole = pixels[..., 3] < OPAQUE
    picture = straight(pixels).copy()
    picture[hole & (not soft)] = 0
    return picture, hole


def hinted(pixels: Pixels) -> Pixels:
    """Colours with how strongly they are meant; transparent where they hardly are."""
    hint = straight(pixels).copy()
    hint[pixels[..., 3] < MEANT] = 0
    return hint


def _seen(layer: Layer, box: Box, scene: Scene) -> Pixels:
    """What shows of a layer, at its place and opacity."""
    if layer["hidden"] or layer["opacity"] == 0:
        return _blank(box, scene.step)
    dx, dy = layer["x"], layer["y"]
    seen, _whole = drawn(layer, (box[0] - dx, box[1] - dy, box[2] - dx, box[3] - dy), scene)
    return seen if layer["opacity"] == OPAQUE else _shared(seen, np.uint8(layer["opacity"]))


def _draw(seen: Pixels, whole: Pixels, command: Command, box: Box, scene: Scene) -> None:
    do = command["do"]
    if do == "place":
        if _meets(box_of(command), box):
            pixels = _placed(command, box, scene)
            _over(seen, pixels)
            _over(whole, pixels)
        return
    for patch, x, y, width, height in command["patches"]:
        common = _common((x, y, x + width, y + height), box)
        if common is None:
            continue
        left, top, right, bottom = common
        rows, patch_rows = _places((top, bottom), box[1], y, scene.step)
        columns, patch_columns = _places((left, right), box[0], x, scene.step)
        pixels, here = scene.patch(patch)[patch_rows, patch_columns], (rows, columns)
        if do == "paint":
            _over(seen[here], pixels)
            _over(whole[here], pixels)
        else:
            strength = pixels[..., 3:]
            seen[here] = (
                _shared(seen[here], 255 - strength) if do == "erase" else _mixed(seen[here], whole[here], strength)
            )


def _placed(command: Command, box: Box, scene: Scene) -> Pixels:
    a, b, c, d, e, f = command["matrix"]
    pixels = scene.patch(command["patch"])
    if (a, b, c, d) == (1, 0, 0, 1) and e == round(e) and f == round(f):
        # Not turned, not scaled: to the last bit.
        x, y = round(e), round(f)
        result = _blank(box, scene.step)
        common = _common((x, y, x + command["width"], y + command["height"]), box)
        if common is not None:
            left, top, right, bottom = common
            rows, patch_rows = _places((top, bottom), box[1], y, scene.step)
            columns, patch_columns = _places((left, right), box[0], x, scene.step)
            result[rows, columns] = pixels[patch_rows, patch_columns]
        return result
    height, width = _blank(box, scene.step).shape[:2]
    matrix = tuple(each / scene.step for each in (a, b, c, d, e - box[0], f - box[1]))
    return _transformed(pixels, matrix, (width, height))


def _transformed(pixels: Pixels, matrix: tuple[float, ...], size: tuple[int, int]) -> Pixels:
    """Bilinear, after a picture that shrinks was reduced by whole steps. Premultiplied, so that no edge turns dark."""
    a, b, c, d, e, f = matrix
    shrunk = max(1, int(1 / max(np.hypot(a, b), np.hypot(c, d), 1e-3)))
    # Called CMYK: four channels that Pillow takes for nothing else, lest it premultiply once more.
    image = Image.frombytes("CMYK", pixels.shape[1::-1], pixels.tobytes())
    # A margin of nothing around it, into which the edge fades.
    margined = Image.new("CMYK", (image.width + 2 * shrunk, image.height + 2 * shrunk))
    margined.paste(image, (shrunk, shrunk))
    if shrunk > 1:
        margined = margined.reduce(shrunk)
    determinant = a * d - b * c
    # Pillow asks from where each pixel comes: the inverse.
    ia, ic, ib, id_ = d / determinant, -c / determinant, -b / determinant, a / determinant
    ie, if_ = -(ia * e + ic * f), -(ib * e + id_ * f)
    inverse = [ia, ic, ie + shrunk, ib, id_, if_ + shrunk]
    inverse = [each / shrunk for each in inverse]
    return np.array(margined.transform(size, Image.Transform.AFFINE, inverse, Image.Resampling.BILINEAR))


def _over(below: Pixels, above: Pixels) -> None:
    if not above[..., 3].any():
        return
    below[...] = above + _shared(below, 255 - above[..., 3:])


def _mixed(from_: Pixels, to: Pixels, strength: Pixels) -> Pixels:
    """So far on the way from one to the other, rounded once: at full strength the other itself."""
    wide = from_.astype(np.uint32) * (255 - strength.astype(np.uint32)) + to.astype(np.uint32) * strength
    return _by_255(wide)


def _shared(pixels: Pixels, share: Pixels | np.uint8) -> Pixels:
    """So many 255ths of it, rounded to the nearest."""
    return _by_255(pixels.astype(np.uint32) * share)


def _by_255(wide: NDArray[np.uint32]) -> Pixels:
    wide = wide + 128
    return ((wide + (wide >> 8)) >> 8).astype(np.uint8)


def _blank(box: Box, step: int = 1) -> Pixels:
    return np.zeros((-((box[1] - box[3]) // step), -((box[0] - box[2]) // step), 4), np.uint8)


def _places(common: tuple[int, int], box_begin: int, begin: int, step: int) -> tuple[slice, slice]:
    """Rows or columns that a patch shares with a box: in the box, where each stands for `step`, and in the patch."""
    first, end = (-((box_begin - place) // step) for place in common)
    return slice(first, end), slice(box_begin + first * step - begin, common[1] - begin, step)


def _boxes(layer: Layer, scene: Scene) -> Iterator[Box]:
    if layer["hidden"]:
        return
    for mark in layer["marks"]:
        if isinstance(mark, dict):
            inner = list(_boxes(mark, scene))
        else:
            command = scene.command(mark)
            box = box_of(command) if command and command["do"] in ("paint", "place") else None
            inner = [box] if box else []
        for left, top, right, bottom in inner:
            yield left + layer["x"], top + layer["y"], right + layer["x"], bottom + layer["y"]


def _meets(one: Box | None, other: Box) -> bool:
    return one is not None and _common(one, other) is not None


def _common(one: Box, other: Box) -> Box | None:
    left, top, right, bottom = (
        max(one[0], other[0]),
        max(one[1], other[1]),
        min(one[2], other[2]),
        min(one[3], other[3]),
    )
    return (left, top, right, bottom) if left < right and top < bottom else None
