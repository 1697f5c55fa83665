"""A job as the person who asked for it sees it: start, look, cancel."""

import random
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.http import Http404
from django.utils import timezone

from accounts.models import Person
from billing import services as billing
from generation import events, queue
from generation.models import Job, Picture
from generation.services.sentences import clean_sentence

PICTURES_A_PROMPT = 4
COST = 1


class KeyUsed(Exception):
    """This key started a job for another sentence."""


class NotVerified(Exception):
    """The e-mail is not proven yet."""


def start_job(*, person: Person, prompt: str, key: str) -> Job:
    """One transaction: the key, the credit and the row. The same key and sentence again give the same job."""
    sentence = clean_sentence(prompt)
    if person.verified_at is None:
        raise NotVerified
    try:
        with transaction.atomic():
            job = Job.objects.create(person=person, prompt=sentence, key=key, seeds=_new_seeds(PICTURES_A_PROMPT))
            billing.reserve(person=person, amount=COST, reference=str(job.pk))
            queue.wake(queue.SCREEN)
            events.job_changed(person_id=person.pk, job_id=job.pk)
    except IntegrityError:
        # The key has its job already, from before or from a request at this very moment.
        winner = _job_of_key(person, key, sentence)
        if winner is None:
            raise
        return winner
    return job


def cancel_job(*, person: Person, job_id: UUID) -> Job:
    """Ends an unfinished job and gives the credit back; a worker that holds it notices at its next heartbeat."""
    job = job_for(person=person, job_id=job_id)
    with transaction.atomic():
        stopped = (
            Job.objects.filter(pk=job.pk)
            .exclude(status__in=Job.FINISHED)
            .update(
                status=Job.Status.CANCELLED,
                revision=F("revision") + 1,
                lease_until=None,
                finished_at=timezone.now(),
                seen_at=timezone.now(),
            )
        )
        if stopped:
            billing.release(reference=str(job.pk))
            events.job_changed(person_id=person.pk, job_id=job.pk)
            events.line_moved()
    job.refresh_from_db()
    return job


def mark_seen(*, person: Person, job_id: UUID) -> None:
    jobs_of(person).filter(pk=job_id, seen_at=None, status__in=Job.FINISHED).update(seen_at=timezone.now())


def job_for(*, person: Person, job_id: UUID) -> Job:
    """The one way to a job: somebody else's is not there."""
    job = jobs_of(person).filter(pk=job_id).first()
    if job is None:
        raise Http404
    return job


def picture_for(*, person: Person, picture_id: UUID) -> Picture:
    """The one way to a picture: somebody else's is not there."""
    picture = Picture.objects.select_related("job").filter(pk=picture_id, job__person=person).first()
    if picture is None:
        raise Http404
    return picture


def jobs_of(person: Person) -> QuerySet[Job]:
    return Job.objects.filter(person=person)


def _job_of_key(person: Person, key: str, sentence: str) -> Job | None:
    job = jobs_of(person).filter(key=key).first()
    if job is not None and job.prompt != sentence:
        raise KeyUsed
    return job


def _new_seeds(count: int) -> list[int]:
    return [random.SystemRandom().randrange(2**31) for _ in range(count)]
