"""What one person may keep, and what becomes of strokes when nothing more fits, or nothing can be stored."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Person
from generation import services
from generation.models import Canvas, Entry, Patch
from generation.services import canvases
from generation.services.canvases import patches
from tests.generation.canvases.drawing import BLUE, Brush, canvas_of, send


def post(client: Client, canvas: Canvas, base: int, brush: Brush, *commands: dict[str, Any]) -> Any:
    files = {name: SimpleUploadedFile(name, content) for name, content in brush.files.items()}
    batch = json.dumps({"base": base, "commands": commands})
    return client.post(f"/canvases/{canvas.pk}/log", {"batch": batch, **files})


def test_when_there_is_no_room_the_stroke_waits_and_goes_in_later(
    as_alice: Client, alice: Person, settings: Settings
) -> None:
    canvas, other, brush = canvas_of(alice), canvas_of(alice, "Old"), Brush()
    send(other, brush.stroke(), brush=brush)
    settings.CANVAS_ROOM = Patch.objects.get().size
    stroke = brush.stroke(colour=BLUE)
    answer = post(as_alice, canvas, 0, brush, stroke)
    assert (answer.status_code, answer.json()["stopped"]) == (507, "room")
    assert "is kept in this browser" in answer.json()["detail"]
    assert Patch.objects.count() == 1 and Entry.objects.filter(canvas=canvas).count() == 1
    # What is here already takes no room, nor does what draws nothing.
    send(canvas, Brush().stroke(), brush=_with(Brush()))
    assert as_alice.post(f"/canvases/{other.pk}/delete").status_code == 404  # not out of the trash
    as_alice.post(f"/canvases/{other.pk}/trash")
    assert as_alice.post(f"/canvases/{other.pk}/delete").status_code == 204
    settings.CANVAS_ROOM *= 2
    assert post(as_alice, canvas, 1, brush, stroke).json() == {"version": 2}


def _with(brush: Brush) -> Brush:
    brush.stroke()
    return brush


def test_as_many_canvases_as_there_may_be(as_alice: Client, alice: Person, bob: Person, settings: Settings) -> None:
    canvas = canvas_of(alice)
    settings.MOST_CANVASES = 1
    for path in ("/canvases", f"/canvases/{canvas.pk}/branch"):
        answer = as_alice.post(path, {"name": "One more"})
        assert (answer.status_code, answer.json()["stopped"]) == (507, "room")
        assert "as many as one person has here" in answer.json()["detail"]
    assert canvas_of(bob).person == bob
    canvases.trash_canvas(person=alice, canvas_id=canvas.pk)
    assert as_alice.post("/canvases", {"name": "Again"}).status_code == 201


def test_a_storage_that_fails_is_told_and_the_stroke_is_sent_again(
    as_alice: Client, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    canvas, brush = canvas_of(alice), Brush()
    stroke = brush.stroke()
    with monkeypatch.context() as patch:
        patch.setattr(patches.default_storage, "save", _full)
        answer = post(as_alice, canvas, 0, brush, stroke)
        assert (answer.status_code, answer["Retry-After"]) == (503, "2")
        assert "sent again" in answer.json()["detail"]
    assert Entry.objects.filter(canvas=canvas).count() == 1
    assert post(as_alice, canvas, 0, brush, stroke).json() == {"version": 1}


def _full(*_args: object, **_how: object) -> None:
    raise OSError("no space left on device")


def test_deleted_in_another_tab_it_is_told_apart_and_goes_on_in_a_branch(as_alice: Client, alice: Person) -> None:
    """In the trash: restore it, or keep the strokes in a branch. Gone for good: not there."""
    canvas, brush = canvas_of(alice), Brush()
    stroke = brush.stroke()
    as_alice.post(f"/canvases/{canvas.pk}/trash")
    answer = post(as_alice, canvas, 0, brush, stroke)
    assert (answer.status_code, answer.json()["stopped"]) == (410, "trash")
    branch = as_alice.post(f"/canvases/{canvas.pk}/branch", {"version": "0"}).json()
    assert as_alice.post(f"/canvases/{canvas.pk}/delete").status_code == 204
    assert post(as_alice, canvas, 0, brush, stroke).status_code == 404
    assert post(as_alice, Canvas.objects.get(pk=branch["id"]), 0, brush, stroke).json() == {"version": 1}


def test_restored_at_the_very_moment_it_is_not_deleted(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    canvas = canvas_of(alice)
    canvases.trash_canvas(person=alice, canvas_id=canvas.pk)
    stale = Canvas.objects.get(pk=canvas.pk)
    canvases.restore_canvas(person=alice, canvas_id=canvas.pk)
    monkeypatch.setattr("generation.services.canvases.keeping.canvas_for", lambda **_which: stale)
    canvases.delete_canvas(person=alice, canvas_id=canvas.pk)
    assert Canvas.objects.filter(pk=canvas.pk, trashed_at=None).exists()


def test_what_is_deleted_makes_room_within_a_day(
    alice: Person, settings: Settings, django_capture_on_commit_callbacks
) -> None:
    canvas, brush = canvas_of(alice), Brush()
    send(canvas, brush.stroke(), brush=brush)
    canvases.trash_canvas(person=alice, canvas_id=canvas.pk)
    canvases.delete_canvas(person=alice, canvas_id=canvas.pk)
    Patch.objects.update(wanted_at=timezone.now() - timedelta(days=1.1))
    with django_capture_on_commit_callbacks(execute=True):
        services.tidy()
    assert not Patch.objects.exists()
