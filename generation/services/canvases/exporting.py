"""A canvas as a PNG file of full size: asked for, written in the background in bands, signed, fetched within a day.

As of jobs, the row is the queue. A claim raises `attempt`, which stands in the file's name and in every write; who went
away loses the lease, and another begins anew. What is written lies on the worker's own disk until it is whole.
"""

import io
import logging
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from accounts.models import Person
from generation import events, queue
from generation.canvas import png
from generation.canvas.compose import FRAME, TILE, Box, Pixels
from generation.models import Canvas, CanvasExport, Entry
from generation.origin import formats, manifest, metadata, squares
from generation.services import origin
from generation.services.canvases.access import canvas_for
from generation.services.canvases.pixels import TooLarge, bands_of, box_to_export
from generation.services.storing import CHUNK, delete_file, portions_of

logger = logging.getLogger(__name__)

KEPT = timedelta(days=1)
LEASE = timedelta(seconds=60)
EVERY_SECONDS = 1.0
MOST_WAITING = 3
# Of one person; the oldest goes for a new one.
MOST_KEPT = 6
# A manifest is made in memory, of nearly twice the file. A larger file says where it comes from, but is not signed.
MOST_SIGNED_BYTES = 256_000_000
# Behind the bands: signing, and storing.
LAST_STEPS = 2


class TooManyExports(Exception):
    """Enough of them wait already."""


class _Lost(Exception):
    """Another worker has it, or it is not wanted any more."""


def start_canvas_export(
    *,
    person: Person,
    canvas_id: UUID,
    version: int | None = None,
    frame: tuple[int, int] | None = None,
    signature: bool | None = None,
) -> CanvasExport:
    """The whole canvas, or the square of a frame alone, as it was at a version. Asked for again, it is the same one."""
    canvas = canvas_for(person=person, canvas_id=canvas_id)
    version = canvas.version if version is None else version
    asked_box = (*frame, frame[0] + FRAME, frame[1] + FRAME) if frame else None
    left, top, right, bottom = box_to_export(canvas, version=version, box=asked_box)
    asked: dict[str, Any] = {
        "canvas": canvas,
        "version": version,
        "left": left,
        "top": top,
        "width": right - left,
        "height": bottom - top,
        "squares": person.squares if signature is None else signature,
    }
    there = CanvasExport.objects.filter(**asked).exclude(status=CanvasExport.Status.FAILED)
    there = there.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()))
    if found := there.first():
        return found
    mine = CanvasExport.objects.filter(canvas__person=person)
    if mine.filter(finished_at=None).count() >= MOST_WAITING:
        raise TooManyExports
    try:
        with transaction.atomic():
            export = CanvasExport.objects.create(**asked)
            older = mine.filter(expires_at__gt=timezone.now()).order_by("-created").values_list("pk", flat=True)
            mine.filter(pk__in=list(older[MOST_KEPT - 1 :])).update(expires_at=timezone.now())
            queue.wake(queue.EXPORT_CANVAS)
    except IntegrityError:
        return there.get()  # the other click of a double click
    return export


def canvas_exports(*, person: Person, canvas_id: UUID) -> list[dict[str, Any]]:
    """Those of a canvas that there are, the last asked for first."""
    exports = _there(person).filter(canvas=canvas_for(person=person, canvas_id=canvas_id))
    return [facts_of(export) for export in exports.order_by("-created")]


def canvas_export_facts(*, person: Person, export_id: UUID) -> dict[str, Any] | None:
    export = _there(person).filter(pk=export_id).first()
    return facts_of(export) if export else None


def facts_of(export: CanvasExport) -> dict[str, Any]:
    ready = export.status == CanvasExport.Status.READY
    return {
        "id": str(export.pk),
        "canvas": str(export.canvas_id),
        "state": export.status,
        "percent": 100 if ready else 100 * export.step // export.steps if export.steps else 0,
        "width": export.width,
        "height": export.height,
        "x": export.left,
        "y": export.top,
        "version": export.version,
        "squares": export.squares,
        "signed": export.signed,
        "size": export.size,
        "created": export.created.isoformat(),
        "url": reverse("canvas_export_file", args=[export.canvas_id, export.pk]) if ready else None,
    }


def open_canvas_export(
    *, person: Person, canvas_id: UUID, export_id: UUID
) -> tuple[CanvasExport, str, Iterator[bytes]]:
    """With a name for the file."""
    canvas = canvas_for(person=person, canvas_id=canvas_id)
    export = _there(person).filter(canvas=canvas, pk=export_id, status=CanvasExport.Status.READY).first()
    if export is None or not default_storage.exists(export.file):
        raise Http404
    return export, f"{slugify(canvas.name)[:60] or 'canvas'}.png", portions_of(export.file)


def export_canvas_next() -> bool:
    """Write the one that waits longest; false if none does."""
    export = _claim()
    if export is None:
        return False
    try:
        _write(export)
    except _Lost:
        delete_file(export.file)
    except Exception as error:
        logger.exception("the export %s of a canvas was not written", export.pk)
        delete_file(export.file)
        _fail(export, str(error))
    return True


def expire_canvas_exports() -> None:
    """Files whose day is over, and rows that came to nothing."""
    for export in CanvasExport.objects.filter(expires_at__isnull=False, expires_at__lte=timezone.now())[:100]:
        delete_file(export.file)
        export.delete()


