"""Where a picture comes from and what was made of it, through pictures that are gone too. Own ones alone."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.urls import reverse

from generation.models import Frame, Job, JobSource, Picture, Upload
from generation.services.snapshots import picture_facts, title_of
from generation.services.uploads import upload_facts

# Whoever varies a variation all day long gets a page all the same.
MOST_JOBS = 200


@dataclass(frozen=True)
class Step:
    """One job of the lineage: what it began from, in order (None: deleted), and what of it is still there."""

    job: Job
    sources: list[Picture | Upload | None]
    made_by: list[UUID | None]
    pictures: list[Picture]
    frame: Frame | None = None
    """Where it was drawn on a canvas."""


@dataclass(frozen=True)
class Lineage:
    """`ancestors` from the nearest backwards, `descendants` from the nearest onwards; `own` made the picture."""

    own: Step
    ancestors: list[Step] = field(default_factory=list)
    descendants: list[Step] = field(default_factory=list)


def lineage(picture: Picture) -> Lineage:
    """A few queries for each generation, however many pictures stand in it."""
    own = _steps(picture.person_id, [picture.job_id])
    seen = {picture.job_id}
    ancestors: list[Step] = []
    nearest = own
    while nearest and len(seen) < MOST_JOBS:
        parents = dict.fromkeys(job_id for step in nearest for job_id in step.made_by if job_id and job_id not in seen)
        seen |= parents.keys()
        nearest = _steps(picture.person_id, parents)
        ancestors += nearest
    descendants: list[Step] = []
    uses = JobSource.objects.filter(picture=picture)
    while len(seen) < MOST_JOBS:
        found = uses.order_by("job__created").values_list("job_id", flat=True)[:MOST_JOBS]
        children = dict.fromkeys(job_id for job_id in found if job_id not in seen)
        if not children:
            break
        seen |= children.keys()
        descendants += _steps(picture.person_id, children)
        uses = JobSource.objects.filter(made_by__in=children)
    return Lineage(own[0], ancestors, descendants)


def lineage_facts(found: Lineage) -> dict[str, Any]:
    """The same as data for a page."""
    return {
        "own": _step_facts(found.own),
        "ancestors": [_step_facts(step) for step in found.ancestors],
        "descendants": [_step_facts(step) for step in found.descendants],
    }


def _step_facts(step: Step) -> dict[str, Any]:
    sources: list[dict[str, Any]] = [
        {"kind": "gone"} if each is None else upload_facts(each) if isinstance(each, Upload) else _picture(each)
        for each in step.sources
    ]
    for source, made_by in zip(sources, step.made_by, strict=True):
        source["job"] = str(made_by) if made_by else None
    return {
        "job": str(step.job.pk),
        "kind": step.job.kind,
        "title": title_of(step.job),
        "created": step.job.created.isoformat(),
        "sources": sources,
        "canvas": _canvas_facts(step.frame) if step.frame else None,
        "pictures": [picture_facts(picture) for picture in step.pictures],
    }


def _canvas_facts(frame: Frame) -> dict[str, Any]:
    """The square of the canvas, as it was at that version; of a canvas that is deleted, no name and no address."""
    canvas = frame.canvas if frame.canvas and frame.canvas.trashed_at is None else None
    return {
        "id": str(canvas.pk) if canvas else None,
        "name": canvas.name if canvas else "",
        "url": f"{reverse('canvases')}/{canvas.pk}" if canvas else None,
        "version": frame.version,
        "x": frame.x,
        "y": frame.y,
    }


def _picture(picture: Picture) -> dict[str, Any]:
    return {**picture_facts(picture), "kind": "picture"}


def _steps(person_id: int, job_ids: Iterable[UUID]) -> list[Step]:
    order = list(job_ids)
    jobs = Job.objects.filter(person_id=person_id).prefetch_related(
        "pictures", "sources__picture", "sources__upload", "frame__canvas"
    )
    found = jobs.in_bulk(order)
    return [_step(found[job_id]) for job_id in order if job_id in found]


def _step(job: Job) -> Step:
    sources = list(job.sources.all())
    there = [source.picture or source.upload for source in sources]
    return Step(
        job=job,
        sources=[None if each is None or each.trashed_at is not None else each for each in there],
        made_by=[source.made_by_id for source in sources],
        pictures=[picture for picture in job.pictures.all() if picture.trashed_at is None],
        frame=getattr(job, "frame", None),
    )
