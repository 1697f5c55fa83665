"""What a canvas looks like: composed from the log, the same as by the plainest way there is."""

import io
import random
import tracemalloc
from typing import Any

import numpy as np
import pytest
from django.http import Http404
from PIL import Image

from accounts.models import Person
from generation.canvas import compose, document, png
from generation.models import Canvas, Entry
from generation.services import canvases
from generation.services.canvases import pixels
from generation.services.canvases.chunks import state_of
from tests.generation.canvases.drawing import BLUE, GREEN, RED, SOFT, Brush, canvas_of, command, send
from tests.generation.canvases.reference import Reference, straight

AREA = (-12, -12, 20, 20)


def shown(canvas: Canvas, box: tuple[int, int, int, int] = AREA, **how: Any) -> np.ndarray:
    version = how.pop("version", canvas.version)
    content = canvases.rectangle_png(person=canvas.person, canvas_id=canvas.pk, version=version, box=box, **how)
    return np.array(Image.open(io.BytesIO(content)))


def at(canvas: Canvas, x: int, y: int, **how: Any) -> tuple[int, ...]:
    return tuple(int(value) for value in shown(canvas, (x, y, x + 1, y + 1), **how)[0, 0])


def wild(person: Person, seed: int, steps: int) -> tuple[Canvas, Reference]:
    """Strokes of chance on layers of chance: soft ones, moved, merged, hidden."""
    dice, canvas, brush = random.Random(seed), canvas_of(person), Brush()
    pictures: dict[str, Image.Image] = {}
    for step in range(steps):
        state = state_of(canvas, canvas.version)
        layer = dice.choice(state["layers"])["id"]
        noise = np.random.default_rng([seed, step]).integers(0, 256, (dice.randint(1, 14), dice.randint(1, 14), 4))
        picture = Image.fromarray(noise.astype(np.uint8))
        x, y = dice.randint(-14, 14), dice.randint(-14, 14)
        what = dice.choice(["paint", "paint", "erase", "restore", "place", "add", "change", "order", "merge"])
        if what == "place":
            sent = brush.place(picture, [1, 0, 0, 1, x, y], layer=layer)
        elif what == "add" and len(state["layers"]) < 5:
            sent = command(
                "add_layer",
                name="",
                role=dice.choice(["picture", "picture", "hint"]),
                index=dice.randint(0, len(state["layers"])),
            )
        elif what == "change":
            sent = command(
                "change_layer",
                layer=layer,
                opacity=dice.choice([255, 90]),
                x=dice.randint(-3, 3),
                hidden=dice.random() < 0.2,
            )
        elif what == "order":
            sent = command("order_layer", layer=layer, index=0)
        elif what == "merge" and _mergeable(state, layer):
            sent = command("merge_layer", layer=layer)
        else:
            sent = brush.drawn(what if what in ("erase", "restore") else "paint", picture, x=x, y=y, layer=layer)
        pictures |= {name: Image.open(io.BytesIO(content)) for name, content in brush.files.items()}
        send(canvas, sent, brush=brush)
    drawn = Entry.objects.filter(canvas=canvas).order_by("version").values_list("version", "command")
    return canvas, Reference(dict(drawn), pictures)


def _mergeable(state: dict[str, Any], layer: int) -> bool:
    index = next(i for i, each in enumerate(state["layers"]) if each["id"] == layer)
    return index > 0 and state["layers"][index]["role"] == state["layers"][index - 1]["role"]


