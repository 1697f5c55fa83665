"""What the statement says of a request: its words, its page, and its first picture if one is left."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db.models import Prefetch
from django.urls import reverse

from accounts.models import Person
from billing.services import Described
from generation.models import Job, Picture
from generation.services.access import jobs_of
from generation.services.addresses import address_of
from generation.services.snapshots import title_of


def describe_jobs(person: Person, references: Sequence[str]) -> Mapping[str, Described]:
    """Two queries, however many there are."""
    ids = [job_id for reference in references if (job_id := _uuid(reference))]
    left = Picture.objects.filter(trashed_at=None).order_by("index")
    jobs = jobs_of(person).filter(pk__in=ids).prefetch_related(Prefetch("pictures", left, to_attr="left"))
    return {str(job.pk): _described(job) for job in jobs}


def _described(job: Job) -> Described:
    first: Picture | None = next(iter(job.left), None)  # type: ignore[attr-defined]  # prefetched above
    picture = address_of(first.thumb or first.small) if first else ""
    return Described(title=title_of(job), address=reverse("job", args=[job.pk]), picture=picture)


def _uuid(reference: str) -> UUID | None:
    try:
        return UUID(reference)
    except ValueError:
        return None
