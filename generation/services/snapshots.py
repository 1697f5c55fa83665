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
from generation.models import Job, JobSource, Picture
from generation.services.access import jobs_of, pictures_of
from generation.services.addresses import address_of
from generation.services.engines import seconds_a_job
from generation.services.progress import progress_of
from generation.services.refusals import refusal_facts
from generation.services.starting import FRAMES

IN_LINE = (Job.Status.QUEUED, Job.Status.SCREENING)
IN_HAND = (Job.Status.RUNNING, Job.Status.SCREENING_OUTPUT)
# What a snapshot reads beside the job's row: to be prefetched, so that a page of jobs costs a few queries.
PARTS = ("pictures", "sources__picture", "sources__upload")


class Snapshot(TypedDict):
    id: str
    kind: str
    api: bool
    prompt: str
    title: str
    options: dict[str, Any]
    sources: list[dict[str, Any]]
    unread: list[str]
    places: list[int]
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
    refusal: dict[str, Any] | None
    finished: bool
    seen: bool
    created: str
    url: str
    pictures: list[dict[str, Any]]


# Of the options those that a page may say; what else is there identifies files.
TELLING = ("negative", "strength", "from_prompt", "to_prompt")


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
        "api": job.api,
        "prompt": job.prompt,
        "title": title_of(job),
        "options": {name: value for name, value in job.options.items() if name in TELLING},
        "sources": [_source_facts(source) for source in job.sources.all()],
        "unread": _unread(job),
        "places": list(range(1, 1 + (FRAMES if job.kind in Job.FRAME_KINDS else len(job.seeds)))),
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
        "refusal": refusal_facts(kind="job", thing=job) if job.status == Job.Status.REFUSED else None,
        "finished": job.finished,
        "seen": job.seen_at is not None,
        "created": job.created.isoformat(),
        "url": reverse("job", args=[job.pk]),
        "pictures": [picture_facts(picture) for picture in job.pictures.all() if picture.trashed_at is None]
        if job.status == Job.Status.DELIVERED
        else [],
    }


def snapshots(jobs: Iterable[Job]) -> list[Snapshot]:
    return [snapshot(job) for job in jobs]


def live_jobs(*, person: Person) -> list[Snapshot]:
    """What an open page needs to know first: everything unfinished, and what finished while nobody looked."""
    jobs = jobs_of(person).filter(seen_at=None)  # what is unfinished has not been seen
    return snapshots(jobs.order_by("-created", "-id").prefetch_related(*PARTS)[:20])


def unseen_jobs(*, person: Person) -> list[Snapshot]:
    jobs = jobs_of(person).filter(status__in=Job.FINISHED, seen_at=None)
    return snapshots(jobs.order_by("-created", "-id").prefetch_related(*PARTS)[:5])


def picture_facts(picture: Picture) -> dict[str, Any]:
    return {
        "id": str(picture.pk),
        "index": picture.index,
        "seed": picture.seed,
        "theta": picture.theta,
        "size": picture.size,
        "kept": picture.kept,
        "favourite": picture.favourite_at is not None,
        "trashed": picture.trashed_at is not None,
        "url": reverse("picture", args=[picture.pk]),
        "file": reverse("picture_file", args=[picture.pk]),
        "download": reverse("picture_download", args=[picture.pk]),
        "small": address_of(picture.small),
        "thumb": address_of(picture.thumb or picture.small),
        "blur": picture.blur,
    }


def recent_pictures(*, person: Person, count: int = 24, besides: UUID | str | None = None) -> list[dict[str, Any]]:
    """The newest of a person's own pictures, without those of one job that a page shows already."""
    pictures = pictures_of(person).filter(trashed_at=None, kept=True)
    pictures = pictures.exclude(job_id=besides) if besides else pictures
    found = pictures.select_related("job").order_by("-created", "-id")[:count]
    return [{**picture_facts(picture), "prompt": picture.job.prompt} for picture in found]


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


def title_of(job: Job) -> str:
    """What a page calls it. What was made from uploads alone has no words of its own."""
    match job.kind:
        case Job.Kind.VARIATION if job.prompt:
            return _("Variation of “%(words)s”") % {"words": job.prompt}
        case Job.Kind.VARIATION:
            return _("Variation of an upload")
        case Job.Kind.BLEND if job.prompt:
            return _("Blend of “%(words)s”") % {"words": job.prompt}
        case Job.Kind.BLEND:
            return _("Blend of two uploads")
        case _:
            return job.prompt


def _source_facts(source: JobSource) -> dict[str, Any]:
    """`gone` is what was deleted, or lies in the trash: a page says so instead of showing a hole."""
    stored = source.picture or source.upload
    if stored is None or stored.trashed_at is not None:
        return {"kind": "gone"}
    kind = "picture" if isinstance(stored, Picture) else "upload"
    address = reverse(kind, args=[stored.pk])
    return {"kind": kind, "id": str(stored.pk), "url": address, "small": address_of(stored.small)}


def _unread(job: Job) -> list[str]:
    """The ends of sentences for which the model had no room."""
    names = ("unread", "from_prompt_unread", "negative_unread")
    return [words for name in names if (words := job.used.get(name))]


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
    job = jobs_of(person).filter(pk=job_id).prefetch_related(*PARTS).first()
    return snapshot(job) if job else None
