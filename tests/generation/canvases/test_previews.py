"""Small pictures of canvases and of their states."""

import io
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from accounts.models import Person
from generation.canvas import compose
from generation.models import Canvas
from generation.services import canvases
from generation.services.canvases import previews
from generation.services.canvases.chunks import state_of
from generation.services.canvases.pixels import scene_of, small_of
from tests.generation.canvases.drawing import BLUE, GREEN, RED, SOFT, Brush, canvas_of, command, send


def quiet() -> int:
    """So many seconds later."""
    Canvas.objects.filter(preview_due__isnull=False).update(preview_due=timezone.now() - timedelta(seconds=1))
    return canvases.preview_canvases()


def opened(content: bytes) -> np.ndarray:
    return np.array(Image.open(io.BytesIO(content)).convert("RGBA")).astype(int)


def near(one: np.ndarray, other: tuple[int, ...]) -> bool:
    return bool(np.abs(one - np.array(other)).max() <= 12)


def test_made_once_the_log_is_quiet_and_anew_when_it_goes_on(as_alice: Client, alice: Person, tmp_path: Path) -> None:
    canvas, brush = canvas_of(alice), Brush()
    assert quiet() == 0 and as_alice.get(f"/canvases/{canvas.pk}/preview.webp").status_code == 404
    send(canvas, brush.stroke(size=(1000, 500)), brush=brush)
    assert canvases.preview_canvases() == 0  # somebody is drawing
    assert as_alice.get("/canvases").json()["canvases"][0]["preview"] is None
    assert quiet() == 1 and canvases.preview_canvases() == 0
    address = as_alice.get("/canvases").json()["canvases"][0]["preview"]
    assert address == f"/canvases/{canvas.pk}/preview.webp?v=1"
    answer = as_alice.get(address)
    shown = opened(answer.content)
    assert shown.shape == (128, 256, 4) and near(shown, RED) and "immutable" in answer["Cache-Control"]
    send(canvas, brush.stroke(colour=BLUE, size=(1000, 500)), brush=brush)
    assert near(opened(as_alice.get(address).content), RED)  # the old one until there is a new one
    assert quiet() == 1
    assert near(opened(as_alice.get(address.replace("v=1", "v=2")).content), BLUE)
    assert "no-store" in as_alice.get(address)["Cache-Control"]
    assert [file.name for file in (tmp_path / "media/canvases").rglob("*.webp")] == ["2.webp"]


def test_of_everybodys_own_alone(as_bob: Client, alice: Person) -> None:
    canvas, brush = canvas_of(alice), Brush()
    send(canvas, brush.stroke(), brush=brush)
    quiet()
    for path in ("preview.webp?v=1", "states/1.webp"):
        assert as_bob.get(f"/canvases/{canvas.pk}/{path}").status_code == 404


def test_one_that_fails_is_left_and_disturbs_no_other(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    made = previews._make
    broken, sound = canvas_of(alice, "1"), canvas_of(alice, "2")
    for canvas in (broken, sound):
        brush = Brush()
        send(canvas, brush.stroke(), brush=brush)

    def make(canvas: Canvas) -> None:
        if canvas.pk == broken.pk:
            raise OSError
        made(canvas)

    monkeypatch.setattr(previews, "_make", make)
    assert (quiet(), quiet()) == (2, 0)
    assert canvases.canvas_facts(Canvas.objects.get(pk=sound.pk))["preview"]
    assert canvases.canvas_facts(Canvas.objects.get(pk=broken.pk))["preview"] is None


def test_drawn_on_while_it_is_made_it_is_made_once_more(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    canvas, brush, made = canvas_of(alice), Brush(), previews._make
    send(canvas, brush.stroke(), brush=brush)

    def make(mine: Canvas) -> None:
        send(canvas, brush.stroke(colour=GREEN), brush=brush)
        made(mine)

    with monkeypatch.context() as patch:
        patch.setattr(previews, "_make", make)
        assert quiet() == 1
    assert Canvas.objects.get().preview_version == 1 and quiet() == 1
    assert Canvas.objects.get().preview_version == 2


def test_a_state_shows_what_was_drawn_and_some_of_what_is_around(as_alice: Client, alice: Person) -> None:
    canvas, brush = canvas_of(alice), Brush()
    send(canvas, brush.stroke(x=-4000, y=-4000, size=(1000, 1000)), brush=brush)
    send(canvas, command("change_layer", layer=0, x=1000))
    send(canvas, brush.stroke(x=4000, y=4000, size=(128, 128), colour=BLUE), brush=brush)
    answer = as_alice.get(f"/canvases/{canvas.pk}/states/3.webp")
    shown = opened(answer.content)
    assert "immutable" in answer["Cache-Control"] and shown.shape == (128, 128, 4)
    assert near(shown[40:88, 40:88], BLUE) and not shown[:20, :, 3].any()
    whole = opened(as_alice.get(f"/canvases/{canvas.pk}/states/2.webp").content)
    assert near(whole, RED)
    assert as_alice.get(f"/canvases/{canvas.pk}/states/4.webp").status_code == 404
    assert opened(as_alice.get(f"/canvases/{canvas.pk}/states/0.webp").content).shape == (128, 128, 4)


def test_every_so_many_pixels_are_the_same_ones(alice: Person) -> None:
    """Of marks that are not turned: to the last bit what the whole has there."""
    canvas, brush = canvas_of(alice), Brush()
    noise = np.random.default_rng(3).integers(0, 256, (2, 61, 47, 4)).astype(np.uint8)
    send(
        canvas,
        brush.drawn("paint", Image.fromarray(noise[0]), x=-9, y=4),
        brush.place(Image.fromarray(noise[1]), [1, 0, 0, 1, 11, -20]),
        brush.stroke("erase", colour=SOFT, x=5, y=5, size=(30, 9)),
        brush.drawn("restore", Image.fromarray(noise[1]), x=0, y=0),
        command("change_layer", layer=0, x=3, y=-2, opacity=200),
        brush=brush,
    )
    document, box = state_of(canvas, canvas.version), (-31, -40, 77, 66)
    scene = scene_of(canvas, document)
    whole = compose.composed(document, "picture", box, scene)
    for step in (2, 3, 7, 200):
        sparse = compose.Scene(command=scene.command, patch=scene.patch, step=step)
        assert (compose.composed(document, "picture", box, sparse) == whole[::step, ::step]).all()


def test_a_large_one_turned_and_shrunk_lies_where_it_lies(alice: Person) -> None:
    canvas, brush = canvas_of(alice), Brush()
    picture = Image.new("RGBA", (1000, 1000), RED)
    send(canvas, brush.place(picture, [0, 4, -4, 0, 4000, 0]), brush.stroke(x=7990, y=7990), brush=brush)
    small = np.array(small_of(canvas, version=2, box=(0, 0, 8000, 8000), side=256)).astype(int)
    assert small.shape == (256, 256, 4) and near(small[4:124, 4:124], RED) and not small[132:250, :, 3].any()
