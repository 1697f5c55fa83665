"""Beyond the original: jobs that nobody has to wait for. Begun, looked at, cancelled, followed."""

import uuid
from collections.abc import Mapping
from functools import partial
from typing import Any

from django.http import Http404

from generation import services
from generation.api import errors
from generation.api.following import Following
from generation.api.messages import Answer, Request
from generation.models import Job
from generation.services import api

WAITING = "queued"
STATES = {
    Job.Status.QUEUED: WAITING,
    Job.Status.SCREENING: WAITING,
    Job.Status.RUNNING: "in_progress",
    Job.Status.SCREENING_OUTPUT: "in_progress",
    Job.Status.DELIVERED: "completed",
    Job.Status.REFUSED: "failed",
    Job.Status.FAILED: "failed",
    Job.Status.CANCELLED: "cancelled",
}


def look(request: Request) -> Answer:
    return Answer(facts(request, _job(request)))


def cancel(request: Request) -> Answer:
    """An unfinished one ends and its money goes back; a finished one stays as it is."""
    job = _job(request)
    assert request.key is not None
    services.cancel_job(person=request.key.person, job_id=job.pk)
    return Answer(facts(request, _job(request)))


def follow(request: Request) -> Following:
    """Its changes as they come, with previews, until it has ended."""
    job = _job(request)
    return Following(job.pk, job.person_id, partial(_now, request))


def _now(request: Request) -> Mapping[str, Any]:
    job = _job(request)
    now = services.progress_of(job_id=job.pk, attempt=job.attempt) if not job.finished else None
    shown = facts(request, job)
    if now is not None and now.step >= job.step:
        shown = {**shown, "progress": {"step": now.step, "steps": now.steps}, "previews": now.previews}
    return {**shown, "ended": job.finished}


def facts(request: Request, job: Job) -> dict[str, Any]:
    return {
        "id": str(job.pk),
        "object": "image.job",
        "kind": job.kind,
        "status": STATES[Job.Status(job.status)],
        "created": int(job.created.timestamp()),
        "finished": None if job.finished_at is None else int(job.finished_at.timestamp()),
        "progress": {"step": job.step, "steps": job.steps},
        "n": job.call.images,
        "size": f"{job.options['size']}x{job.options['size']}",
        "user": job.call.user or None,
        "data": _data(request, job),
        "error": _error(job),
    }


def error_of(job: Job) -> errors.ApiError | None:
    """Why it has no pictures; None where it has, or is still being drawn."""
    match job.status:
        case Job.Status.REFUSED:
            return errors.policy(image=bool(job.refusal.get("sent")))
        case Job.Status.CANCELLED:
            return errors.server_error("The request was cancelled. You were not charged.")
        case Job.Status.FAILED:
            return errors.server_error("The pictures could not be drawn. You were not charged. Try again.")
    return None


def url_of(request: Request, picture: Any, job: Job) -> str:
    assert job.finished_at is not None
    return request.address(api.address_path(picture, finished=job.finished_at))


def _data(request: Request, job: Job) -> list[Mapping[str, Any]] | None:
    if job.status != Job.Status.DELIVERED:
        return None
    return [{"url": url_of(request, picture, job), "seed": picture.seed} for picture in job.pictures.all()]


def _error(job: Job) -> Mapping[str, Any] | None:
    error = None if job.status == Job.Status.CANCELLED else error_of(job)
    return None if error is None else error.body["error"]


def _job(request: Request) -> Job:
    """Of the key's person, whichever of their keys began it; somebody else's is not there."""
    assert request.key is not None
    try:
        return api.call_for(person=request.key.person, job_id=uuid.UUID(request.words["job"]))
    except (Http404, ValueError):
        raise errors.not_there("job") from None
