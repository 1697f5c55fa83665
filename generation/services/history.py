"""Everything a person made, newest first, by keyset: a page is as quick at a million pictures as at ten."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from generation.models import Job, Picture
from generation.services.access import jobs_of, pictures_of
from generation.services.search import words_in
from generation.services.snapshots import PARTS, picture_facts, snapshot
from generation.services.trash import days_left, trash_page

PAGE = 24
# A page that is come back to is shown as far as it was unrolled, but not without end.
MOST_AT_ONCE = 10 * PAGE

# The day after it can still be told.
LAST_DAY = date.max - timedelta(days=1)

KINDS = (
    (Job.Kind.PROMPT, _("Sentences")),
    (Job.Kind.VARIATION, _("Variations")),
    (Job.Kind.EDIT, _("Edits")),
    (Job.Kind.BLEND, _("Blends")),
    (Job.Kind.TEXT_DIFF, _("Changes by words")),
)


@dataclass(frozen=True, kw_only=True)
class Page:
    jobs: list[dict[str, Any]]
    next_cursor: str | None


@dataclass(frozen=True, kw_only=True)
class TrashPage:
    pictures: list[dict[str, Any]]
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
        # By the person's own favourites, which have an index: asked of each job, all of them would be read to find few.
        liked = pictures_of(person).filter(favourite_at__isnull=False, trashed_at=None)
        jobs = jobs.filter(pk__in=liked.values("job"))
    return jobs


def history_page(
    *,
    person: Person,
    before: str | None = None,
    through: str | None = None,
    words: str = "",
    kind: str | None = None,
    favourites: bool = False,
    since: date | None = None,
    until: date | None = None,
    size: int = PAGE,
) -> Page:
    """One page of jobs; `through` unrolls it as far as that cursor. A cursor that makes no sense begins at the top."""
    jobs = jobs_like(
        person=person,
        kind=kind,
        favourite=favourites,
        since=_midnight(since) if since else None,
        until=_midnight(min(until, LAST_DAY)) + timedelta(days=1) if until else None,
    )
    if words.strip():
        # Signs alone are not words, and no sentence says them.
        jobs = jobs.filter(prompt__says=words) if words_in(words) else jobs.none()
    jobs = jobs.order_by("-created", "-id").prefetch_related(*PARTS)
    place, last = _read_cursor(before), _read_cursor(through)
    found = list((_after(jobs, place) if place else jobs)[: size + 1])
    shown = found[:size]
    if last and len(found) > size:
        rest = _after(jobs, (shown[-1].created, shown[-1].pk)).filter(created__gte=last[0])
        shown += rest[: MOST_AT_ONCE - size]
        more = _after(jobs, (shown[-1].created, shown[-1].pk)).exists()
    else:
        more = len(found) > size
    return Page(
        jobs=[_with_date(job, favourites) for job in shown],
        next_cursor=_cursor(shown[-1].created, shown[-1].pk) if more else None,
    )


def trash_of(*, person: Person, before: str | None = None, size: int = 2 * PAGE) -> TrashPage:
    """What can be restored, with the days that are left for it."""
    pictures, place = trash_page(person=person), _read_cursor(before)
    if place:
        moment, picture_id = place
        pictures = pictures.filter(trashed_at__lte=moment).filter(Q(trashed_at__lt=moment) | Q(id__lt=picture_id))
    found = list(pictures[: size + 1])
    shown = [{**picture_facts(each), "prompt": each.job.prompt, "days_left": days_left(each)} for each in found[:size]]
    last = found[size - 1] if len(found) > size else None
    return TrashPage(pictures=shown, next_cursor=_cursor(_trashed(last), last.pk) if last else None)


def _midnight(day: date) -> datetime:
    """Where the person is, if they said so."""
    return datetime.combine(day, time.min, timezone.get_current_timezone())


def _with_date(job: Job, favourites: bool) -> dict[str, Any]:
    facts = snapshot(job)
    pictures = [each for each in facts["pictures"] if each["favourite"] or not favourites]
    return {**facts, "pictures": pictures, "created": job.created}


def _after(jobs: QuerySet[Job], place: tuple[datetime, UUID]) -> QuerySet[Job]:
    created, job_id = place
    # The first condition alone is what the index answers; the second settles ties.
    return jobs.filter(created__lte=created).filter(Q(created__lt=created) | Q(id__lt=job_id))


def _trashed(picture: Picture) -> datetime:
    assert picture.trashed_at is not None
    return picture.trashed_at


def _cursor(moment: datetime, row_id: UUID) -> str:
    return f"{moment.isoformat()}_{row_id}"


def _read_cursor(text: str | None) -> tuple[datetime, UUID] | None:
    try:
        created, job_id = (text or "").split("_")
        moment = datetime.fromisoformat(created)
        return (moment, UUID(job_id)) if moment.tzinfo else None
    except ValueError:
        return None
