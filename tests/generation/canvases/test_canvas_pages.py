"""The pages of canvases, and what they alone ask for: tiles of a layer, where it looks first, frames put aside."""

import io

import numpy as np
import pytest
from django.http import Http404
from django.test import Client
from PIL import Image

from accounts.models import Person
from generation.models import Canvas, Frame, PatchUse
from generation.services import canvases
from generation.services.canvases import TooLarge, frames_of, tile_png
from tests.generation.canvases.drawing import BLUE, RED, Brush, canvas_of, command, send
from tests.generation.canvases.test_frames import ask
from tests.generation.steps import brought, pictures_of

PAGE = {"Accept": "text/html,application/xhtml+xml"}


def tile(canvas: Canvas, version: int, *, layer: int = 0, x: int = 0, y: int = 0, scale: int = 1) -> np.ndarray | None:
    png = tile_png(person=canvas.person, canvas_id=canvas.pk, version=version, layer_id=layer, x=x, y=y, scale=scale)
    return np.array(Image.open(io.BytesIO(png))) if png else None


def test_a_tile_is_one_layer_in_its_own_places(alice: Person) -> None:
    canvas, brush = canvas_of(alice), Brush()
    send(canvas, brush.stroke(x=10, y=20, size=(4, 4)), brush=brush)
    send(canvas, command("add_layer", name="", role="picture", index=1))
    send(canvas, brush.stroke(x=600, size=(4, 4), colour=BLUE, layer=2), brush=brush)
    send(canvas, command("change_layer", layer=0, hidden=True, x=100))
    below = tile(canvas, 1)
    assert below is not None and below.shape == (512, 512, 4)
    assert (below[20:24, 10:14] == RED).all() and below[..., 3].astype(bool).sum() == 16
    assert tile(canvas, 4) is not None, "hidden is for the page to know"
    assert tile(canvas, 3, layer=2) is None
    beside = tile(canvas, 3, layer=2, x=512)
    assert beside is not None and (beside[0:4, 88:92] == BLUE).all()
    with pytest.raises(Http404):
        tile(canvas, 1, layer=2)


def test_a_smaller_tile_is_the_mean_of_the_large_ones(alice: Person) -> None:
    canvas, brush = canvas_of(alice), Brush()
    send(canvas, brush.stroke(x=2048, y=8, size=(8, 4)), brush=brush)
    small = tile(canvas, 1, scale=8)
    assert small is not None
    # Half of the square of eight by eight.
    assert tuple(small[1, 256]) == (*RED[:3], 128) and small[..., 3].astype(bool).sum() == 1
    for scale in (0, 3, 16):
        with pytest.raises(TooLarge):
            tile(canvas, 1, scale=scale)


def test_tiles_are_kept_by_browsers_and_nobody_elses(as_alice: Client, as_bob: Client, alice: Person) -> None:
    canvas, brush = canvas_of(alice), Brush()
    send(canvas, brush.stroke(), brush=brush)
    path = f"/canvases/{canvas.pk}/tiles/1.png"
    asked = {"layer": "0", "x": "0", "y": "0", "scale": "1"}
    answer = as_alice.get(path, asked)
    assert (answer.status_code, "immutable" in answer["Cache-Control"]) == (200, True)
    assert as_alice.get(path, {**asked, "x": "512"}).status_code == 204
    assert as_alice.get(path, {**asked, "scale": "5"}).status_code == 422
    assert as_alice.get(path, {**asked, "x": "far"}).status_code == 404
    assert as_alice.get(f"/canvases/{canvas.pk}/tiles/2.png", asked).status_code == 404
    assert as_bob.get(path, asked).status_code == 404


def test_a_page_knows_where_to_look_first(alice: Person) -> None:
    canvas, brush = canvas_of(alice), Brush()
    assert canvases.open_canvas(person=alice, canvas_id=canvas.pk)["extent"] is None
    send(canvas, brush.stroke(x=-50, y=7), brush.stroke(x=900, y=70, size=(20, 10)), brush=brush)
    assert canvases.open_canvas(person=alice, canvas_id=canvas.pk)["extent"] == [-50, 7, 920, 80]


