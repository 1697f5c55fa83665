"""A canvas as a file: written in the background, once, with where it comes from, and gone after a day."""

import io
import threading
import tracemalloc
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from PIL import Image

from accounts.models import Person
from generation import services
from generation.models import Canvas, CanvasExport
from generation.origin import metadata
from generation.services import canvases
from generation.services.canvases import exporting
from tests.generation.canvases.drawing import BLUE, RED, Brush, canvas_of, command, send
from tests.generation.steps import pictures_of


@pytest.fixture(autouse=True)
def _origin(db: None) -> None:
    services.make_origin()


def drawn(person: Person) -> Canvas:
    """Red on the left and blue on the right, with nothing between; more than one tile each way."""
    canvas, brush = canvas_of(person, "Two Lakes"), Brush()
    send(
        canvas,
        brush.stroke(x=-700, y=-300, size=(400, 640)),
        brush.stroke(x=500, y=400, size=(300, 300), colour=BLUE),
        brush=brush,
    )
    return canvas


def made(canvas: Canvas, **asked: object) -> CanvasExport:
    export = canvases.start_canvas_export(person=canvas.person, canvas_id=canvas.pk, **asked)
    assert canvases.export_canvas_next()
    export.refresh_from_db()
    return export


def content(export: CanvasExport) -> bytes:
    with default_storage.open(export.file) as file:
        return bytes(file.read())


def pixels(export: CanvasExport) -> np.ndarray:
    return np.array(Image.open(io.BytesIO(content(export))))


def files(folder: Path) -> list[str]:
    return [file.name for file in (folder / "media" / "exports").rglob("*.png")]


def test_by_its_address_from_asking_to_fetching(as_alice: Client, alice: Person, woken: list[str]) -> None:
    place = f"/canvases/{drawn(alice).pk}"
    asked = as_alice.post(f"{place}/export", {"squares": "false"})
    assert asked.status_code == 201
    assert (asked.json()["state"], asked.json()["percent"], asked.json()["url"]) == ("waiting", 0, None)
    assert as_alice.post(f"{place}/export", {"squares": "false"}).json()["id"] == asked.json()["id"]
    assert canvases.export_canvas_next() and not canvases.export_canvas_next()
    (told,) = as_alice.get(f"{place}/exports").json()
    assert (told["state"], told["percent"], told["version"], told["signed"]) == ("ready", 100, 2, True)
    assert (told["width"], told["height"], told["x"], told["y"]) == (1500, 1000, -700, -300)
    answer = as_alice.get(told["url"])
    data = answer.getvalue()
    assert answer["Content-Disposition"] == 'attachment; filename="two-lakes.png"'
    assert int(answer["Content-Length"]) == len(data) == told["size"]
    shown = np.array(Image.open(io.BytesIO(data)))
    expected = np.zeros((1000, 1500, 4), np.uint8)
    expected[:640, :400], expected[700:, 1200:] = RED, BLUE
    assert (shown == expected).all()


def test_somebody_elses_is_not_there(as_bob: Client, alice: Person) -> None:
    export = made(drawn(alice))
    path = canvases.export_facts(export)["url"]
    assert as_bob.get(path).status_code == 404
    his = canvas_of(Person.objects.get(email="bob@example.com"))
    assert as_bob.get(path.replace(str(export.canvas_id), str(his.pk))).status_code == 404


def test_it_says_where_it_comes_from(alice: Person) -> None:
    canvas = drawn(alice)
    by_hand = content(made(canvas))
    assert metadata.BY_HAND.encode() in by_hand and b"trainedAlgorithmicMedia" not in by_hand
    assert services.made_here(data=by_hand, asked_from="10.0.0.1").signed_here
    placed = canvases.source_patch(person=alice, source=pictures_of(alice)[0])
    send(canvas, command("place", layer=0, matrix=[1, 0, 0, 1, 0, 0], **placed))
    assert metadata.COMPOSITE.encode() in content(made(canvas))


def test_squares_where_they_are_wanted(alice: Person) -> None:
    canvas = drawn(alice)
    signed, plain = pixels(made(canvas, signature=True)), pixels(made(canvas, signature=False))
    # 1/64 of the shorter side, across the border of two bands or not.
    side = 1000 // 64
    assert (signed[-side:, -side:] == (0x3B, 0x3F, 0x5C, 255)).all()
    assert (signed[-1, -5 * side] == (0xC8, 0x55, 0x3D, 255)).all()
    changed = (signed != plain).any(axis=2)
    assert not changed[:-side].any() and not changed[:, : -5 * side].any()


def test_a_frame_alone_at_an_earlier_version(alice: Person) -> None:
    export = made(drawn(alice), version=1, frame=(-700, -300), signature=False)
    shown = pixels(export)
    assert shown.shape == (1024, 1024, 4)
    assert (shown[:640, :400] == RED).all() and not shown[640:].any()


def test_however_large_a_band_at_a_time(alice: Person) -> None:
    canvas, brush = canvas_of(alice), Brush()
    send(canvas, brush.stroke(), brush.stroke(x=6000, y=6000), brush=brush)
    export = canvases.start_canvas_export(person=alice, canvas_id=canvas.pk)
    tracemalloc.start()
    try:
        assert canvases.export_canvas_next()
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    export.refresh_from_db()
    assert (export.status, export.width) == ("ready", 6008)
    assert most < 60_000_000 < 6008 * 6008 * 4
    send(canvas, brush.stroke(x=20_000), brush=brush)
    with pytest.raises(canvases.TooLarge):
        canvases.start_canvas_export(person=alice, canvas_id=canvas.pk)


