"""A canvas as a file to take along: a ZIP of its facts, its patches and its log, written while it is sent.

Patches are named by the hash of what is in the file, so that whoever brings it back can see that it is whole. They come
before the log, which then names them so.
"""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.text import slugify

from accounts.models import Person
from generation.canvas.commands import Command
from generation.models import Canvas, Entry, Patch
from generation.services.canvases.access import canvas_for
from generation.services.zips import Window

FORMAT = "tessera-canvas"
FORM = 1
FACTS, LOG, PATCHES = "project.json", "log.jsonl", "patches/"
AT_ONCE = 200
# Of the log, as it is sent.
MOST_WAITING = 1 << 18


def project_file(*, person: Person, canvas_id: UUID) -> tuple[str, Iterator[bytes]]:
    """A name for it, and the file in portions."""
    canvas = canvas_for(person=person, canvas_id=canvas_id)
    return f"{slugify(canvas.name)[:60] or 'canvas'}.tessera.zip", project_of(canvas)


def project_of(canvas: Canvas) -> Iterator[bytes]:
    window, now = Window(), timezone.now()
    with zipfile.ZipFile(window, "w", zipfile.ZIP_STORED) as packed:
        packed.writestr(_info(FACTS, now), json.dumps(_facts(canvas), ensure_ascii=False))
        names: dict[str, str] = {}
        for patch in _patches(canvas):
            with default_storage.open(patch.file) as file:
                content = file.read()
            name = hashlib.sha256(content).hexdigest()
            if name not in names.values():
                packed.writestr(_info(f"{PATCHES}{name}.png", now), content)
            names[patch.sha256] = name
            yield window.take()
        with packed.open(_info(LOG, now, zipfile.ZIP_DEFLATED), "w", force_zip64=True) as log:
            for entry in _entries(canvas):
                line = {"id": str(entry.command_id), **renamed(entry.command, names)}
                log.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
    yield window.take()


def renamed(command: Command, names: dict[str, str]) -> Command:
    """With its patches called otherwise."""
    if "patches" in command:
        return {**command, "patches": [[names[patch], *rest] for patch, *rest in command["patches"]]}
    return {**command, "patch": names[command["patch"]]} if "patch" in command else command


def _facts(canvas: Canvas) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "form": FORM,
        "name": canvas.name,
        "version": canvas.version,
        "head": canvas.head,
        "created": canvas.created.isoformat(),
        "changed": canvas.changed.isoformat(),
    }


def _patches(canvas: Canvas) -> Iterator[Patch]:
    """In portions: no question to the database stays open while somebody's line is slow."""
    patches, last = Patch.objects.filter(uses__canvas=canvas).order_by("pk"), None
    while portion := list((patches if last is None else patches.filter(pk__gt=last))[:AT_ONCE]):
        yield from portion
        last = portion[-1].pk


def _entries(canvas: Canvas) -> Iterator[Entry]:
    """Without the first, which every canvas has. No further than the version that was there when the file was begun."""
    for begin in range(1, canvas.version + 1, AT_ONCE):
        end = min(begin + AT_ONCE, canvas.version + 1)
        yield from Entry.objects.filter(canvas=canvas, version__gte=begin, version__lt=end).order_by("version")


def _info(name: str, moment: datetime, compression: int = zipfile.ZIP_STORED) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, moment.timetuple()[:6])
    info.compress_type = compression
    info.external_attr = 0o644 << 16
    return info