@pytest.mark.parametrize("seed", [1, 2])
def test_like_the_plainest_composition(alice: Person, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # The files are our own: what opens strangers' is tested where it is.
    monkeypatch.setattr("generation.services.canvases.patches.decoded_patches", list)
    canvas, reference = wild(alice, seed, steps=36)
    state = state_of(canvas, canvas.version)
    picture = shown(canvas)
    left, top, right, bottom = AREA
    for y in range(top, bottom):
        for x in range(left, right):
            assert tuple(picture[y - top, x - left]) == straight(reference.pixel(state, x, y)), (x, y, seed)
    # Cut into tiles it is the same.
    scene = pixels.scene_of(canvas, state)
    whole = compose.composed(state, "picture", AREA, scene)
    for tile in compose.tiles(AREA, side=7):
        part = whole[tile[1] - top : tile[3] - top, tile[0] - left : tile[2] - left]
        assert (compose.composed(state, "picture", tile, scene) == part).all()


def test_erased_restored_and_painted_over(alice: Person) -> None:
    canvas, brush = canvas_of(alice), Brush()
    send(canvas, brush.stroke(colour=GREEN), brush.stroke("erase", size=(4, 8)), brush=brush)
    assert (at(canvas, 0, 0)[3], at(canvas, 5, 0)) == (0, GREEN)
    send(canvas, brush.stroke("restore", size=(2, 8)), brush=brush)
    assert (at(canvas, 0, 0), at(canvas, 2, 0)[3]) == (GREEN, 0)
    send(canvas, brush.stroke(colour=SOFT, x=2, size=(1, 1)), brush=brush)
    assert at(canvas, 2, 0)[3] == SOFT[3]  # none of the green that was erased shines through
    # What was shown once is shown for ever.
    assert at(canvas, 0, 0, version=1) == GREEN and at(canvas, 0, 0, version=2)[3] == 0


def test_one_layer_alone_and_the_whole_of_it(alice: Person) -> None:
    canvas, brush = canvas_of(alice), Brush()
    send(
        canvas, brush.stroke(), brush.stroke("erase"), command("change_layer", layer=0, x=100, hidden=True), brush=brush
    )
    assert at(canvas, 0, 0, layer_id=0)[3] == 0
    assert at(canvas, 0, 0, layer_id=0, whole=True) == RED
    with pytest.raises(Http404):
        at(canvas, 0, 0, layer_id=5)
    with pytest.raises(canvases.TooLarge):
        shown(canvas, (0, 0, 1025, 10))
    for version in (4, 99):
        with pytest.raises(Http404):
            at(canvas, 0, 0, version=version)


@pytest.mark.parametrize(
    ("matrix", "inside", "outside"),
    [
        ([1, 0, 0, 1, 5, 6], [(5, 6), (36, 21)], [(4, 6), (37, 10), (5, 22)]),
        ([2, 0, 0, 2, 0, 0], [(1, 1), (62, 30)], [(65, 5), (5, 33)]),
        ([0, 1, -1, 0, 16, 0], [(1, 1), (14, 30)], [(17, 5), (-2, 5), (5, 33)]),
        ([0.25, 0, 0, 0.25, 0, 0], [(1, 1), (6, 2)], [(10, 1), (1, 6)]),
        ([-1, 0, 0, 1, 0, 0], [(-2, 2), (-30, 14)], [(2, 2), (-34, 2)]),
    ],
)
def test_a_placed_picture_lies_where_its_matrix_says(
    alice: Person, matrix: list[float], inside: list[tuple[int, int]], outside: list[tuple[int, int]]
) -> None:
    canvas, brush = canvas_of(alice), Brush()
    send(canvas, brush.place(Image.new("RGBA", (32, 16), BLUE), matrix), brush=brush)
    assert [at(canvas, *place) for place in inside] == [BLUE] * len(inside)
    assert [at(canvas, *place)[3] for place in outside] == [0] * len(outside)


def test_a_merged_layer_looks_as_before_and_keeps_its_erasures_to_itself(alice: Person) -> None:
    canvas, brush = canvas_of(alice), Brush()
    send(canvas, brush.stroke(), command("add_layer", name="", role="picture", index=1), brush=brush)
    send(canvas, brush.stroke(colour=BLUE, layer=2), brush.stroke("erase", layer=2, size=(4, 8)), brush=brush)
    send(canvas, command("change_layer", layer=2, opacity=200, x=2), command("change_layer", layer=0, opacity=100))
    before = shown(canvas)
    send(canvas, command("merge_layer", layer=2))
    # Once more rounded on the way: at most by one.
    assert np.abs(shown(canvas).astype(int) - before).max() <= 1
    assert [layer["id"] for layer in state_of(canvas, canvas.version)["layers"]] == [0]


def test_the_export_is_the_canvas_and_holds_a_band_at_a_time(alice: Person) -> None:
    canvas, brush = canvas_of(alice), Brush()
    send(canvas, brush.stroke(x=-700, y=-3), brush.stroke(x=1500, y=1200, colour=SOFT, size=(40, 30)), brush=brush)
    content = b"".join(canvases.export_png(person=alice, canvas_id=canvas.pk))
    picture = np.array(Image.open(io.BytesIO(content)))
    assert picture.shape == (1233, 2240, 4)
    assert tuple(picture[0, 0]) == RED
    # Half transparent it has gone through premultiplied eight bits.
    assert np.abs(picture[-1, -1].astype(int) - SOFT).max() <= 1
    assert picture[..., 3].astype(bool).sum() == 8 * 8 + 40 * 30
    # Nothing drawn: one empty frame.
    empty = b"".join(canvases.export_png(person=alice, canvas_id=canvas.pk, version=0))
    assert Image.open(io.BytesIO(empty)).size == (1024, 1024)
    with pytest.raises(canvases.TooLarge):
        canvases.export_png(person=alice, canvas_id=canvas.pk, box=(0, 0, 20_000, 10))


def test_a_picture_of_64_megapixels_passes_through_in_little_memory() -> None:
    side, band = 8192, np.zeros((256, 8192, 4), np.uint8)
    band[..., 1] = np.arange(8192) % 256
    tracemalloc.start()
    size = sum(len(part) for part in png.written(side, side, (band for _ in range(side // 256))))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 10_000
    assert peak < 8 * band.nbytes  # of 256 MB


def test_scaling_down_reads_every_pixel() -> None:
    """A chequerboard made very small is grey, not one of its colours."""
    board = (np.indices((64, 64)).sum(axis=0) % 2 * 255).astype(np.uint8)
    board = np.dstack([board, board, board, np.full_like(board, 255)])
    placed = {"do": "place", "patch": "p", "width": 64, "height": 64, "matrix": [0.125, 0, 0, 0.125, 0, 0]}
    state = document.empty()
    state["layers"][0]["marks"] = [1]
    scene = compose.Scene(command={1: placed}.__getitem__, patch=lambda _name: board)
    small = compose.composed(state, "picture", (1, 1, 7, 7), scene)
    assert small[..., 0].min() > 110 and small[..., 0].max() < 145 and (small[..., 3] == 255).all()
