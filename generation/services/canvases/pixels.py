"""Pictures of a canvas, composed from its log at a version: a rectangle, a frame for the engine, the whole as a file.

The browser never sends a picture of the canvas: what it shows meanwhile is its own.
"""

import io
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np
from django.core.files.storage import default_storage
from django.http import Http404
from PIL import Image

from accounts.models import Person
from generation.canvas import compose, png
from generation.canvas.commands import Command, patches_of
from generation.canvas.compose import FRAME, TILE, Box, Pixels, Scene
from generation.canvas.document import Document, Layer
from generation.models import Canvas, Entry, Patch
from generation.services.canvases.access import canvas_for
from generation.services.canvases.chunks import state_of

PORTION = 500
# Of decoded patches, in bytes: what overlaps a tile is mostly what overlapped the one beside it.
MOST_KEPT = 48_000_000
MOST_SIDE = 1024
MOST_EXPORT_SIDE = 16_384
# Of a small picture, so many pixels are averaged into one, across and down.
FINER = 4


class TooLarge(ValueError):
    """More than is composed at once."""


@dataclass(frozen=True, kw_only=True)
class FramePixels:
    """A square of a canvas as the engine takes it."""

    picture: Pixels
    """Straight; transparent where to paint."""
    hole: np.ndarray
    hint: Pixels | None

    @property
    def empty(self) -> bool:
        return bool(self.hole.all()) and self.hint is None

    @property
    def full(self) -> bool:
        return not self.hole.any()


def rectangle_png(
    *,
    person: Person,
    canvas_id: UUID,
    version: int,
    box: Box,
    layer_id: int | None = None,
    whole: bool = False,
) -> bytes:
    """What shows there; of one layer, what is drawn on it in its own places, and of `whole` what was ever."""
    canvas = canvas_for(person=person, canvas_id=canvas_id)
    if not (0 < box[2] - box[0] <= MOST_SIDE and 0 < box[3] - box[1] <= MOST_SIDE):
        raise TooLarge
    document = document_at(canvas, version)
    if layer_id is None:
        return as_png(compose.straight(compose.composed(document, "picture", box, scene_of(canvas, document, box))))
    layer = next((layer for layer in document["layers"] if layer["id"] == layer_id), None)
    if layer is None:
        raise Http404
    seen, ever = compose.drawn(layer, box, scene_of(canvas, {"layers": [{**layer, "x": 0, "y": 0}]}, box))
    return as_png(compose.straight(ever if whole else seen))


def frame_of(canvas: Canvas, *, version: int, x: int, y: int, soft: bool = False) -> FramePixels:
    """The square of 1024 pixels at that place. Composed tile by tile, so that little is held at a time."""
    document = document_at(canvas, version)
    box = (x, y, x + FRAME, y + FRAME)
    scene = scene_of(canvas, document, box)
    picture, hole = compose.framed(_assembled(document, "picture", box, scene), soft=soft)
    hint = compose.hinted(_assembled(document, "hint", box, scene))
    return FramePixels(picture=picture, hole=hole, hint=hint if hint[..., 3].any() else None)


def placed_in(canvas: Canvas, *, version: int, box: Box) -> list[dict[str, str]]:
    """Where the pixels come from that were placed there: as the commands say it, what lies on top first, each once."""
    document = document_at(canvas, version)
    scene = scene_of(canvas, document, box)
    layers = [layer for layer in document["layers"] if layer["role"] == "picture"]
    commands = [scene.command(mark) for mark in _marks(layers)]
    sources = [command["source"] for command in commands if command and command.get("source")]
    return list({source["id"]: source for source in reversed(sources)}.values())


def export_png(
    *, person: Person, canvas_id: UUID, version: int | None = None, box: Box | None = None
) -> Iterator[bytes]:
    """The canvas as one file, transparent where nothing is, written in bands while it is composed."""
    canvas = canvas_for(person=person, canvas_id=canvas_id)
    version = canvas.version if version is None else version
    box = box_to_export(canvas, version=version, box=box)
    return png.written(box[2] - box[0], box[3] - box[1], bands_of(canvas, version=version, box=box))


def box_to_export(canvas: Canvas, *, version: int, box: Box | None = None) -> Box:
    """The part asked for, or all that there is; TooLarge where no file holds it."""
    document = document_at(canvas, version)
    box = box or compose.extent(document, scene_of(canvas, document)) or (0, 0, FRAME, FRAME)
    if not (0 < box[2] - box[0] <= MOST_EXPORT_SIDE and 0 < box[3] - box[1] <= MOST_EXPORT_SIDE):
        raise TooLarge
    return box


