"""A branch has the other's past and a future of its own."""

from uuid import uuid4

import pytest
from django.http import Http404

from accounts.models import Person
from generation.models import Canvas, Entry, PatchUse
from generation.services import canvases
from generation.services.canvases.chunks import state_of
from tests.generation.canvases.drawing import BLUE, Brush, canvas_of, command, send


def drawn(person: Person) -> Canvas:
    canvas, brush = canvas_of(person), Brush()
    send(canvas, brush.stroke(), brush.stroke(x=9, colour=BLUE), command("go", to=1), brush.stroke(x=30), brush=brush)
    return canvas


@pytest.mark.parametrize(("version", "head"), [(0, 0), (1, 1), (2, 2), (3, 1), (4, 4), (None, 4)])
def test_as_it_was_at_a_version(alice: Person, version: int | None, head: int) -> None:
    canvas = drawn(alice)
    branch = canvases.branch_from(person=alice, canvas_id=canvas.pk, version=version)
    at = canvas.version if version is None else version
    assert (branch.version, branch.head, branch.parent_id, branch.parent_version) == (at, head, canvas.pk, at)
    assert state_of(branch, at) == state_of(canvas, at)
    mine, theirs = (Entry.objects.filter(canvas=each, version__lte=at) for each in (branch, canvas))
    same = ("version", "command_id", "do", "parent", "command", "created")
    assert list(mine.values(*same)) == list(theirs.values(*same))
    # Redo leads where it led then, not where it leads in the original by now.
    assert all(entry.next is None or entry.next <= at for entry in mine)
    send(branch, command("change_layer", layer=0, opacity=9))
    canvas.refresh_from_db()
    assert (branch.version, canvas.version) == (at + 1, 4)


def test_redo_in_a_branch_leads_where_it_led_then(alice: Person) -> None:
    branch = canvases.branch_from(person=alice, canvas_id=drawn(alice).pk, version=3)
    assert [entry.next for entry in Entry.objects.filter(canvas=branch)] == [1, 2, None, None]


def test_the_same_id_again_is_the_same_branch(alice: Person, bob: Person) -> None:
    canvas, branch_id = drawn(alice), uuid4()
    made = [canvases.branch_from(person=alice, canvas_id=canvas.pk, version=2, branch_id=branch_id) for _ in range(2)]
    assert made[0] == made[1] and Canvas.objects.count() == 2
    with pytest.raises(canvases.IdUsed):
        canvases.branch_from(person=alice, canvas_id=canvas.pk, version=1, branch_id=branch_id)
    theirs = canvas_of(bob)
    with pytest.raises(canvases.IdUsed):
        canvases.branch_from(person=bob, canvas_id=theirs.pk, version=0, branch_id=branch_id)
    with pytest.raises(canvases.IdUsed):
        canvases.create_canvas(person=bob, name="x", canvas_id=branch_id)


def test_what_was_drawn_for_a_canvas_that_went_on_ends_in_a_branch(alice: Person) -> None:
    """The way of a browser that is told that it was second."""
    canvas, brush = drawn(alice), Brush()
    late = [brush.stroke(x=50), brush.stroke(x=60)]
    send(canvas, command("change_layer", layer=0, opacity=9))
    with pytest.raises(canvases.Stale) as stale:
        send(canvas, *late, brush=brush, base=4)
    branch = canvases.branch_from(person=alice, canvas_id=canvas.pk, version=stale.value.base)
    assert send(branch, *late) == 6  # their patches have come with the first try
    assert state_of(branch, 6)["layers"][0] | {"marks": []} == state_of(canvas, 4)["layers"][0] | {"marks": []}
    with pytest.raises(canvases.Stale):
        send(canvas, *late, base=4)


def test_the_original_can_go(alice: Person) -> None:
    canvas = drawn(alice)
    branch = canvases.branch_from(person=alice, canvas_id=canvas.pk)
    canvases.trash_canvas(person=alice, canvas_id=canvas.pk)
    other = canvases.branch_from(person=alice, canvas_id=canvas.pk, version=1, name="Kept")
    assert (branch.name, other.name) == ("Mountains, branch", "Kept")
    Canvas.objects.filter(pk=canvas.pk).delete()
    branch.refresh_from_db()
    assert (branch.parent_id, PatchUse.objects.filter(canvas=branch).count()) == (None, 2)
    assert canvases.rectangle_png(person=alice, canvas_id=branch.pk, version=4, box=(0, 0, 40, 10))


@pytest.mark.parametrize("version", [5, 99])
def test_of_a_version_that_is_not_there_and_of_somebody_elses(alice: Person, bob: Person, version: int) -> None:
    canvas = drawn(alice)
    with pytest.raises(Http404):
        canvases.branch_from(person=alice, canvas_id=canvas.pk, version=version)
    with pytest.raises(Http404):
        canvases.branch_from(person=bob, canvas_id=canvas.pk, version=1)
    assert Canvas.objects.count() == 1