def test_what_was_put_aside_is_so_on_every_device(as_alice: Client, as_bob: Client, alice: Person) -> None:
    canvas = canvas_of(alice)
    job = ask(canvas)
    place = f"/canvases/{canvas.pk}/frames/{job.pk}"

    def closed() -> bool:
        (frame,) = frames_of(person=alice, canvas_id=canvas.pk)
        return bool(frame["closed"])

    assert not closed()
    assert as_bob.post(f"{place}/close").status_code == 404
    assert as_alice.get(f"{place}/close").status_code == 405
    assert as_alice.post(f"{place}/close").json() == {"closed": True}
    assert closed()
    assert as_alice.post(f"{place}/open").status_code == 200
    assert not closed()
    other = canvas_of(alice, "Other")
    assert as_alice.post(f"/canvases/{other.pk}/frames/{job.pk}/close").status_code == 404
    assert Frame.objects.get(job=job).closed_at is None


@pytest.mark.parametrize("kind", ["picture", "upload"])
def test_edit_opens_a_picture_on_a_canvas_of_its_own(as_alice: Client, alice: Person, kind: str) -> None:
    source = pictures_of(alice)[0] if kind == "picture" else brought(alice)
    answer = as_alice.post("/canvases/new", {"source": f"{kind}:{source.pk}"})
    canvas = Canvas.objects.get(person=alice)
    assert (answer.status_code, answer["Location"]) == (302, f"/canvases/{canvas.pk}")
    (entry,) = canvases.open_canvas(person=alice, canvas_id=canvas.pk)["entries"]
    assert (entry["command"]["do"], entry["command"]["source"]) == ("place", {"kind": kind, "id": str(source.pk)})
    pixels = tile(canvas, 1)
    assert pixels is not None and pixels[0, 0, 3] == 255
    assert PatchUse.objects.filter(canvas=canvas).count() == 1


def test_the_list_and_the_page(as_alice: Client, as_bob: Client, as_stranger: Client, alice: Person) -> None:
    assert "A picture without borders" in as_alice.get("/canvases", headers=PAGE).content.decode()
    made = as_alice.post("/canvases/new")
    path = made["Location"]
    canvas = Canvas.objects.get(person=alice)
    canvases.rename_canvas(person=alice, canvas_id=canvas.pk, name="Lakes <b>")
    assert "Lakes &lt;b&gt;" in as_alice.get("/canvases", headers=PAGE).content.decode()
    page = as_alice.get(path)
    assert page.status_code == 200 and str(canvas.pk) in page.content.decode()
    assert as_bob.get(path).status_code == 404
    assert "Lakes" not in as_bob.get("/canvases", headers=PAGE).content.decode()
    for client_path in (path, "/canvases"):
        answer = as_stranger.get(client_path, headers=PAGE)
        assert (answer.status_code, answer["Location"].startswith("/accounts/login/")) == (302, True)
    canvases.trash_canvas(person=alice, canvas_id=canvas.pk)
    assert as_alice.get(path)["Location"] == "/canvases?trash"
    assert "Lakes" in as_alice.get("/canvases?trash", headers=PAGE).content.decode()


def test_a_canvas_begins_from_nothing_of_another_person(as_bob: Client, alice: Person) -> None:
    picture, upload = pictures_of(alice)[0], brought(alice)
    for source in (f"picture:{picture.pk}", f"upload:{upload.pk}", "picture:", "job:1"):
        assert as_bob.post("/canvases/new", {"source": source}).status_code == 404
    assert not Canvas.objects.exists()


def test_who_has_not_confirmed_the_address_is_told(as_alice: Client, alice: Person) -> None:
    Person.objects.update(verified_at=None)
    answer = as_alice.post("/canvases/new")
    assert answer.status_code == 403 and "Confirm your e-mail address" in answer.content.decode()
