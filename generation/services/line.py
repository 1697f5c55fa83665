"""A job as workers see it: claim, keep, hand over, and the sweeper that picks up what was dropped.

Every write names the attempt that it belongs to. A worker whose lease ran out, and whose job another took over,
changes nothing any more, however late it writes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from billing import services as billing
from generation import events, queue
from generation.models import Job, JobSource, Upload
from moderation import services as moderation

# How long a row waits before the sweeper takes its wake-up for lost, and how many it sends at once.
PATIENCE = timedelta(seconds=2)
WAKE_AT_ONCE = 8
ALWAYS = Q()
# A worker that loses this often goes away: as many others are at work on the line already.
MOST_RACES = 20


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What a worker holds: the job under one attempt number."""

    job_id: UUID
    attempt: int
    person_id: int
    kind: str
    prompt: str
    seeds: tuple[int, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    api: bool = False

    @property
    def sentences(self) -> list[str]:
        """All that a person wrote for it: screening reads every one, on its own."""
        options = (self.options.get(name, "") for name in ("negative", "from_prompt", "to_prompt"))
        return [sentence for sentence in (self.prompt, *options) if sentence]


def screen_job(*, judge_uploads: Callable[[Sequence[UUID]], Upload | None]) -> bool:
    """Screen the sentences of the oldest job that waits; false if none does. What was sent along with a call of the
    API is judged first."""
    claim = _claim(Q(screened_at=None), Job.Status.SCREENING)
    if claim is None:
        return False
    try:
        upload = judge_uploads(uploads_of(claim)) if claim.api else None
        verdicts = [] if upload else _judged(claim)
    except moderation.FilterDown as down:
        give_back(claim, error=str(down))
        return True
    if upload is not None:
        end(claim, status=Job.Status.REFUSED, detail=upload.detail, refusal={**upload.refusal, "sent": True})
        return True
    refused = [verdict for verdict in verdicts if not verdict.allowed]
    if refused:
        worst = moderation.worst_of(refused)
        reason = f"{moderation.explain(worst)} {_('You were not charged.')}"
        end(claim, status=Job.Status.REFUSED, detail=reason, refusal=moderation.refusal_of(worst))
        return True
    with transaction.atomic():
        now = timezone.now()
        if held(claim, Job.Status.SCREENING).update(
            status=Job.Status.QUEUED, screened_at=now, lease_until=None, revision=F("revision") + 1
        ):
            queue.wake(queue.DRAW)
            events.job_changed(person_id=claim.person_id, job_id=claim.job_id)
    return True


def claim_drawing() -> Claim | None:
    """The oldest screened job, now held by the caller; None if none waits."""
    claim = _claim(Q(screened_at__isnull=False), Job.Status.RUNNING, started_at=timezone.now(), step=0, steps=0)
    if claim is not None:
        events.line_moved()
    return claim


def keep(claim: Claim, *, step: int, steps: int) -> bool:
    """The worker's heartbeat. False: the job was cancelled or given to another, so stop."""
    return bool(held(claim, Job.Status.RUNNING).update(lease_until=_lease(), step=step, steps=steps))


def keep_finishing(claim: Claim) -> bool:
    """The heartbeat while pictures are being stored."""
    return bool(held(claim, Job.Status.SCREENING_OUTPUT).update(lease_until=_lease()))


def give_back(claim: Claim, *, error: str) -> None:
    """The worker cannot finish: its lease ends now, and the sweeper decides what comes next."""
    held(claim, *Job.HELD).update(lease_until=timezone.now(), error=error[:2000])


def refuse(claim: Claim, *, reason: str) -> None:
    """It cannot be drawn, by anybody: no other try would help. `reason` is in words for the person."""
    detail = " ".join(part for part in (reason, _("You were not charged.")) if part)
    end(claim, status=Job.Status.FAILED, detail=detail)


def end(
    claim: Claim,
    *,
    status: Job.Status,
    detail: str,
    only: Q = ALWAYS,
    refusal: Mapping[str, Any] | None = None,
) -> bool:
    """Finish without pictures; the credit goes back in the same transaction."""
    with transaction.atomic():
        ended = (
            held(claim, *Job.HELD)
            .filter(only)
            .update(
                status=status,
                detail=detail,
                refusal=dict(refusal or {}),
                finished_at=timezone.now(),
                lease_until=None,
                revision=F("revision") + 1,
            )
        )
        if ended:
            billing.release(reference=str(claim.job_id))
            events.job_changed(person_id=claim.person_id, job_id=claim.job_id)
            events.job_ended(job_id=claim.job_id, api=claim.api)
            events.line_moved()
    return bool(ended)


def sweep() -> None:
    """Jobs whose worker went away wait again, at most MOST_ATTEMPTS times; rows that nobody woke for are woken for.
    Nothing else retries."""
    now = timezone.now()
    dropped = Q(lease_until__lte=now)
    for job in Job.objects.filter(dropped, status__in=Job.HELD, finished_at=None).order_by("created")[:200]:
        _recover(_as_claim(job), failures=job.failures + 1, dropped=dropped)
    waiting = Job.objects.filter(status=Job.Status.QUEUED, finished_at=None)
    for name, rows in (
        (queue.SCREEN, waiting.filter(screened_at=None, created__lt=now - PATIENCE)),
        (queue.SCREEN, Upload.objects.filter(screened_at=None, created__lt=now - PATIENCE)),
        (queue.DRAW, waiting.filter(screened_at__lt=now - PATIENCE)),
    ):
        # They expire before the next sweep but one, so a long line behind a busy GPU does not pile them up.
        queue.wake(name, times=rows[:WAKE_AT_ONCE].count(), expires=2 * settings.SWEEP_SECONDS)


def drop_all_leases() -> int:
    """For the start of a site whose every worker lives in this very process: whoever held a job is gone."""
    return Job.objects.filter(status__in=Job.HELD).update(lease_until=timezone.now() - PATIENCE)


def uploads_of(claim: Claim) -> list[UUID]:
    """The uploads that it begins from: they are judged together with the words, and with what is drawn."""
    return list(JobSource.objects.filter(job=claim.job_id, upload__isnull=False).values_list("upload_id", flat=True))


def held(claim: Claim, *statuses: Job.Status) -> QuerySet[Job]:
    return Job.objects.filter(pk=claim.job_id, attempt=claim.attempt, status__in=statuses)


def _judged(claim: Claim) -> list[moderation.Verdict]:
    """Every sentence alone, and with the uploads that it is drawn with."""
    beside = uploads_of(claim)
    painted = claim.kind == Job.Kind.EDIT
    return [
        moderation.screen_sentence(
            text=sentence, subject=claim.job_id, person_id=claim.person_id, beside=beside, painted=painted
        )
        for sentence in claim.sentences
    ]


def _claim(ready: Q, status: Job.Status, **fields: object) -> Claim | None:
    waiting = Job.objects.filter(ready, status=Job.Status.QUEUED, finished_at=None).order_by("created", "id")
    # Whoever changes the row first has it; the others see no row changed and look again.
    for _race in range(MOST_RACES):
        job = waiting.first()
        if job is None:
            return None
        if Job.objects.filter(pk=job.pk, attempt=job.attempt, status=Job.Status.QUEUED).update(
            status=status, attempt=job.attempt + 1, revision=F("revision") + 1, lease_until=_lease(), **fields
        ):
            job.attempt += 1
            events.job_changed(person_id=job.person_id, job_id=job.pk)
            return _as_claim(job)
    return None


def _recover(claim: Claim, *, failures: int, dropped: Q) -> None:
    """`dropped` stands in every write: a heartbeat that came in the meantime keeps the job where it is."""
    if failures >= settings.MOST_ATTEMPTS:
        end(
            claim,
            status=Job.Status.FAILED,
            detail=_("The pictures could not be drawn, after %(count)d tries. You were not charged.")
            % {"count": failures},
            only=dropped,
        )
        return
    with transaction.atomic():
        if (
            held(claim, *Job.HELD)
            .filter(dropped)
            .update(
                status=Job.Status.QUEUED,
                failures=failures,
                # A new attempt number at once: the old worker is fenced off before anybody takes over.
                attempt=claim.attempt + 1,
                revision=F("revision") + 1,
                lease_until=None,
            )
        ):
            queue.wake(queue.SCREEN)
            queue.wake(queue.DRAW)
            events.job_changed(person_id=claim.person_id, job_id=claim.job_id)


def _as_claim(job: Job) -> Claim:
    return Claim(
        job_id=job.pk,
        attempt=job.attempt,
        person_id=job.person_id,
        kind=job.kind,
        prompt=job.prompt,
        seeds=tuple(job.seeds),
        options=job.options,
        api=job.api,
    )


def _lease() -> datetime:
    return timezone.now() + timedelta(seconds=settings.LEASE_SECONDS)
