"""Delivering: files first, then the rows, then the capture. Each step may be repeated after a crash."""

import io
import logging
from contextlib import suppress
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from PIL import Image

from billing import services as billing
from generation import events
from generation.models import Job, Picture
from generation.services.line import Claim, held, keep_finishing

logger = logging.getLogger(__name__)

SMALL_SIDE = 512
# Attempt 1 screened the sentence.
FIRST_DRAWING = 2


def deliver(claim: Claim, *, pictures: tuple[bytes, ...]) -> bool:
    """Store what the worker drew and spend the credit. False: the job is no longer this worker's."""
    if not held(claim, Job.Status.RUNNING).update(status=Job.Status.SCREENING_OUTPUT, revision=F("revision") + 1):
        return False
    # The attempt stands in the name, so two workers on one job can never write the same file.
    drawn: list[Picture] = []
    own, earlier = range(claim.attempt, claim.attempt + 1), range(claim.attempt)
    try:
        for index, png in enumerate(pictures):
            keep_finishing(claim)
            drawn.append(_store(claim, index, png))
    except BaseException:
        _discard(claim, own)
        raise
    if claim.attempt > FIRST_DRAWING:
        # Of attempts that died between writing and recording. Before the rows: after them nobody would come again.
        _discard(claim, earlier)
    # An error from here may have come after the commit, so the files stay: a later attempt discards them if it can.
    delivered = _record(claim, drawn)
    if not delivered:
        _discard(claim, own)
    return delivered


def _record(claim: Claim, drawn: list[Picture]) -> bool:
    with transaction.atomic():
        if not held(claim, Job.Status.SCREENING_OUTPUT).update(
            status=Job.Status.DELIVERED,
            finished_at=timezone.now(),
            lease_until=None,
            step=F("steps"),
            revision=F("revision") + 1,
        ):
            return False
        Picture.objects.bulk_create(drawn)
        billing.capture(reference=str(claim.job_id))
        events.job_changed(person_id=claim.person_id, job_id=claim.job_id)
        events.line_moved()
    return True


def _store(claim: Claim, index: int, png: bytes) -> Picture:
    stem = f"{_folder(claim.job_id)}/{claim.attempt}-{index}"
    with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
        small = image.convert("RGB").resize((SMALL_SIDE, SMALL_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    webp = io.BytesIO()
    small.save(webp, "WEBP", quality=82, method=2)
    return Picture(
        job_id=claim.job_id,
        person_id=claim.person_id,
        index=index,
        seed=claim.seeds[index],
        size=len(png),
        file=default_storage.save(f"{stem}.png", ContentFile(png)),
        small=default_storage.save(f"{stem}-small.webp", ContentFile(webp.getvalue())),
    )


def _discard(claim: Claim, attempts: range) -> None:
    """Remove what these attempts wrote, by its names: half a file too."""
    folder = _folder(claim.job_id)
    with suppress(FileNotFoundError):
        for name in default_storage.listdir(folder)[1]:
            if int(name.partition("-")[0]) in attempts:
                default_storage.delete(f"{folder}/{name}")


def _folder(job_id: UUID) -> str:
    return f"pictures/{str(job_id)[:2]}/{job_id}"
