"""Pictures that people bring: one way in for the whole product."""

import hashlib
import uuid
from collections.abc import Sequence
from contextlib import suppress
from typing import IO, Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from generation import queue
from generation.models import Upload
from generation.services.addresses import address_of
from generation.services.line import MOST_RACES
from generation.services.refusals import refusal_facts
from generation.services.sizes import open_png, sizes_of
from generation.services.starting import check_may_ask
from generation.services.uploads_decoding import SIDE, BadUpload, Crop, decoded
from moderation import services as moderation

CHUNK = 1 << 20
# How the square of one that came through the API begins.
SENT = "api "


def bring(
    *, person: Person, file: IO[bytes], consent: bool, crop: Crop | None = None, side: int | None = None
) -> Upload:
    """Take a file, cropped to a square; the same file and square again are the same upload. One that names a side
    came through the API: it is kept that large, and apart from what pages offer.

    Its name is never read: nothing here is called as somebody else wishes.
    """
    check_may_ask(person)
    if not consent:
        raise BadUpload(_("Confirm that you hold the rights to this picture, and that the people shown agreed."))
    sha256 = _checked(file)
    square = ",".join(map(str, crop)) if crop else f"{SENT}{side}" if side else ""
    known = _known(person, sha256, square)
    return known or _keep(person, decoded(_content(file), crop=crop, side=side or SIDE), sha256, square)


def screen_upload() -> bool:
    """Judge the upload that waits longest; false if none does. Judging twice comes to the same, so nothing is held."""
    waiting = Upload.objects.filter(screened_at=None).order_by("tries", "created")
    for _race in range(MOST_RACES):
        upload = waiting.first()
        if upload is None:
            return False
        # Counted before it is opened: one that brings the worker down stops doing so after a few tries.
        if Upload.objects.filter(pk=upload.pk, tries=upload.tries, screened_at=None).update(tries=F("tries") + 1):
            _judge(upload)
            return True
    return False


def judge_uploads(ids: Sequence[uuid.UUID]) -> Upload | None:
    """Those that nobody has judged yet; the first that was refused. Raises FilterDown where one cannot be judged."""
    for upload in Upload.objects.filter(pk__in=ids, screened_at=None):
        _judge(upload)
    uploads = Upload.objects.filter(pk__in=ids)
    if uploads.filter(screened_at=None).exists():
        raise moderation.FilterDown("a picture could not be judged")
    return uploads.filter(status=Upload.Status.REFUSED).first()


def upload_facts(upload: Upload) -> dict[str, Any]:
    return {
        "id": str(upload.pk),
        "kind": "upload",
        "status": upload.status,
        "detail": upload.detail,
        "refusal": refusal_facts(kind="upload", thing=upload) if upload.status == Upload.Status.REFUSED else None,
        "created": upload.created.isoformat(),
        "state": reverse("upload", args=[upload.pk]),
        "file": reverse("upload_file", args=[upload.pk]),
        "small": address_of(upload.small),
    }


def folder_of_upload(upload_id: uuid.UUID) -> str:
    return f"uploads/{str(upload_id)[:2]}/{upload_id}"


def _checked(file: IO[bytes]) -> str:
    """Its hash, read in portions; refused where there is nothing, or too much."""
    found, size = hashlib.sha256(), 0
    file.seek(0)
    while portion := file.read(CHUNK):
        size += len(portion)
        found.update(portion)
    if not size:
        raise BadUpload(_("The file is empty."))
    if size > settings.UPLOAD_LIMIT:
        facts = {"size": size / 1_000_000, "most": settings.UPLOAD_LIMIT // 1_000_000}
        raise BadUpload(_("The picture file has %(size).1f MB; at most %(most)d MB can be taken.") % facts)
    return found.hexdigest()


def _content(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


def _known(person: Person, sha256: str, square: str) -> Upload | None:
    upload = Upload.objects.filter(person=person, sha256=sha256, crop=square).first()
    if upload is not None and upload.trashed_at is not None:
        # Brought again, it is wanted again.
        Upload.objects.filter(pk=upload.pk).update(trashed_at=None, consent_at=timezone.now())
        upload.refresh_from_db()
    return upload


def _keep(person: Person, png: bytes, sha256: str, square: str) -> Upload:
    upload = Upload(person=person, sha256=sha256, crop=square, consent_at=timezone.now())
    folder = folder_of_upload(upload.pk)
    files: list[str] = []
    try:
        files.append(default_storage.save(f"{folder}/picture.png", ContentFile(png)))
        files.append(default_storage.save(f"{folder}/small.webp", ContentFile(sizes_of(open_png(png)).small)))
        upload.file, upload.small = files
        with transaction.atomic():
            upload.save(force_insert=True)
            queue.wake(queue.SCREEN)
    except BaseException as error:
        for name in files:
            with suppress(OSError):
                default_storage.delete(name)
        # The same file from another tab, at this very moment.
        if isinstance(error, IntegrityError) and (winner := _known(person, sha256, square)):
            return winner
        raise
    return upload


def _judge(upload: Upload) -> None:
    if upload.tries >= settings.MOST_ATTEMPTS:
        _end(upload, Upload.Status.REFUSED, _("This picture could not be checked, so it cannot be used."))
        return
    with default_storage.open(upload.file) as file:
        image = open_png(file.read())
    try:
        verdict = moderation.screen_upload(
            subject=upload.pk, person_id=upload.person_id, sha256=upload.sha256, image=image
        )
    except moderation.FilterDown:
        return  # it still waits, and the sweeper wakes somebody for it
    if verdict.allowed:
        _end(upload, Upload.Status.READY, "")
    else:
        reason = f"{moderation.explain(verdict, picture=True)} {_('You were not charged.')}"
        _end(upload, Upload.Status.REFUSED, reason, refusal=moderation.refusal_of(verdict))


def _end(upload: Upload, status: Upload.Status, detail: str, refusal: dict[str, Any] | None = None) -> None:
    Upload.objects.filter(pk=upload.pk, screened_at=None).update(
        status=status, detail=detail, refusal=refusal or {}, screened_at=timezone.now()
    )
