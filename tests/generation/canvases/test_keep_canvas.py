"""Canvases as things: named, listed, thrown away, had back, and gone with what only they used."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.http import Http404
from django.utils import timezone

from accounts.models import Person
from generation import services
from generation.models import Canvas, Entry, Patch, Snapshot
from generation.services import canvases
from tests import people
from tests.generation.canvases.drawing import BLUE, Brush, canvas_of, send


def age(days: float) -> None:
    Canvas.objects.filter(trashed_at__isnull=False).update(trashed_at=timezone.now() - timedelta(days=days))


def names(person: Person, **how: bool) -> list[str]:
    return [canvas["name"] for canvas in canvases.canvases_of(person=person, **how)["canvases"]]


def test_the_last_changed_first_a_page_at_a_time(alice: Person, bob: Person) -> None:
    made = [canvas_of(alice, str(number)) for number in range(26)]
    canvas_of(bob, "of bob")
    canvases.rename_canvas(person=alice, canvas_id=made[0].pk, name="  the   first ")
    page = canvases.canvases_of(person=alice)
    assert (len(page["canvases"]), page["canvases"][0]["name"]) == (24, "the first")
    rest = canvases.canvases_of(person=alice, before=page["before"])
    assert ([canvas["name"] for canvas in rest["canvases"]], rest["before"]) == (["2", "1"], None)
    assert len(canvases.canvases_of(person=alice, before="nonsense_x")["canvases"]) == 24


@pytest.mark.parametrize("name", ["", "\u200b", "x" * 121, "a\x07"])
def test_a_name_that_cannot_be_taken(alice: Person, name: str) -> None:
    canvas = canvas_of(alice)
    with pytest.raises(services.BadLabel):
        canvases.rename_canvas(person=alice, canvas_id=canvas.pk, name=name)
    with pytest.raises(services.BadLabel):
        canvas_of(alice, name)
    assert names(alice) == ["Mountains"]


def test_made_twice_with_one_id_it_is_one(alice: Person) -> None:
    canvas_id = uuid4()
    for _time in range(2):
        assert canvases.create_canvas(person=alice, name="One", canvas_id=canvas_id).pk == canvas_id
    assert Entry.objects.count() == Snapshot.objects.count() == 1


def test_without_a_proven_address_there_is_none(db: None) -> None:
    with pytest.raises(services.NotVerified):
        canvas_of(people.make_unverified("carol"))


def test_away_and_back(alice: Person, bob: Person) -> None:
    canvas = canvas_of(alice)
    for _time in range(2):
        canvases.trash_canvas(person=alice, canvas_id=canvas.pk)
    assert (names(alice), names(alice, trash=True)) == ([], ["Mountains"])
    for act in (canvases.open_canvas, canvases.history_page):
        with pytest.raises(Http404):
            act(person=alice, canvas_id=canvas.pk)
    with pytest.raises(Http404):
        canvases.restore_canvas(person=bob, canvas_id=canvas.pk)
    canvases.restore_canvas(person=alice, canvas_id=canvas.pk)
    assert (names(alice), names(alice, trash=True)) == (["Mountains"], [])
    canvases.trash_canvas(person=alice, canvas_id=canvas.pk)
    age(30.01)
    with pytest.raises(Http404):
        canvases.restore_canvas(person=alice, canvas_id=canvas.pk)


@pytest.mark.django_db(transaction=True)
def test_after_thirty_days_it_is_gone_and_its_patches_after_a_day_more(alice: Person, tmp_path: Path) -> None:
    canvas, brush = canvas_of(alice), Brush()
    send(canvas, brush.stroke(), brush=brush)
    branch = canvases.branch_from(person=alice, canvas_id=canvas.pk)
    send(canvas, brush.stroke(colour=BLUE), brush=brush)
    canvases.trash_canvas(person=alice, canvas_id=canvas.pk)
    age(29.9)
    assert services.purge() == 0
    age(30.1)
    assert services.purge() == 1
    assert list(Canvas.objects.all()) == [branch]
    services.tidy()
    assert Patch.objects.count() == 2  # sent a moment ago: half of a stroke looks the same
    Patch.objects.update(wanted_at=timezone.now() - timedelta(days=2))
    services.tidy()
    left = Patch.objects.get()
    assert left.uses.get().canvas == branch
    files = [file.name for file in (tmp_path / "media").rglob("*") if file.is_file()]
    assert files == [f"{left.pk}.png"]