def bands_of(canvas: Canvas, *, version: int, box: Box) -> Iterator[Pixels]:
    """Straight, from the top down, a row of tiles at a time."""
    document = document_at(canvas, version)
    for top in range(box[1], box[3], TILE):
        band = (box[0], top, box[2], min(top + TILE, box[3]))
        scene = scene_of(canvas, document, band)
        # Each tile as files have it on its own: of a whole band that takes eight times the memory.
        yield np.concatenate(
            [compose.straight(compose.composed(document, "picture", tile, scene)) for tile in compose.tiles(band)],
            axis=1,
        )


def small_of(canvas: Canvas, *, version: int, box: Box, side: int) -> Image.Image:
    """A part of the canvas, or all of it, with its longer side made so long. Only every so many pixels are composed."""
    longer = max(box[2] - box[0], box[3] - box[1])
    document = document_at(canvas, version)
    scene = replace(scene_of(canvas, document, box), step=max(1, longer // (FINER * side)))
    # Averaged while premultiplied, lest what shows through turn dark: as CMYK, four channels that mean nothing.
    pixels = compose.composed(document, "picture", box, scene)
    whole = Image.frombytes("CMYK", pixels.shape[1::-1], pixels.tobytes())
    whole.thumbnail((side, side), Image.Resampling.BOX)
    return Image.fromarray(compose.straight(np.array(whole)))


def document_at(canvas: Canvas, version: int) -> Document:
    if not 0 <= version <= canvas.version:
        raise Http404
    return state_of(canvas, version)


def scene_of(canvas: Canvas, document: Document, box: Box | None = None) -> Scene:
    """What the document's marks stand for, of those that may reach into the box, and their patches as they are asked
    for."""
    entries = Entry.objects.filter(canvas=canvas, left__isnull=False)
    if box is not None:
        # However its layer was moved, and the layers that were merged into that.
        near, far = _moves(document["layers"])
        entries = entries.filter(
            left__lt=box[2] - near[0], top__lt=box[3] - near[1], right__gt=box[0] - far[0], bottom__gt=box[1] - far[1]
        )
    commands = dict(entries.values_list("version", "command").iterator())
    patches = _Patches(canvas.person_id, list(commands.values()))
    return Scene(command=commands.get, patch=patches.pixels)


def _marks(layers: Sequence[Layer]) -> Iterator[int]:
    """Of all that shows, the lowest first."""
    for layer in layers:
        for mark in () if layer["hidden"] else layer["marks"]:
            if isinstance(mark, dict):
                yield from _marks([mark])
            else:
                yield mark


def _moves(layers: Sequence[Layer]) -> tuple[tuple[int, int], tuple[int, int]]:
    """How far marks are moved at the least and at the most, across and down."""
    moves = []
    for layer in layers:
        near, far = _moves([mark for mark in layer["marks"] if isinstance(mark, dict)])
        x, y = layer["x"], layer["y"]
        moves += [(x + min(near[0], 0), y + min(near[1], 0)), (x + max(far[0], 0), y + max(far[1], 0))]
    xs, ys = [x for x, _ in moves] or [0], [y for _, y in moves] or [0]
    return (min(xs), min(ys)), (max(xs), max(ys))


def as_png(pixels: Pixels) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG", compress_level=3)
    return out.getvalue()


def _assembled(document: Document, role: str, box: Box, scene: Scene) -> Pixels:
    whole = np.zeros((box[3] - box[1], box[2] - box[0], 4), np.uint8)
    if all(layer["role"] != role for layer in document["layers"]):
        return whole
    for tile in compose.tiles(box):
        here = slice(tile[1] - box[1], tile[3] - box[1]), slice(tile[0] - box[0], tile[2] - box[0])
        whole[here] = compose.composed(document, role, tile, scene)
    return whole


class _Patches:
    """Decoded patches, as many as there is room for, those longest unused out first."""

    def __init__(self, person_id: int, commands: Sequence[Command]) -> None:
        named = sorted({patch for command in commands for patch, _width, _height in patches_of(command)})
        self.files: dict[str, str] = {}
        for begin in range(0, len(named), PORTION):
            portion = Patch.objects.filter(person=person_id, sha256__in=named[begin : begin + PORTION])
            self.files.update(portion.values_list("sha256", "file"))
        self.kept: OrderedDict[str, Pixels] = OrderedDict()
        self.bytes = 0

    def pixels(self, patch: str) -> Pixels:
        if patch in self.kept:
            self.kept.move_to_end(patch)
            return self.kept[patch]
        with default_storage.open(self.files[patch]) as file, Image.open(file, formats=["PNG"]) as image:
            pixels = compose.premultiplied(image)
        self.kept[patch] = pixels
        self.bytes += pixels.nbytes
        while self.bytes > MOST_KEPT and len(self.kept) > 1:
            self.bytes -= self.kept.popitem(last=False)[1].nbytes
        return pixels
