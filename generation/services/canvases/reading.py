"""What a page is told of a canvas: how it is now, what is new, what lies further back."""

from typing import Any
from uuid import UUID

from django.db.models import Max, Min
from django.http import Http404

from accounts.models import Person
from generation.models import Canvas, Entry
from generation.services.canvases.access import canvas_for
from generation.services.canvases.chunks import chunk_of, entry_facts, last_chunk
from generation.services.canvases.keeping import canvas_facts

PAGE = 60
MOST_NEWS = 500


def open_canvas(*, person: Person, canvas_id: UUID) -> dict[str, Any]:
    """The newest snapshot and what came after it: at most some hundred commands, however long the log is."""
    canvas = canvas_for(person=person, canvas_id=canvas_id)
    return {"canvas": canvas_facts(canvas), "extent": _extent(canvas), **last_chunk(canvas).facts()}


def chunk_before(*, person: Person, canvas_id: UUID, node: int) -> dict[str, Any]:
    """The stretch of the log in which a state was made, for undo that goes further back than the page knows."""
    canvas = canvas_for(person=person, canvas_id=canvas_id)
    if not 0 <= node <= canvas.version:
        raise Http404
    return chunk_of(canvas, node).facts()


def entries_since(*, person: Person, canvas_id: UUID, version: int) -> dict[str, Any]:
    """What is new, in order; a page that was away for long asks again for the rest."""
    canvas = canvas_for(person=person, canvas_id=canvas_id)
    entries = Entry.objects.filter(canvas=canvas, version__gt=version).order_by("version")[:MOST_NEWS]
    return {"version": canvas.version, "entries": [entry_facts(entry) for entry in entries]}


def history_page(*, person: Person, canvas_id: UUID, before: int | None = None) -> dict[str, Any]:
    """The last entries first. Each tells where it drew, so that a thumbnail can be asked for."""
    canvas = canvas_for(person=person, canvas_id=canvas_id)
    entries = Entry.objects.filter(canvas=canvas).order_by("-version")
    found = list((entries if before is None else entries.filter(version__lt=before))[: PAGE + 1])
    page = found[:PAGE]
    return {
        "head": canvas.head,
        "entries": [_line(entry) for entry in page],
        "before": page[-1].version if len(found) > PAGE else None,
    }


def _extent(canvas: Canvas) -> list[int] | None:
    """Around all that was ever drawn: where a page that opens looks first."""
    least = {name: Min(name) for name in ("left", "top")}
    most = {name: Max(name) for name in ("right", "bottom")}
    found = Entry.objects.filter(canvas=canvas, version__lte=canvas.version).aggregate(**least, **most)
    return None if found["left"] is None else [found[name] for name in ("left", "top", "right", "bottom")]


def _line(entry: Entry) -> dict[str, Any]:
    return {
        "version": entry.version,
        "parent": entry.parent,
        "do": entry.do,
        "to": entry.command.get("to"),
        "layer": entry.command.get("layer"),
        "box": None if entry.left is None else [entry.left, entry.top, entry.right, entry.bottom],
        "at": entry.created.isoformat(),
    }
