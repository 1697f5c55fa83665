"""The steps of a job by hand, for tests that stop in the middle of its way."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import Person
from generation import services
from generation.models import Job
from tests.pictures import png

FOUR = tuple(png(colour=(index * 50, 80, 120)) for index in range(4))


def started(person: Person, prompt: str = "a banana skateboard", key: str = "k1") -> Job:
    return services.start_job(person=person, prompt=prompt, key=key)


def screened(person: Person, **kwargs: str) -> Job:
    job = started(person, **kwargs)
    assert services.screen_next()
    job.refresh_from_db()
    return job


def claimed(person: Person, **kwargs: str) -> services.Claim:
    screened(person, **kwargs)
    claim = services.claim_drawing()
    assert claim is not None
    return claim


def lose_lease(claim: services.Claim) -> None:
    """The worker is gone: its lease has run out."""
    Job.objects.filter(pk=claim.job_id).update(lease_until=timezone.now() - timedelta(seconds=1))


def job_of(claim: services.Claim) -> Job:
    return Job.objects.get(pk=claim.job_id)