def test_one_that_is_too_large_to_be_signed_says_so(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "MOST_SIGNED_BYTES", 100)
    export = made(drawn(alice))
    assert (export.status, canvases.export_facts(export)["signed"]) == ("ready", False)
    assert metadata.BY_HAND.encode() in content(export)


def test_a_worker_that_dies_leaves_no_second_file(
    alice: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    canvas = drawn(alice)
    export = canvases.start_canvas_export(person=alice, canvas_id=canvas.pk)
    with monkeypatch.context() as patch:
        patch.setattr(exporting, "_finish", _killed)  # the file is stored, the row not told
        with pytest.raises(SystemExit):
            canvases.export_canvas_next()
    assert len(files(tmp_path)) == 1
    assert not canvases.export_canvas_next()  # its lease still runs
    CanvasExport.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert canvases.export_canvas_next()
    export.refresh_from_db()
    assert (export.status, export.attempt, files(tmp_path)) == ("ready", 2, ["2.png"])


def _killed(*_args: object, **_how: object) -> None:
    raise SystemExit


def test_who_lost_it_takes_its_own_file_away(alice: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slow, not dead: meanwhile another one has begun and finished."""
    canvas, finish = drawn(alice), exporting._finish
    export = canvases.start_canvas_export(person=alice, canvas_id=canvas.pk)

    def late(mine: CanvasExport, *, size: int) -> None:
        if mine.attempt == 1:
            CanvasExport.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
            assert canvases.export_canvas_next()
        finish(mine, size=size)

    monkeypatch.setattr(exporting, "_finish", late)
    assert canvases.export_canvas_next()
    export.refresh_from_db()
    assert (export.status, export.attempt, files(tmp_path)) == ("ready", 2, ["2.png"])


@pytest.mark.parametrize("fault", [OSError("no space left"), services.CannotSign("ended")])
def test_a_fault_is_told_and_leaves_nothing(
    alice: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def broken(*_args: object, **_how: object) -> None:
        raise fault

    monkeypatch.setattr(exporting, "write_png", broken)
    export = made(drawn(alice))
    assert (canvases.export_facts(export)["state"], files(tmp_path)) == ("failed", [])
    monkeypatch.undo()
    assert made(export.canvas).pk != export.pk  # asked for again, it is tried again


def test_after_a_day_it_is_gone_and_of_many_the_oldest(
    alice: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    canvas = drawn(alice)
    monkeypatch.setattr(exporting, "MOST_KEPT", 2)
    for x in range(3):
        made(canvas, frame=(x, 0))
    assert not [each for each in canvases.canvas_exports(person=alice, canvas_id=canvas.pk) if each["x"] == 0]
    services.tidy()
    assert len(files(tmp_path)) == CanvasExport.objects.count() == 2
    CanvasExport.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    services.tidy()
    assert (files(tmp_path), CanvasExport.objects.count()) == ([], 0)


def test_not_too_many_wait_at_once(as_alice: Client, alice: Person, woken: list[str]) -> None:
    place = f"/canvases/{drawn(alice).pk}/export"
    for x in range(exporting.MOST_WAITING):
        assert as_alice.post(place, {"x": x, "y": 0}).status_code == 201
    answer = as_alice.post(place, {"x": 9, "y": 0})
    assert (answer.status_code, answer.json()["stopped"]) == (429, "exports")
    for bad in ({"x": 1}, {"version": 99}, {"x": "left", "y": 0}, {"x": 1 << 20, "y": 0}):
        assert as_alice.post(place, bad).status_code == 404


def test_each_change_is_announced(alice: Person, django_capture_on_commit_callbacks, monkeypatch) -> None:
    told: list[dict[str, str]] = []
    monkeypatch.setattr("generation.events._send", lambda _group, message: told.append(message))
    export = canvases.start_canvas_export(person=alice, canvas_id=drawn(alice).pk)
    with django_capture_on_commit_callbacks(execute=True):
        assert canvases.export_canvas_next()
    kinds = [message for message in told if message["type"] == "export.changed"]
    assert kinds and {message["id"] for message in kinds} == {str(export.pk)}


@pytest.mark.django_db(transaction=True)
def test_two_workers_write_one_file(alice: Person, tmp_path: Path) -> None:
    canvas = drawn(alice)
    canvases.start_canvas_export(person=alice, canvas_id=canvas.pk)
    done: list[bool] = []
    both = [threading.Thread(target=lambda: done.append(canvases.export_canvas_next())) for _worker in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sorted(done) == [False, True]
    assert files(tmp_path) == ["1.png"]


def test_gone_with_its_canvas(alice: Person, tmp_path: Path, django_capture_on_commit_callbacks) -> None:
    export = made(drawn(alice))
    canvases.trash_canvas(person=alice, canvas_id=export.canvas_id)
    assert canvases.canvas_export_facts(person=alice, export_id=export.pk) is None
    with django_capture_on_commit_callbacks(execute=True):
        canvases.delete_canvas(person=alice, canvas_id=export.canvas_id)
    assert files(tmp_path) == [] and not CanvasExport.objects.exists()
