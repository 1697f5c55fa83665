"""The trash: thirty days in which a picture can be had back, and what happens after them."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from accounts.models import Person
from generation.models import Job, Picture, Upload
from generation.services.access import pictures_of, upload_for
from generation.services.canvases.keeping import purge_canvases
from generation.services.jobs import touch
from generation.services.sharing import unshare_pictures
from generation.services.starting import inputs_folder
from moderation import services as moderation

MOST_AT_ONCE = 500
# The purge comes a little after the last moment to restore, so that the two never meet.
GRACE = timedelta(minutes=10)


def trash_pictures(*, person: Person, picture_ids: Sequence[UUID]) -> int:
    """All of them or, where one is not this person's, none. How many were not in the trash before."""
    return _move(person, picture_ids, pictures_of(person).filter(trashed_at=None), timezone.now())


def restore_pictures(*, person: Person, picture_ids: Sequence[UUID]) -> int:
    """Back from the trash. What is past its thirty days is gone already."""
    return _move(person, picture_ids, pictures_of(person).filter(trashed_at__gt=_oldest()), None)


def trash_page(*, person: Person) -> QuerySet[Picture]:
    """What can be restored, what was thrown away last first."""
    pictures = pictures_of(person).filter(trashed_at__isnull=False, trashed_at__gt=_oldest())
    return pictures.select_related("job").order_by("-trashed_at", "-id")


def days_left(picture: Picture) -> int:
    """Begun days until it is gone for good: the last one is 1."""
    assert picture.trashed_at is not None
    left = picture.trashed_at + timedelta(days=settings.TRASH_DAYS) - timezone.now()
    return max(1, -(-left // timedelta(days=1)))


def trash_upload(*, person: Person, upload_id: UUID) -> Upload:
    upload = upload_for(person=person, upload_id=upload_id, in_trash=True)
    Upload.objects.filter(pk=upload.pk, trashed_at=None).update(trashed_at=timezone.now())
    upload.refresh_from_db()
    return upload


def restore_upload(*, person: Person, upload_id: UUID) -> Upload:
    upload = upload_for(person=person, upload_id=upload_id, in_trash=True)
    if upload.trashed_at is not None:
        if not Upload.objects.filter(pk=upload.pk, trashed_at__gt=_oldest()).update(trashed_at=None):
            raise Http404
        upload.refresh_from_db()
    return upload


def purge() -> int:
    """Delete what has been in the trash for thirty days: the files first, so that a row still names what is left."""
    before = _oldest() - GRACE
    pictures = Picture.objects.filter(trashed_at__isnull=False, trashed_at__lt=before).order_by("trashed_at")
    uploads = Upload.objects.filter(trashed_at__isnull=False, trashed_at__lt=before).order_by("trashed_at")
    found: list[Picture | Upload] = [*pictures[:MOST_AT_ONCE], *uploads[:MOST_AT_ONCE]]
    # What a moderator has still to answer for stays until then.
    kept = moderation.quarantined(subjects=[each.pk for each in found])
    found = [each for each in found if each.pk not in kept]
    for each in found:
        _delete_files(each)
        each.delete()
    for job_id in {picture.job_id for picture in found if isinstance(picture, Picture)}:
        if not Picture.objects.filter(job_id=job_id).exists():
            empty_folder(inputs_folder(job_id))
    return len(found) + purge_canvases(before=before, most=MOST_AT_ONCE)


def empty_folder(folder: str) -> None:
    with suppress(FileNotFoundError):
        for name in default_storage.listdir(folder)[1]:
            default_storage.delete(f"{folder}/{name}")


def _move(person: Person, picture_ids: Sequence[UUID], movable: QuerySet[Picture], to: datetime | None) -> int:
    wanted = set(picture_ids)
    if not wanted or len(wanted) > MOST_AT_ONCE:
        raise Http404
    with transaction.atomic():
        found = pictures_of(person).filter(pk__in=wanted)
        jobs = sorted(set(found.values_list("job_id", flat=True)))
        # The job's row is the lock: whichever of two tabs comes second sees what the first one left.
        for job_id in jobs:
            touch(person=person, job_id=job_id)
        if found.count() != len(wanted):
            raise Http404
        moved = movable.filter(pk__in=wanted).update(trashed_at=to)
        if to is not None:
            unshare_pictures(pictures=wanted)  # for good: what comes back from the trash is its person's alone
        for job_id in jobs:
            left = Picture.objects.filter(job_id=job_id, trashed_at=None).exists()
            Job.objects.filter(pk=job_id).update(emptied_at=None if left else timezone.now())
    return moved


def _delete_files(each: Picture | Upload) -> None:
    names = [each.file, each.small, each.thumb if isinstance(each, Picture) else ""]
    for name in filter(None, names):
        default_storage.delete(name)


def _oldest() -> datetime:
    return timezone.now() - timedelta(days=settings.TRASH_DAYS)
