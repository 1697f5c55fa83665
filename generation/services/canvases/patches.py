"""Pixels on their way into a canvas: strokes as files that a browser sends, pictures as copies of what is here.

A patch is named by the hash of the file, so sent twice it is one. Its file is never changed, and belongs to the person
rather than to one canvas: branches share it.
"""

import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image

from accounts.models import Person
from generation.canvas.commands import BadCommand
from generation.models import Canvas, Patch, PatchUse, Picture
from generation.services.access import Source
from generation.services.canvases.access import NoRoom, canvas_for
from generation.services.uploads_decoding import BadUpload, decoded_patches

MOST_FILES = 64
MOST_BYTES = 12_000_000


class BadPatch(ValueError):
    """A file that is not what it is said to be; the message says why, for the person."""


class NotStored(OSError):
    """The storage took nothing at this moment. What was drawn is still in the browser, and is sent again."""


class MissingPatches(Exception):
    """These are named and were never sent. Sent again with them, the batch is good."""

    def __init__(self, patches: Sequence[str]) -> None:
        self.patches = list(patches)


def store_patches(*, person: Person, files: Mapping[str, bytes]) -> None:
    """Keep what is new. Crash anywhere: what was stored is found when it is sent again, the rest is swept away."""
    if len(files) > MOST_FILES or sum(map(len, files.values())) > MOST_BYTES:
        raise BadCommand(f"a batch brings at most {MOST_FILES} files and {MOST_BYTES} bytes")
    for name, content in files.items():
        if hashlib.sha256(content).hexdigest() != name:
            raise BadCommand("a patch is named by its SHA-256")
    known = Patch.objects.filter(person=person, sha256__in=list(files), stored_at__isnull=False)
    # Nobody sweeps away what is wanted.
    known.update(wanted_at=timezone.now())
    there = set(known.values_list("sha256", flat=True))
    fresh = [name for name in files if name not in there]
    if not fresh:
        return
    check_room(person, sum(len(files[name]) for name in fresh))
    try:
        pngs = decoded_patches([files[name] for name in fresh])
    except BadUpload as refusal:
        raise BadPatch(str(refusal)) from refusal
    for name, png in zip(fresh, pngs, strict=True):
        _store(person, name, png)


def source_patch(*, person: Person, source: Source) -> dict[str, Any]:
    """A picture or an upload as a `place` command has it: copied, so that it stays when the other goes."""
    with default_storage.open(source.file) as file:
        patch = keep_patch(person=person, png=file.read())
    kind = "picture" if isinstance(source, Picture) else "upload"
    return {
        "patch": patch.sha256,
        "width": patch.width,
        "height": patch.height,
        "source": {"kind": kind, "id": str(source.pk)},
    }


def keep_patch(*, person: Person, png: bytes) -> Patch:
    """A picture of our own making."""
    sha256 = hashlib.sha256(png).hexdigest()
    if not Patch.objects.filter(person=person, sha256=sha256, stored_at__isnull=False).exists():
        check_room(person, len(png))
    return _store(person, sha256, png)


def check_room(person: Person, size: int) -> None:
    """Whether so many bytes more may be kept."""
    kept = Patch.objects.filter(person=person).aggregate(size=Sum("size"))["size"] or 0
    if kept + size > settings.CANVAS_ROOM:
        raise NoRoom(
            _(
                "Your canvases take up all of the %(most)d MB that one person has here. What you draw is kept in this "
                "browser. Delete canvases from the trash: within a day there is room again, and it is saved."
            )
            % {"most": settings.CANVAS_ROOM // 1_000_000}
        )


def use_patches(canvas: Canvas, named: Iterable[tuple[str, int, int]]) -> None:
    """The log will name these: they must be there, as large as they are said to be, and stay."""
    wanted = {patch: (width, height) for patch, width, height in named}
    found = list(Patch.objects.filter(person=canvas.person_id, sha256__in=list(wanted), stored_at__isnull=False))
    missing = wanted.keys() - {patch.sha256 for patch in found}
    if missing:
        raise MissingPatches(sorted(missing))
    if any((patch.width, patch.height) != wanted[patch.sha256] for patch in found):
        raise BadCommand("a patch has another size than the command says")
    PatchUse.objects.bulk_create([PatchUse(canvas=canvas, patch=patch) for patch in found], ignore_conflicts=True)


def patch_file(*, person: Person, canvas_id: UUID, sha256: str) -> str:
    """The stored file of an own patch: one that the canvas uses, or that is about to be placed on it."""
    canvas_for(person=person, canvas_id=canvas_id)
    patch = Patch.objects.filter(person=person, sha256=sha256, stored_at__isnull=False).first()
    if patch is None:
        raise Http404
    return patch.file


def sweep_patches(*, before: datetime, most: int) -> int:
    """Those that no canvas uses, and that nobody sent for a while: half of a stroke that never came, or what was
    drawn on a canvas that is deleted."""
    unused = Patch.objects.filter(wanted_at__lt=before, uses=None).order_by("wanted_at")
    swept = list(unused[:most])
    for patch in swept:
        # Looked at once more with the deletion: it may have been sent again at this very moment.
        with transaction.atomic():
            gone, _ = Patch.objects.filter(pk=patch.pk, wanted_at__lt=before, uses=None).delete()
            if gone:
                transaction.on_commit(partial(default_storage.delete, name_of(patch)))
    return len(swept)


def _store(person: Person, sha256: str, png: bytes) -> Patch:
    try:
        with transaction.atomic():
            patch, _made = Patch.objects.get_or_create(person=person, sha256=sha256)
    except IntegrityError:
        patch = Patch.objects.get(person=person, sha256=sha256)
    if patch.stored_at is None:
        # Under a name of its own; what lies there may be half of it, from one that was killed.
        name = name_of(patch)
        try:
            if not _is_there(name, png):
                default_storage.delete(name)
                default_storage.save(name, ContentFile(png))
        except Exception as error:  # each storage has its own
            raise NotStored(str(error)) from error
        with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
            patch.width, patch.height = image.size
        patch.file, patch.size, patch.stored_at = name, len(png), timezone.now()
    patch.wanted_at = timezone.now()
    patch.save()
    return patch


def _is_there(name: str, png: bytes) -> bool:
    try:
        with default_storage.open(name) as file:
            return bool(file.read() == png)
    except FileNotFoundError:
        return False


def name_of(patch: Patch) -> str:
    return f"canvases/{str(patch.pk)[:2]}/{patch.pk}.png"
