"""The steps of a job by hand, for tests that stop in the middle of its way."""

import io
from datetime import timedelta

from django.utils import timezone

from accounts.models import Person
from generation import services
from generation.models import Job, Picture, Upload
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


def pictures_of(person: Person, prompt: str = "a banana skateboard", key: str = "k1") -> list[Picture]:
    """Four delivered pictures of one sentence."""
    claim = claimed(person, prompt=prompt, key=key)
    assert services.deliver(claim, pictures=FOUR)
    return list(Picture.objects.filter(job_id=claim.job_id))


def frames_of(person: Person, key: str = "frames") -> list[Picture]:
    """Seven frames of a blend."""
    first, second, *_ = pictures_of(person, key=f"for {key}")
    services.start_blend(person=person, first=first, second=second, key=key)
    assert services.screen_next()
    claim = services.claim_drawing()
    assert claim is not None
    seven = tuple(png(colour=(index * 30, 80, 120)) for index in range(7))
    assert services.deliver(claim, pictures=seven, used={"thetas": [index / 6 for index in range(7)]})
    return list(Picture.objects.filter(job_id=claim.job_id))


def brought(person: Person, content: bytes | None = None, *, ready: bool = True) -> Upload:
    upload = services.bring(person=person, file=io.BytesIO(content or png(128)), consent=True)
    if ready:
        assert services.screen_next()
        upload.refresh_from_db()
    return upload
