"""Delivering: files first, then the rows, then the capture. Each step may be repeated after a crash."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from billing import services as billing
from generation import events
from generation.models import Call, Job, Picture
from generation.services.line import Claim, end, give_back, held, keep_finishing
from generation.services.output import Redraw, Shown, judge_drawn
from generation.services.sizes import sizes_of
from moderation import services as moderation

# Attempt 1 screened the sentence.
FIRST_DRAWING = 2


@dataclass(frozen=True)
class Drawn:
    """A picture whose files are stored and whose row is not."""

    picture: Picture
    fingerprint: moderation.Fingerprint


def deliver(
    claim: Claim, *, pictures: tuple[bytes, ...], used: Mapping[str, Any] | None = None, redraw: Redraw | None = None
) -> bool:
    """Store what the worker drew and spend the credit. False: the job is no longer this worker's, or nothing of it
    may be shown. `redraw` draws with other seeds, in place of what the filters refuse."""
    if not held(claim, Job.Status.RUNNING).update(status=Job.Status.SCREENING_OUTPUT, revision=F("revision") + 1):
        return False
    try:
        judged = judge_drawn(claim, pictures, redraw)
    except moderation.FilterDown as down:
        give_back(claim, error=str(down))
        return False
    # Of a call of the API, one that may not be shown is all of them.
    if judged.refused and (claim.api or not judged.shown):
        detail = f"{moderation.explain(judged.refused, drawn=True)} {_('You were not charged.')}"
        refusal = moderation.refusal_of(judged.refused, drawn=True)
        end(claim, status=Job.Status.REFUSED, detail=detail, refusal=refusal)
        return False
    # The attempt stands in the name, so two workers on one job can never write the same file.
    drawn: list[Drawn] = []
    facts = dict(used or {})
    own, earlier = range(claim.attempt, claim.attempt + 1), range(claim.attempt)
    try:
        for shown in judged.shown:
            keep_finishing(claim)
            drawn.append(_store(claim, shown, facts))
    except BaseException:
        _discard(claim, own)
        raise
    if claim.attempt > FIRST_DRAWING:
        # Of attempts that died between writing and recording. Before the rows: after them nobody would come again.
        _discard(claim, earlier)
    # An error from here may have come after the commit, so the files stay: a later attempt discards them if it can.
    delivered = _record(claim, drawn, facts, refused=judged.refused)
    if not delivered:
        _discard(claim, own)
    return delivered


def _record(claim: Claim, drawn: list[Drawn], used: Mapping[str, Any], *, refused: moderation.Verdict | None) -> bool:
    detail = f"{moderation.explain(refused, drawn=True)} {_('You were not charged.')}" if refused else ""
    with transaction.atomic():
        now = timezone.now()
        if not held(claim, Job.Status.SCREENING_OUTPUT).update(
            status=Job.Status.DELIVERED,
            finished_at=now,
            tidied_at=now,
            lease_until=None,
            step=F("steps"),
            used=used,
            detail=detail,
            revision=F("revision") + 1,
        ):
            return False
        for one in drawn:
            # So that newest first is also first to last of what came together.
            one.picture.created = now - timedelta(microseconds=one.picture.index)
        Picture.objects.bulk_create([one.picture for one in drawn])
        moderation.remember_pictures(kind="picture", fingerprints={one.picture.pk: one.fingerprint for one in drawn})
        _charge(claim, len(drawn), refused=refused is not None)
        events.job_changed(person_id=claim.person_id, job_id=claim.job_id)
        events.job_ended(job_id=claim.job_id, api=claim.api)
        events.line_moved()
    return True


def _charge(claim: Claim, delivered: int, *, refused: bool) -> None:
    if claim.api:
        call = Call.objects.get(job=claim.job_id)
        cost = call.cost * delivered // call.images
        Call.objects.filter(pk=call.pk).update(images=delivered, cost=cost)
        billing.capture(reference=str(claim.job_id), amount=cost)
    else:
        # What is not all that was asked for costs nothing.
        (billing.release if refused else billing.capture)(reference=str(claim.job_id))


def _store(claim: Claim, shown: Shown, used: Mapping[str, Any]) -> Drawn:
    index, png = shown.index, shown.png
    stem = f"{folder_of(claim.job_id)}/{claim.attempt}-{index}"
    sizes = sizes_of(shown.image)
    frames = claim.kind in Job.FRAME_KINDS
    thetas = used.get("thetas") or []
    picture = Picture(
        job_id=claim.job_id,
        person_id=claim.person_id,
        index=index,
        seed=shown.seed,
        theta=thetas[index] if frames and index < len(thetas) else None,
        kept=not frames,
        size=len(png),
        file=default_storage.save(f"{stem}.png", ContentFile(png)),
        small=default_storage.save(f"{stem}-small.webp", ContentFile(sizes.small)),
        thumb=default_storage.save(f"{stem}-thumb.webp", ContentFile(sizes.thumb)),
        blur=sizes.blur,
    )
    return Drawn(picture, moderation.fingerprint(file=png, image=shown.image))


def _discard(claim: Claim, attempts: range) -> None:
    """Remove what these attempts wrote, by its names: half a file too."""
    folder = folder_of(claim.job_id)
    with suppress(FileNotFoundError):
        for name in default_storage.listdir(folder)[1]:
            if int(name.partition("-")[0]) in attempts:
                default_storage.delete(f"{folder}/{name}")


def folder_of(job_id: UUID) -> str:
    return f"pictures/{str(job_id)[:2]}/{job_id}"
