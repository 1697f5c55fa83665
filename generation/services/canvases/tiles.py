"""Tiles as a page shows them: squares of one layer, at full size or made smaller, nothing where nothing is.

A page composes its layers itself, so hiding one or moving it needs no new pixels. A tile's version is the last mark of
the layer that touches it (static/js/canvas/wanted.js): so an address says for ever the same, and undo leads back to
addresses that the browser still has.
"""

from uuid import UUID

import numpy as np
from django.http import Http404

from accounts.models import Person
from generation.canvas import compose
from generation.canvas.compose import TILE, Box, Pixels, Scene
from generation.canvas.document import Layer
from generation.services.canvases.access import canvas_for
from generation.services.canvases.pixels import TooLarge, as_png, document_at, scene_of

# 4096 pixels of canvas in one tile: sixty-four times the work of a small one, and asked for once.
SCALES = (1, 2, 4, 8)


def tile_png(*, person: Person, canvas_id: UUID, version: int, layer_id: int, x: int, y: int, scale: int) -> bytes:
    """The square of 512 pixels times `scale` from x and y of the layer, 512 pixels wide; empty where nothing shows."""
    canvas = canvas_for(person=person, canvas_id=canvas_id)
    if scale not in SCALES:
        raise TooLarge
    document = document_at(canvas, version)
    layer = next((layer for layer in document["layers"] if layer["id"] == layer_id), None)
    if layer is None:
        raise Http404
    box = (x, y, x + TILE * scale, y + TILE * scale)
    scene = scene_of(canvas, {"layers": [{**layer, "x": 0, "y": 0}]}, box)
    pixels = _reduced(layer, box, scene, scale)
    return as_png(compose.straight(pixels)) if pixels[..., 3].any() else b""


def _reduced(layer: Layer, box: Box, scene: Scene, scale: int) -> Pixels:
    """Composed tile by tile, so that little is held at a time."""
    result = np.zeros((TILE, TILE, 4), np.uint8)
    side = TILE // scale
    for tile in compose.tiles(box):
        seen, _whole = compose.drawn(layer, tile, scene)
        left, top = (tile[0] - box[0]) // scale, (tile[1] - box[1]) // scale
        result[top : top + side, left : left + side] = seen if scale == 1 else _mean(seen, scale)
    return result


def _mean(pixels: Pixels, scale: int) -> Pixels:
    side = TILE // scale
    blocks = pixels.reshape(side, scale, side, scale, 4).sum(axis=(1, 3), dtype=np.uint32)
    return ((blocks + scale * scale // 2) // (scale * scale)).astype(np.uint8)
