"""What a person does with a job that was started: cancel it, see it."""

from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import Person
from billing import services as billing
from generation import events
from generation.models import Job
from generation.services.access import job_for, jobs_of


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
            events.job_ended(job_id=job.pk, api=job.api)
            events.line_moved()
    job.refresh_from_db()
    return job


def mark_seen(*, person: Person, job_id: UUID) -> None:
    jobs_of(person).filter(pk=job_id, seen_at=None, status__in=Job.FINISHED).update(seen_at=timezone.now())


def touch(*, person: Person, job_id: UUID) -> None:
    """Its pictures changed: one change after the other for a job, and the person's open pages hear of it.

    Called inside a transaction, before the change: the row is the lock."""
    jobs_of(person).filter(pk=job_id).update(revision=F("revision") + 1)
    events.job_changed(person_id=person.pk, job_id=job_id)
