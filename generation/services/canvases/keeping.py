"""Canvases as things that a person keeps: named, found again, thrown away, had back."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone

from accounts.models import Person
from generation import events
from generation.canvas.commands import FORM
from generation.canvas.document import empty
from generation.models import Canvas, Entry, Snapshot
from generation.services.canvases.access import IdUsed, canvas_for, check_number
from generation.services.canvases.previews import preview_address
from generation.services.labels import clean_line
from generation.services.starting import NotVerified

PAGE = 24


def create_canvas(*, person: Person, name: str, canvas_id: UUID | None = None) -> Canvas:
    """An empty one. The id may come from the browser: sent twice, it is one canvas."""
    if person.verified_at is None:
        raise NotVerified
    name = clean_line(name, field="name", required=True)
    known = Canvas.objects.filter(person=person, pk=canvas_id).first() if canvas_id else None
    if known is not None:
        return known
    check_number(person)
    canvas = Canvas(person=person, name=name, **({"pk": canvas_id} if canvas_id else {}))
    try:
        with transaction.atomic():
            canvas.save(force_insert=True)
            _begin(canvas)
    except IntegrityError:
        # Somebody's, or from a second tab at this very moment.
        known = Canvas.objects.filter(person=person, pk=canvas.pk).first()
        if known is None:
            raise IdUsed from None
        return known
    return canvas


def _begin(canvas: Canvas) -> None:
    """The first entry, which says nothing but that it began, and the state from which all others come."""
    command = {"do": "begin", "v": FORM}
    Entry.objects.create(canvas=canvas, version=0, command_id=uuid4(), do="begin", parent=0, command=command)
    Snapshot.objects.create(canvas=canvas, version=0, head=0, document=empty())


def canvases_of(*, person: Person, before: str | None = None, trash: bool = False) -> dict[str, Any]:
    """The last changed first, a page at a time."""
    canvases = Canvas.objects.filter(person=person, trashed_at=None)
    if trash:
        canvases = Canvas.objects.filter(person=person, trashed_at__isnull=False, trashed_at__gt=_oldest())
    place = _read_cursor(before)
    if place is not None:
        canvases = canvases.filter(changed__lte=place[0]).exclude(changed=place[0], pk__gte=place[1])
    found = list(canvases.order_by("-changed", "-id")[: PAGE + 1])
    page = found[:PAGE]
    return {
        "canvases": [canvas_facts(canvas) for canvas in page],
        "before": f"{page[-1].changed.isoformat()}_{page[-1].pk}" if len(found) > PAGE else None,
    }


def canvas_facts(canvas: Canvas) -> dict[str, Any]:
    return {
        "id": str(canvas.pk),
        "name": canvas.name,
        "version": canvas.version,
        "head": canvas.head,
        "parent": str(canvas.parent_id) if canvas.parent_id else None,
        "parentVersion": canvas.parent_version,
        "created": canvas.created.isoformat(),
        "changed": canvas.changed.isoformat(),
        "trashed": canvas.trashed_at is not None,
        "preview": preview_address(canvas),
    }


def rename_canvas(*, person: Person, canvas_id: UUID, name: str) -> Canvas:
    canvas = canvas_for(person=person, canvas_id=canvas_id)
    canvas.name = clean_line(name, field="name", required=True)
    canvas.changed = timezone.now()
    canvas.save(update_fields=["name", "changed"])
    return canvas


def trash_canvas(*, person: Person, canvas_id: UUID) -> Canvas:
    """Its log stays whole for the days of the trash. Pages that have it open are told."""
    return _move(person, canvas_id, timezone.now())


def restore_canvas(*, person: Person, canvas_id: UUID) -> Canvas:
    return _move(person, canvas_id, None)


def delete_canvas(*, person: Person, canvas_id: UUID) -> None:
    """For good, and only out of the trash. Patches that no branch uses go with a later sweep."""
    canvas = canvas_for(person=person, canvas_id=canvas_id, in_trash=True)
    if canvas.trashed_at is None:
        raise Http404
    # Looked at once more with the deletion: it may have been restored at this very moment.
    for found in Canvas.objects.filter(pk=canvas.pk, trashed_at__isnull=False):
        found.delete()


def purge_canvases(*, before: datetime, most: int) -> int:
    """Those that have been in the trash for long enough. Patches that no branch uses go with a later sweep."""
    found = Canvas.objects.filter(trashed_at__isnull=False, trashed_at__lt=before).order_by("trashed_at")[:most]
    for canvas in found:
        Canvas.objects.filter(pk=canvas.pk, trashed_at__lt=before).delete()
    return len(found)


def _move(person: Person, canvas_id: UUID, to: datetime | None) -> Canvas:
    canvas = canvas_for(person=person, canvas_id=canvas_id, in_trash=True)
    if (canvas.trashed_at is None) == (to is None):
        return canvas
    with transaction.atomic():
        movable = Canvas.objects.filter(pk=canvas.pk)
        movable = movable.filter(trashed_at=None) if to else movable.filter(trashed_at__gt=_oldest())
        if not movable.update(trashed_at=to):
            raise Http404
        events.canvas_changed(person_id=person.pk, canvas_id=canvas.pk, version=canvas.version)
    canvas.trashed_at = to
    return canvas


def _oldest() -> datetime:
    return timezone.now() - timedelta(days=settings.TRASH_DAYS)


def _read_cursor(text: str | None) -> tuple[datetime, UUID] | None:
    try:
        moment, _, given = (text or "").partition("_")
        when = datetime.fromisoformat(moment)
        return (when, UUID(given)) if when.tzinfo else None
    except ValueError:
        return None
