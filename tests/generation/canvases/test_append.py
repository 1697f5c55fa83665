"""What is drawn goes into the log: whole, once, in order, and behind nothing that its sender has not seen."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.http import Http404

from accounts.models import Person
from generation import events
from generation.models import Canvas, Entry, Patch, Snapshot
from generation.services import canvases
from generation.services.canvases import log, patches
from tests.generation.canvases.drawing import BLUE, Brush, canvas_of, command, send
from tests.pictures import png


def log_of(canvas: Canvas) -> list[tuple[int, str]]:
    return [(entry.version, entry.do) for entry in Entry.objects.filter(canvas=canvas)]


def test_a_stroke_is_kept_with_its_pixels(alice: Person) -> None:
    canvas, brush = canvas_of(alice), Brush()
    assert send(canvas, brush.stroke(), brush.stroke("erase", x=4), brush=brush) == 2
    assert log_of(canvas) == [(0, "begin"), (1, "paint"), (2, "erase")]
    patch = Patch.objects.get()  # both strokes drew the same pixels
    assert (patch.width, patch.height, patch.uses.count()) == (8, 8, 1)
    assert default_storage.exists(patch.file)
    opened = canvases.open_canvas(person=alice, canvas_id=canvas.pk)
    assert opened["canvas"]["version"] == 2
    assert [entry["parent"] for entry in opened["entries"]] == [0, 1]


def test_a_repeated_batch_changes_nothing(alice: Person) -> None:
    canvas, brush = canvas_of(alice), Brush()
    batch = brush.batch(0, brush.stroke(), brush.stroke(x=9))
    for _time in range(3):
        assert canvases.append_batch(person=alice, canvas_id=canvas.pk, batch=batch) == 2
    longer = canvases.Batch(base=0, commands=[*batch.commands, command("add_layer", name="", role="hint", index=1)])
    assert canvases.append_batch(person=alice, canvas_id=canvas.pk, batch=longer) == 3
    assert log_of(canvas) == [(0, "begin"), (1, "paint"), (2, "paint"), (3, "add_layer")]


def test_who_is_second_is_told_from_where(alice: Person) -> None:
    canvas, brush = canvas_of(alice), Brush()
    mine = [brush.stroke(), brush.stroke(x=3), brush.stroke(x=6)]
    send(canvas, mine[0], brush=brush)
    send(canvas, command("add_layer", name="of the other", role="picture", index=1))
    with pytest.raises(canvases.Stale) as stale:
        # The answer to the first was lost, so all of them come again.
        canvases.append_batch(person=alice, canvas_id=canvas.pk, batch=canvases.Batch(base=0, commands=mine))
    assert (stale.value.base, stale.value.version) == (1, 2)
    assert log_of(canvas) == [(0, "begin"), (1, "paint"), (2, "add_layer")]
    news = canvases.entries_since(person=alice, canvas_id=canvas.pk, version=0)
    assert news["entries"][0]["id"] == mine[0]["id"]


@pytest.mark.parametrize("base", [1, 7])
def test_a_version_that_is_not_there_yet(alice: Person, base: int) -> None:
    canvas = canvas_of(alice)
    with pytest.raises(canvases.Stale):
        send(canvas, command("add_layer", name="", role="hint", index=1), base=base)
    assert log_of(canvas) == [(0, "begin")]


@pytest.mark.parametrize(
    "bad",
    [
        {"do": "erase everything"},
        {"v": 2},
        {"v": True},
        {"id": "1"},
        {"layer": 5},
        {"layer": True},
        {"patches": []},
        {"patches": [["0" * 63, 0, 0, 8, 8]]},
        {"patches": [["0" * 64, 0.5, 0, 8, 8]]},
        {"patches": [["0" * 64, 1 << 40, 0, 8, 8]]},
        {"patches": [["0" * 64, 0, 0, 8, 9000]]},
        {"colour": "red"},
        {"do": "go", "to": 4},
        {"do": "merge_layer"},
        {"do": "remove_layer"},
        {"do": "order_layer", "index": 1},
        {"do": "change_layer"},
        {"do": "change_layer", "opacity": 256},
        {"do": "change_layer", "name": "two\nlines"},
        {"do": "add_layer", "name": "", "role": "other", "index": 0},
        {"do": "place", "patch": "0" * 64, "width": 8, "height": 8, "matrix": [1, 0, 0, 0, 0, 0]},
        {"do": "place", "patch": "0" * 64, "width": 8, "height": 8, "matrix": [1, 0, 0, 1, 1e300, float("nan")]},
        {"do": "begin"},
    ],
    ids=str,
)
def test_a_bad_command_and_nothing_of_its_batch_is_kept(alice: Person, bad: dict[str, Any]) -> None:
    canvas, brush = canvas_of(alice), Brush()
    good = brush.stroke()
    wrong = {
        **(good if "do" not in bad or bad["do"].startswith("erase ") else command("go", layer=0)),
        "id": str(uuid4()),
        **bad,
    }
    if wrong["do"] in ("go", "add_layer", "begin"):
        wrong.pop("layer")
    with pytest.raises(canvases.BadCommand):
        send(canvas, good, wrong, brush=brush)
    assert log_of(canvas) == [(0, "begin")]
    canvas.refresh_from_db()
    assert (canvas.version, canvas.head) == (0, 0)


def test_files_that_are_not_what_they_are_said_to_be(alice: Person, bob: Person) -> None:
    canvas, brush = canvas_of(alice), Brush()
    stroke = brush.stroke()
    name = next(iter(brush.files))
    with pytest.raises(canvases.MissingPatches) as missing:
        send(canvas, stroke)
    assert missing.value.patches == [name]
    # Bob has it; that gives alice nothing.
    patches.store_patches(person=bob, files=brush.files)
    with pytest.raises(canvases.MissingPatches):
        send(canvas, stroke)
    with pytest.raises(canvases.BadCommand):
        send(canvas, stroke, brush=with_files({name: png(8)}))
    for content in (b"", b"not a picture", png(1025)):
        with pytest.raises((canvases.BadPatch, canvases.BadCommand)):
            send(canvas, brush=with_files({hashlib.sha256(content).hexdigest(): content}))
    stroke["patches"][0][3:] = [9, 9]
    with pytest.raises(canvases.BadCommand):
        send(canvas, stroke, brush=with_files(brush.files))
    assert log_of(canvas) == [(0, "begin")]


def with_files(files: dict[str, bytes]) -> Brush:
    brush = Brush()
    brush.files = dict(files)
    return brush


def test_too_much_at_once(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    canvas = canvas_of(alice)
    layers = [command("change_layer", layer=0, hidden=bool(n % 2)) for n in range(log.MOST_COMMANDS + 1)]
    with pytest.raises(canvases.BadCommand):
        send(canvas, *layers)
    monkeypatch.setattr(log, "MOST_ENTRIES", 3)
    send(canvas, *layers[:2])
    with pytest.raises(canvases.Full):
        send(canvas, *layers[2:4])
    with pytest.raises(canvases.BadCommand):
        send(canvas, layers[5], layers[5])
    assert canvas.version == 2


def test_killed_between_the_file_and_the_row(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    canvas, brush = canvas_of(alice), Brush()
    batch = brush.batch(0, brush.stroke())
    real = default_storage.save
    for written in (b"half a fi", None):

        def save(name: str, content: ContentFile, written: bytes | None = written) -> str:
            real(name, content if written is None else ContentFile(written))
            raise SystemExit

        with monkeypatch.context() as patch:
            patch.setattr(patches.default_storage, "save", save)
            with pytest.raises(SystemExit):
                canvases.append_batch(person=alice, canvas_id=canvas.pk, batch=batch)
    assert (Patch.objects.get().stored_at, log_of(canvas)) == (None, [(0, "begin")])
    assert canvases.append_batch(person=alice, canvas_id=canvas.pk, batch=batch) == 1
    stored = Patch.objects.get()
    assert default_storage.listdir(f"canvases/{str(stored.pk)[:2]}") == ([], [f"{stored.pk}.png"])
    assert canvases.rectangle_png(person=alice, canvas_id=canvas.pk, version=1, box=(0, 0, 8, 8))


def test_storage_that_fails_keeps_nothing_half(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    canvas, brush = canvas_of(alice), Brush()
    batch = brush.batch(0, brush.stroke(), brush.stroke(colour=BLUE))
    with monkeypatch.context() as patch:
        patch.setattr(patches.default_storage, "save", _full_disk)
        with pytest.raises(OSError):
            canvases.append_batch(person=alice, canvas_id=canvas.pk, batch=batch)
    assert log_of(canvas) == [(0, "begin")]
    assert canvases.append_batch(person=alice, canvas_id=canvas.pk, batch=batch) == 2


def _full_disk(*_args: object, **_kwargs: object) -> None:
    raise OSError("no space left")


def test_somebody_elses_and_one_in_the_trash(alice: Person, bob: Person) -> None:
    canvas, brush = canvas_of(alice), Brush()
    batch = brush.batch(0, brush.stroke())
    with pytest.raises(Http404):
        canvases.append_batch(person=bob, canvas_id=canvas.pk, batch=batch)
    canvases.trash_canvas(person=alice, canvas_id=canvas.pk)
    with pytest.raises(canvases.InTrash):
        canvases.append_batch(person=alice, canvas_id=canvas.pk, batch=batch)
    canvases.restore_canvas(person=alice, canvas_id=canvas.pk)
    assert canvases.append_batch(person=alice, canvas_id=canvas.pk, batch=batch) == 1


@pytest.mark.django_db(transaction=True)
def test_open_pages_are_told_once_it_is_kept(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(events, "_send", lambda group, message: told.append((group, message)))
    canvas, brush = canvas_of(alice), Brush()
    batch = brush.batch(0, brush.stroke())
    for _time in range(2):
        canvases.append_batch(person=alice, canvas_id=canvas.pk, batch=batch)
    message = {"type": "canvas.changed", "id": str(canvas.pk), "version": 1}
    assert told == [(events.group_of(alice.pk), message)]


@pytest.mark.django_db(transaction=True)
def test_two_at_once_and_one_is_told(alice: Person) -> None:
    canvas = canvas_of(alice)
    gate, rounds = Barrier(2), 6

    def draw(name: str) -> list[str]:
        kept = []
        for _round in range(rounds):
            gate.wait()
            base = Canvas.objects.get(pk=canvas.pk).version
            stroke = command("change_layer", layer=0, name=name)
            gate.wait()
            batch = canvases.Batch(base=base, commands=[stroke])
            try:
                canvases.append_batch(person=alice, canvas_id=canvas.pk, batch=batch)
                kept.append(stroke["id"])
            except canvases.Stale:
                pass
            gate.wait()
        connection.close()
        return kept

    with ThreadPoolExecutor(2) as tabs:
        kept = [each for tab in tabs.map(draw, ("one", "other")) for each in tab]
    entries = list(Entry.objects.filter(canvas=canvas, version__gt=0))
    # In each round exactly one of the two was first.
    assert [entry.version for entry in entries] == list(range(1, rounds + 1))
    assert sorted(str(entry.command_id) for entry in entries) == sorted(kept)


@pytest.mark.django_db(transaction=True)
def test_the_same_batch_twice_at_once_is_kept_once(alice: Person) -> None:
    canvas, brush = canvas_of(alice), Brush()
    batch = brush.batch(0, brush.stroke(), brush.stroke(colour=BLUE))
    gate = Barrier(3)

    def draw(_number: int) -> int:
        gate.wait()
        try:
            return canvases.append_batch(person=alice, canvas_id=canvas.pk, batch=batch)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as tabs:
        assert list(tabs.map(draw, range(3))) == [2, 2, 2]
    assert log_of(canvas) == [(0, "begin"), (1, "paint"), (2, "paint")]
    assert Snapshot.objects.filter(canvas=canvas).count() == 1
