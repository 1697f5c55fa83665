"""Everything a person made, newest first, by keyset: a page is as quick at a million pictures as at ten."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Person
from generation.models import Job, Picture
from generation.services.access import jobs_of
from generation.services.snapshots import PARTS, snapshot

PAGE = 24


@dataclass(frozen=True, kw_only=True)
class Page:
    jobs: list[dict[str, Any]]
    next_cursor: str | None


def jobs_like(
    *,
    person: Person,
    kind: str | None = None,
    favourite: bool = False,
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[Job]:
    """A person's requests with anything left of them, without those in which nothing is as it is asked here."""
    jobs = jobs_of(person).filter(emptied_at=None)
    jobs = jobs.filter(kind=kind) if kind else jobs
    jobs = jobs.filter(created__gte=since) if since else jobs
    jobs = jobs.filter(created__lt=until) if until else jobs
    if favourite:
        liked = Picture.objects.filter(job=OuterRef("pk"), favourite_at__isnull=False, trashed_at=None)
        jobs = jobs.filter(Exists(liked))
    return jobs


def history_page(*, person: Person, before: str | None = None, size: int = PAGE) -> Page:
    """One page of finished and unfinished jobs. A cursor that makes no sense begins at the top."""
    jobs = jobs_like(person=person).order_by("-created", "-id").prefetch_related(*PARTS)
    place = _read_cursor(before)
    if place is not None:
        created, job_id = place
        # The first condition alone is what the index answers; the second settles ties.
        jobs = jobs.filter(created__lte=created).filter(Q(created__lt=created) | Q(id__lt=job_id))
    found = list(jobs[: size + 1])
    shown = found[:size]
    more = len(found) > size
    return Page(
        jobs=[{**snapshot(job), "created": job.created} for job in shown],
        next_cursor=_cursor(shown[-1]) if more else None,
    )


def _cursor(job: Job) -> str:
    return f"{job.created.isoformat()}_{job.pk}"


def _read_cursor(text: str | None) -> tuple[datetime, UUID] | None:
    try:
        created, job_id = (text or "").split("_")
        moment = datetime.fromisoformat(created)
        return (moment, UUID(job_id)) if moment.tzinfo else None
    except ValueError:
        return None
