"""Reading a log: from a snapshot, from further back, what is new; the same documents as in the browser."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.http import Http404

from accounts.models import Person
from generation.canvas import commands, document
from generation.models import Canvas, Entry, Patch, Snapshot
from generation.services import canvases
from generation.services.canvases.chunks import last_chunk, state_of
from tests.generation.canvases.drawing import Brush, canvas_of, command, send

WALK = json.loads((Path(__file__).parents[2] / "fixtures/canvas_walk.json").read_text())


def walked(person: Person, *, portion: int = 61) -> Canvas:
    """The walk that tests/js/canvas/known-walk.js wrote, sent in portions."""
    canvas = canvas_of(person)
    sizes = {patch: size for each in WALK["commands"] for patch, *size in commands.patches_of(each)}
    rows = [
        Patch(person=person, sha256=name, width=w, height=h, stored_at=canvas.created) for name, (w, h) in sizes.items()
    ]
    Patch.objects.bulk_create(rows)
    for begin in range(0, len(WALK["commands"]), portion):
        send(canvas, *WALK["commands"][begin : begin + portion])
    return canvas


def test_the_server_replays_the_browsers_walk(alice: Person) -> None:
    canvas = walked(alice)
    entries = Entry.objects.filter(canvas=canvas)
    assert canvas.head == WALK["head"]
    assert [entry.parent for entry in entries][1:] == WALK["parents"]
    assert [entry.next for entry in entries] == WALK["nexts"]
    assert [list(pair) for pair in Snapshot.objects.filter(canvas=canvas).values_list("version", "head")] == WALK[
        "snapshots"
    ]
    for known in WALK["documents"]:
        assert state_of(canvas, known["version"]) == known["document"], known["version"]


def test_every_state_is_the_one_of_a_replay_from_the_beginning(alice: Person) -> None:
    canvas = walked(alice, portion=64)
    parents, states = {}, {0: document.empty()}
    for entry in Entry.objects.filter(canvas=canvas, version__gt=0):
        if entry.do == "go":
            continue
        parents[entry.version] = entry.parent
        states[entry.version] = document.copy_of(states[entry.parent])
        document.apply(states[entry.version], entry.command, entry.version)
    for version, state in list(states.items())[::5]:
        assert state_of(canvas, version) == state, version


def test_opening_reads_little_however_long_the_log(alice: Person, django_assert_num_queries: Any) -> None:
    canvas = walked(alice)
    with django_assert_num_queries(5):
        opened = canvases.open_canvas(person=alice, canvas_id=canvas.pk)
    assert len(opened["entries"]) < 256
    assert opened["snapshot"]["version"] == WALK["snapshots"][-1][0]
    assert opened["canvas"]["version"] == len(WALK["commands"])


def test_the_chunk_of_a_state_knows_its_parent(alice: Person) -> None:
    canvas = walked(alice)
    for node in (0, 1, 3, WALK["snapshots"][1][1], WALK["head"]):
        chunk = canvases.chunk_before(person=alice, canvas_id=canvas.pk, node=node)
        inside = {entry["version"]: entry["parent"] for entry in chunk["entries"]}
        assert node == 0 or inside[node] == WALK["parents"][node - 1]
    with pytest.raises(Http404):
        canvases.chunk_before(person=alice, canvas_id=canvas.pk, node=10_000)


def test_undo_redo_and_a_new_stroke(alice: Person) -> None:
    canvas, brush = canvas_of(alice), Brush()
    send(canvas, brush.stroke(), brush.stroke(x=9), command("go", to=1), brush=brush)
    assert (canvas.version, canvas.head) == (3, 1)
    assert state_of(canvas, 3)["layers"][0]["marks"] == [1]
    assert state_of(canvas, 2)["layers"][0]["marks"] == [1, 2]
    send(canvas, command("go", to=0))
    send(canvas, command("go", to=1), brush.stroke(x=20), brush=brush)
    assert state_of(canvas, canvas.version)["layers"][0]["marks"] == [1, 6]
    for bad in (6, 3, 7, 99):  # where it is, an undo, itself, nothing
        with pytest.raises(canvases.BadCommand):
            send(canvas, command("go", to=bad))


def test_far_back_and_on_in_one_batch(alice: Person) -> None:
    canvas = canvas_of(alice)
    names = [command("change_layer", layer=0, name=str(n)) for n in range(300)]
    for begin in range(0, 300, 50):
        send(canvas, *names[begin : begin + 50])
    send(
        canvas,
        command("go", to=10),
        command("change_layer", layer=0, opacity=7),
        command("go", to=290),
        command("go", to=302),
    )
    assert canvas.head == 302
    layer = state_of(canvas, canvas.version)["layers"][0]
    assert (layer["name"], layer["opacity"]) == ("9", 7)
    assert state_of(canvas, 303)["layers"][0]["name"] == "289"
    chunk = canvases.open_canvas(person=alice, canvas_id=canvas.pk)
    assert chunk["snapshot"]["version"] == 304 and chunk["entries"] == []


def test_what_is_appended_while_somebody_reads_is_left_out_whole(alice: Person) -> None:
    canvas = canvas_of(alice)
    names = [command("change_layer", layer=0, name=str(n)) for n in range(300)]
    for begin in range(0, 300, 60):
        send(canvas, *names[begin : begin + 60])
    reader = Canvas.objects.get(pk=canvas.pk)
    send(canvas, command("go", to=10), command("go", to=280))  # each begins a chunk
    chunk = last_chunk(reader)
    assert (chunk.version, [entry.version for entry in chunk.entries]) == (256, list(range(257, 301)))
    assert chunk.state(300)["layers"][0]["name"] == "299"


def test_the_history_a_page_at_a_time(alice: Person) -> None:
    canvas, brush = canvas_of(alice), Brush()
    send(canvas, *(brush.stroke(x=n) for n in range(61)), brush=brush)
    first = canvases.history_page(person=alice, canvas_id=canvas.pk)
    assert (first["entries"][0]["version"], len(first["entries"]), first["before"]) == (61, 60, 2)
    assert first["entries"][0]["box"] == [60, 0, 68, 8]
    rest = canvases.history_page(person=alice, canvas_id=canvas.pk, before=first["before"])
    assert [entry["do"] for entry in rest["entries"]] == ["paint", "begin"]
    assert rest["before"] is None


def test_somebody_elses(alice: Person, bob: Person) -> None:
    canvas = canvas_of(alice)
    for read in (canvases.open_canvas, canvases.history_page):
        with pytest.raises(Http404):
            read(person=bob, canvas_id=canvas.pk)
