"""What a browser's script is answered."""

import io
import json
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.models import Person
from generation import services
from generation.models import Canvas, Job
from generation.services import canvases
from generation.services.canvases import log
from tests.generation.canvases.drawing import Brush, canvas_of, command
from tests.generation.steps import pictures_of


def post(client: Client, path: str, base: int, *commands: dict[str, Any], brush: Brush | None = None) -> Any:
    files = {name: SimpleUploadedFile(name, content) for name, content in (brush.files if brush else {}).items()}
    return client.post(path, {"batch": json.dumps({"base": base, "commands": commands}), **files})


def test_a_canvas_from_beginning_to_end(as_alice: Client, alice: Person) -> None:
    made = as_alice.post("/canvases", {"id": str(uuid4()), "name": "Lakes"})
    assert made.status_code == 201
    place, brush = f"/canvases/{made.json()['id']}", Brush()
    stroke = brush.stroke()
    assert post(as_alice, f"{place}/log", 0, stroke).json() == {"missing": list(brush.files)}
    for _time in range(2):
        assert post(as_alice, f"{place}/log", 0, stroke, brush=brush).json() == {"version": 1}
    opened = as_alice.get(f"{place}/document")
    assert (opened.json()["entries"][0]["id"], opened["Cache-Control"].count("no-store")) == (stroke["id"], 1)
    picture = as_alice.get(f"{place}/pictures/1.png", {"x": -4, "y": 0, "width": 8, "height": 8})
    assert "immutable" in picture["Cache-Control"]
    assert Image.open(io.BytesIO(picture.content)).getbbox() == (4, 0, 8, 8)
    patch = as_alice.get(f"{place}/patches/{stroke['patches'][0][0]}.png")
    assert Image.open(io.BytesIO(patch.content)).size == (8, 8)
    assert as_alice.get(f"{place}/history").json()["entries"][0]["do"] == "paint"
    assert as_alice.get(f"{place}/chunk/1").json()["entries"][0]["version"] == 1
    branch = as_alice.post(f"{place}/branch", {"version": "1", "id": str(uuid4())})
    assert (branch.status_code, branch.json()["parentVersion"]) == (201, 1)
    assert as_alice.post(f"{place}/name", {"name": "Seas"}).json()["name"] == "Seas"
    assert [each["name"] for each in as_alice.get("/canvases").json()["canvases"]] == ["Seas", "Lakes, branch"]


def test_who_is_second_gets_what_is_new(as_alice: Client, alice: Person) -> None:
    place = f"/canvases/{canvas_of(alice).pk}/log"
    first, second = (command("change_layer", layer=0, opacity=n) for n in (1, 2))
    post(as_alice, place, 0, first)
    answer = post(as_alice, place, 0, second)
    assert (answer.status_code, answer.json()["stale"], answer.json()["version"]) == (409, True, 1)
    assert [entry["id"] for entry in answer.json()["entries"]] == [first["id"]]
    assert as_alice.get(place, {"after": "1"}).json() == {"version": 1, "entries": []}


@pytest.mark.parametrize(
    "batch",
    [
        "",
        "{",
        "[]",
        '{"base": 0}',
        '{"base": -1, "commands": []}',
        '{"base": true, "commands": []}',
        '{"base": 0, "commands": [3]}',
    ],
)
def test_what_is_no_batch(as_alice: Client, alice: Person, batch: str) -> None:
    answer = as_alice.post(f"/canvases/{canvas_of(alice).pk}/log", {"batch": batch})
    assert (answer.status_code, answer.json()["stopped"]) == (422, "refused")
    assert "Load it again" in answer.json()["detail"]


def test_each_end_has_its_own_words(as_alice: Client, alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    canvas = canvas_of(alice)
    place, hide = f"/canvases/{canvas.pk}", command("change_layer", layer=0, hidden=True)
    with monkeypatch.context() as patch:
        patch.setattr(log, "MOST_ENTRIES", 0)
        assert post(as_alice, f"{place}/log", 0, hide).json()["stopped"] == "full"
    with monkeypatch.context() as patch:
        patch.setattr("generation.services.canvases.patches.decoded_patches", _busy)
        brush = Brush()
        answer = post(as_alice, f"{place}/log", 0, brush.stroke(), brush=brush)
        assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    as_alice.post(f"{place}/trash")
    answer = post(as_alice, f"{place}/log", 0, hide)
    assert (answer.status_code, answer.json()["stopped"]) == (410, "trash")
    as_alice.post(f"{place}/restore")
    assert post(as_alice, f"{place}/log", 0, hide).json() == {"version": 1}
    Canvas.objects.all().delete()
    assert post(as_alice, f"{place}/log", 1, hide).status_code == 404


def _busy(*_args: object) -> None:
    raise services.Busy


def test_a_frame_and_its_refusals(as_alice: Client, alice: Person) -> None:
    canvas, picture = canvas_of(alice), pictures_of(alice, key="p")[0]
    place, form = f"/canvases/{canvas.pk}/frames", {"version": 0, "x": 0, "y": 0, "prompt": "a lake", "key": "k"}
    started = as_alice.post(place, form)
    assert (started.status_code, started.json()["kind"]) == (201, "prompt")
    assert as_alice.get(place).json()["frames"][0]["job"]["id"] == started.json()["id"]
    for bad in ({"prompt": ""}, {"x": "left"}, {"version": ""}):
        answer = as_alice.post(place, {**form, **bad, "key": "other"})
        assert (answer.status_code, bool(answer.json()["detail"])) == (422, True)
    assert as_alice.post(place, {**form, "x": 5}).json()["stopped"] == "used"
    assert as_alice.post(f"{place}/{started.json()['id']}/{picture.pk}").status_code == 404


def test_a_picture_to_be_placed(as_alice: Client, as_bob: Client, alice: Person) -> None:
    canvas, picture = canvas_of(alice), pictures_of(alice)[0]
    answer = as_alice.post(f"/canvases/{canvas.pk}/patches", {"source": f"picture:{picture.pk}"})
    assert (answer.status_code, answer.json()["source"]["id"]) == (201, str(picture.pk))
    theirs = canvases.create_canvas(person=alice, name="x")
    assert as_bob.post(f"/canvases/{theirs.pk}/patches", {"source": f"picture:{picture.pk}"}).status_code == 404


def test_somebody_elses_takes_nothing(as_bob: Client, alice: Person) -> None:
    place = f"/canvases/{canvas_of(alice).pk}"
    assert post(as_bob, f"{place}/log", 0, command("change_layer", layer=0, hidden=True)).status_code == 404
    form = {"version": 0, "x": 0, "y": 0, "prompt": "a lake", "key": "k"}
    assert as_bob.post(f"{place}/frames", form).status_code == 404
    assert (Canvas.objects.get().version, Job.objects.count()) == (0, 0)


def test_a_stranger_is_asked_to_sign_in(as_stranger: Client, alice: Person) -> None:
    canvas = canvas_of(alice)
    for path in ("/canvases", f"/canvases/{canvas.pk}/document", f"/canvases/{canvas.pk}/pictures/0.png"):
        assert as_stranger.get(path)["Location"].startswith("/accounts/login/")
    assert post(as_stranger, f"/canvases/{canvas.pk}/log", 0).status_code == 302