def write_png(
    out: IO[bytes], canvas: Canvas, *, version: int, box: Box, signature: bool, keep: Callable[[int], None]
) -> bool:
    """The file with all that belongs into it; whether it could be signed. `keep` hears of every band."""
    width, height = box[2] - box[0], box[3] - box[1]
    source_type = _source_type(canvas, version)
    texts = {"XML:com.adobe.xmp": metadata.xmp(source_type=source_type).decode(), **metadata.lines()}

    def bands() -> Iterator[Pixels]:
        for number, band in enumerate(bands_of(canvas, version=version, box=box)):
            if signature:
                squares.sign_band(band, top=number * TILE, height=height)
            yield band
            keep(number + 1)

    with tempfile.TemporaryFile() as drawn:
        for part in png.written(width, height, bands(), texts):
            drawn.write(part)
        size = drawn.tell()
        drawn.seek(0)
        if size > MOST_SIGNED_BYTES:
            while part := drawn.read(CHUNK):
                out.write(part)
            return False
        manifest.sign_file(
            drawn,
            out,
            mime=formats.Format.PNG.mime,
            title=manifest.TITLE,
            by=origin.certificate(),
            source_type=source_type,
        )
    return True


def whole_png(canvas: Canvas, *, signature: bool, keep: Callable[[int], None]) -> Iterator[bytes]:
    """All of a canvas as it is now, for something that holds many; nothing where it is larger than a file may be."""
    try:
        box = box_to_export(canvas, version=canvas.version)
    except TooLarge:
        return
    with tempfile.TemporaryFile() as whole:
        write_png(whole, canvas, version=canvas.version, box=box, signature=signature, keep=keep)
        whole.seek(0)
        while part := whole.read(CHUNK):
            yield part


def _source_type(canvas: Canvas, version: int) -> str:
    """Whether a model drew any of what was ever placed on it; it may have where nothing is said of it."""
    placed = Entry.objects.filter(canvas=canvas, version__lte=version, do="place")
    brought = placed.filter(command__source__kind="upload").count()
    return metadata.COMPOSITE if placed.count() > brought else metadata.BY_HAND


def _there(person: Person) -> QuerySet[CanvasExport]:
    exports = CanvasExport.objects.filter(canvas__person=person, canvas__trashed_at=None)
    return exports.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()))


def _claim() -> CanvasExport | None:
    now = timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    waiting = CanvasExport.objects.filter(free, finished_at=None).select_related("canvas").order_by("created")
    for export in waiting[:20]:
        attempt = export.attempt + 1
        if export.attempt >= settings.MOST_ATTEMPTS:
            _fail(export, export.error or "every worker that had it went away")
            continue
        delete_file(export.file)  # what the one before began
        file = f"exports/{str(export.pk)[:2]}/{export.pk}/{attempt}.png"
        if CanvasExport.objects.filter(free, pk=export.pk, attempt=export.attempt, finished_at=None).update(
            attempt=attempt, status=CanvasExport.Status.WRITING, lease_until=now + LEASE, file=file, step=0, steps=0
        ):
            export.attempt, export.file = attempt, file
            return export
    return None


def _write(export: CanvasExport) -> None:
    steps = -(-export.height // TILE) + LAST_STEPS
    told = 0.0

    def keep(step: int) -> None:
        """A sign of life, with how far it is."""
        nonlocal told
        if time.monotonic() - told < EVERY_SECONDS and step < steps - LAST_STEPS:
            return
        told = time.monotonic()
        with transaction.atomic():
            if not _mine(export).update(step=step, steps=steps, lease_until=timezone.now() + LEASE):
                raise _Lost
            events.export_changed(person_id=export.canvas.person_id, export_id=export.pk)

    with tempfile.TemporaryFile() as whole:
        box = (export.left, export.top, export.left + export.width, export.top + export.height)
        export.signed = write_png(
            whole, export.canvas, version=export.version, box=box, signature=export.squares, keep=keep
        )
        size = whole.seek(0, io.SEEK_END)
        whole.seek(0)
        keep(steps - 1)
        export.file = default_storage.save(export.file, File(whole))
    _finish(export, size=size)


@transaction.atomic
def _finish(export: CanvasExport, *, size: int) -> None:
    now = timezone.now()
    if not _mine(export).update(
        status=CanvasExport.Status.READY,
        file=export.file,
        signed=export.signed,
        size=size,
        finished_at=now,
        lease_until=None,
        step=F("steps"),
        expires_at=now + KEPT,
    ):
        raise _Lost
    events.export_changed(person_id=export.canvas.person_id, export_id=export.pk)


@transaction.atomic
def _fail(export: CanvasExport, error: str) -> None:
    now = timezone.now()
    # The row stays for a while, so that the page can say what became of it.
    if _mine(export).update(
        status=CanvasExport.Status.FAILED,
        error=error[:2000],
        finished_at=now,
        lease_until=None,
        file="",
        expires_at=now + KEPT,
    ):
        events.export_changed(person_id=export.canvas.person_id, export_id=export.pk)


def _mine(export: CanvasExport) -> QuerySet[CanvasExport]:
    return CanvasExport.objects.filter(pk=export.pk, attempt=export.attempt, finished_at=None)
