"""What a call gets: pictures in the answer itself, or addresses that die after an hour."""

import time
import uuid
from datetime import datetime, timedelta
from math import ceil

from django.core.signing import Signer
from django.http import Http404
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.models import Person
from generation.models import Job, Picture
from generation.services.downloads import Choice, download

GOOD_FOR = timedelta(minutes=60)
# Without the squares, as developers expect. The sentence is left out: it is often somebody else's. That a model made
# it always stays in the file.
AS_SENT = Choice(squares=False, words=False)


class AddressOver(Exception):
    """It was good for an hour, and that is over."""


def delivered(*, job_id: uuid.UUID) -> Job:
    """With its pictures, in their places."""
    return Job.objects.prefetch_related("pictures").select_related("call").get(pk=job_id)


def call_for(*, person: Person, job_id: uuid.UUID) -> Job:
    """A job that this person began through the API; another is not there."""
    jobs = Job.objects.prefetch_related("pictures").select_related("call")
    job = jobs.filter(pk=job_id, person=person, api=True).first()
    if job is None:
        raise Http404
    return job


def picture_bytes(picture: Picture) -> bytes:
    return download(picture=picture, choice=AS_SENT).data


def address_path(picture: Picture, *, finished: datetime) -> str:
    """The same within an hour of the answer, so that who asks again under one key is told the same."""
    hours = max(1, ceil((timezone.now() - finished) / GOOD_FOR))
    until = int((finished + hours * GOOD_FOR).timestamp())
    return f"/v1/images/files/{until}-{_signature(until, picture.pk)}/{picture.pk}.png"


def open_address(*, until: int, signature: str, picture_id: uuid.UUID) -> bytes:
    """What lies there. The signature is the permission; a picture that was thrown away or removed is not there."""
    if not constant_time_compare(signature, _signature(until, picture_id)):
        raise Http404
    if until <= time.time():
        raise AddressOver
    shown = Picture.objects.filter(pk=picture_id, trashed_at=None, removed_at=None, person__is_active=True)
    picture = shown.select_related("job", "person").first()
    if picture is None:
        raise Http404
    return picture_bytes(picture)


def _signature(until: int, picture_id: uuid.UUID) -> str:
    return Signer(salt="generation.api.file").signature(f"{until}:{picture_id}")
