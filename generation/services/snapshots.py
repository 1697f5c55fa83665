"""A job as pages see it: one shape for the first page, the poll and the socket."""

from collections.abc import Iterable
from typing import Any, TypedDict
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Person
from generation.models import Job, Picture
from generation.services.engines import seconds_a_job
from generation.services.jobs import jobs_of
from generation.services.progress import progress_of

IN_LINE = (Job.Status.QUEUED, Job.Status.SCREENING)
IN_HAND = (Job.Status.RUNNING, Job.Status.SCREENING_OUTPUT)


class Snapshot(TypedDict):
    id: str
    kind: str
    prompt: str
    status: str
    revision: int
    attempt: int
    position: int | None
    wait_seconds: int | None
    step: int
    steps: int
    previews: list[str]
    words: str
    detail: str
    finished: bool
    seen: bool
    created: str
    url: str
    pictures: list[dict[str, Any]]


class Wait(TypedDict):
    ahead: int
    position: int
    wait_seconds: int
    words: str


def snapshot(job: Job) -> Snapshot:
    wait = wait_for(job) if job.status in IN_LINE else None
    now = progress_of(job_id=job.pk, attempt=job.attempt) if job.status in IN_HAND else None
    step, steps = max((job.step, job.steps), (now.step, now.steps) if now else (0, 0))
    return {
        "id": str(job.pk),
        "kind": job.kind,
        "prompt": job.prompt,
        "status": job.status,
        "revision": job.revision,
        "attempt": job.attempt,
        "position": wait["position"] if wait else None,
        "wait_seconds": wait["wait_seconds"] if wait else None,
        "step": step,
        "steps": steps,
        "previews": now.previews if now else [],
        "words": _words(job, wait, step, steps),
        "detail": job.detail,
        "finished": job.finished,
        "seen": job.seen_at is not None,
        "created": job.created.isoformat(),
        "url": reverse("job", args=[job.pk]),
        "pictures": [picture_facts(picture) for picture in job.pictures.all()]
        if job.status == Job.Status.DELIVERED
        else [],
    }


def snapshots(jobs: Iterable[Job]) -> list[Snapshot]:
    return [snapshot(job) for job in jobs]


def live_jobs(*, person: Person) -> list[Snapshot]:
    """What an open page needs to know first: everything unfinished, and what finished while nobody looked."""
    jobs = jobs_of(person).filter(seen_at=None)  # what is unfinished has not been seen
    return snapshots(jobs.order_by("-created", "-id").prefetch_related("pictures")[:20])


def unseen_jobs(*, person: Person) -> list[Snapshot]:
    jobs = jobs_of(person).filter(status__in=Job.FINISHED, seen_at=None)
    return snapshots(jobs.order_by("-created", "-id").prefetch_related("pictures")[:5])


def newest_job(*, person: Person) -> Snapshot | None:
    """What the prompt page shows under its box: what is being drawn, else what was drawn last."""
    jobs = jobs_of(person).filter(emptied_at=None).prefetch_related("pictures").order_by("-created", "-id")
    job = jobs.filter(finished_at=None).last() or jobs.first()
    return snapshot(job) if job else None


def picture_facts(picture: Picture) -> dict[str, Any]:
    return {
        "id": str(picture.pk),
        "index": picture.index,
        "seed": picture.seed,
        "size": picture.size,
        "url": reverse("picture", args=[picture.pk]),
        "small": reverse("picture_small", args=[picture.pk]),
        "file": reverse("picture_file", args=[picture.pk]),
    }


def recent_pictures(*, person: Person, count: int = 24) -> list[dict[str, Any]]:
    pictures = Picture.objects.filter(job__person=person).select_related("job").order_by("-job__created", "index")
    return [{**picture_facts(picture), "prompt": picture.job.prompt} for picture in pictures[:count]]


def wait_for(job: Job | None = None) -> Wait:
    """The line before this job, or before one that would be started now."""
    unfinished = Job.objects.filter(finished_at=None)
    if job is not None:
        unfinished = unfinished.filter(Q(created__lt=job.created) | Q(created=job.created, id__lt=job.pk))
    ahead = unfinished.count()
    # Two plain questions: one that counts all of it is slower to ask than these are to answer.
    in_hand = list(unfinished.filter(status__in=IN_HAND).values_list("step", "steps")) if ahead else []
    # Jobs in hand count for what is left of them.
    left = ahead - sum(step / steps for step, steps in in_hand if steps)
    seconds = round(left * seconds_a_job() / settings.GPU_SLOTS)
    words = _line_words(ahead, seconds)
    return {"ahead": ahead, "position": ahead - len(in_hand) + 1, "wait_seconds": seconds, "words": words}


def _line_words(ahead: int, seconds: int) -> str:
    if not ahead:
        return _("You are next")
    return ngettext("%(ahead)d ahead of you, about %(wait)s", "%(ahead)d ahead of you, about %(wait)s", ahead) % {
        "ahead": ahead,
        "wait": _duration(seconds),
    }


def _duration(seconds: int) -> str:
    if seconds < 90:
        return _("%(count)d s") % {"count": max(1, seconds)}
    return _("%(count)d min") % {"count": round(seconds / 60)}


def _words(job: Job, wait: Wait | None, step: int, steps: int) -> str:
    if wait is not None:
        return wait["words"]
    if job.status == Job.Status.RUNNING:
        return _("Drawing, %(step)d of %(steps)d") % {"step": step, "steps": steps} if step else _("Starting to draw")
    return {
        Job.Status.SCREENING_OUTPUT: _("Finishing"),
        Job.Status.DELIVERED: _("Done"),
        Job.Status.REFUSED: _("Refused"),
        Job.Status.FAILED: _("Not drawn"),
        Job.Status.CANCELLED: _("Cancelled. You were not charged."),
    }[Job.Status(job.status)]


def job_snapshot(*, job_id: UUID, person: Person) -> Snapshot | None:
    job = jobs_of(person).filter(pk=job_id).prefetch_related("pictures").first()
    return snapshot(job) if job else None
