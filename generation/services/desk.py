"""What lies on the prompt page under its box, and what can be begun from."""

from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.http import Http404

from accounts.models import Person
from generation.models import Job, Picture, Upload
from generation.services.access import Source, job_for, jobs_of, pictures_for, pictures_of
from generation.services.snapshots import PARTS, Snapshot, picture_facts, snapshot, snapshots
from generation.services.starting import (
    start_blend,
    start_edit,
    start_job,
    start_text_diff,
    start_variation,
)
from generation.services.uploads import SENT, upload_facts

MOST_CARDS = 8
MOST_CHOICES = 48
MOST_COMPARED = 4


def jobs_on_desk(*, person: Person) -> list[Snapshot]:
    """Everything that is being drawn, newest first; else what was drawn last."""
    jobs = jobs_of(person).filter(emptied_at=None, api=False).prefetch_related(*PARTS).order_by("-created", "-id")
    unfinished = list(jobs.filter(finished_at=None)[:MOST_CARDS])
    return snapshots(unfinished or jobs[:1])


def choices(*, person: Person, besides: Source | None = None) -> list[dict[str, Any]]:
    """Own pictures and uploads to take as the second of two, newest first, without the first."""
    pictures = pictures_of(person).filter(trashed_at=None, kept=True).select_related("job")
    uploads = Upload.objects.filter(person=person, trashed_at=None, status=Upload.Status.READY)
    uploads = uploads.exclude(crop__startswith=SENT)
    found = [source_facts(each) for each in uploads.order_by("-created", "-id")[: MOST_CHOICES // 2] if each != besides]
    newest = pictures.order_by("-created", "-id")[:MOST_CHOICES]
    return found + [source_facts(each) for each in newest if each != besides]


def source_facts(source: Source) -> dict[str, Any]:
    if isinstance(source, Picture):
        return {**picture_facts(source), "kind": "picture", "prompt": source.job.prompt}
    return {**upload_facts(source), "thumb": upload_facts(source)["small"], "prompt": ""}


def pictures_to_compare(*, person: Person, picture_ids: list[UUID]) -> list[dict[str, Any]]:
    """In the order asked for. One that is not this person's, or in the trash: none of them."""
    found = pictures_for(person=person, picture_ids=picture_ids[: MOST_COMPARED + 1])
    if not 2 <= len(found) <= MOST_COMPARED:
        raise Http404
    jobs = {job_id: snapshot_of(person, job_id) for job_id in {each.job_id for each in found}}
    return [{**picture_facts(each), "job": jobs[each.job_id]} for each in found]


def snapshot_of(person: Person, job_id: UUID) -> Snapshot:
    return snapshot(job_for(person=person, job_id=job_id))


def draw_again(*, person: Person, job_id: UUID, key: str) -> Job:
    """The same request with new seeds. What it began from may be gone by now, and then it cannot be asked again."""
    job = job_for(person=person, job_id=job_id)
    options, found = job.options, [each.picture or each.upload for each in job.sources.all()]
    sources = [each for each in found if each is not None]
    if len(sources) < len(found):
        raise Http404
    whole: dict[str, Any] = {"person": person, "key": key, "negative": options.get("negative", "")}
    match job.kind:
        case Job.Kind.VARIATION:
            return start_variation(source=sources[0], strength=options["strength"], **whole)
        case Job.Kind.BLEND:
            return start_blend(first=sources[0], second=sources[1], **whole)
        case Job.Kind.TEXT_DIFF:
            words = {name: options[name] for name in ("from_prompt", "to_prompt")}
            return start_text_diff(source=sources[0], **words, **whole)
        case Job.Kind.EDIT:
            hint = _stored(job.hint) if job.hint else None
            return start_edit(source=sources[0], mask=_stored(job.mask), prompt=job.prompt, hint=hint, **whole)
    return start_job(prompt=job.prompt, **whole)


def _stored(name: str) -> bytes:
    try:
        with default_storage.open(name) as file:
            return bytes(file.read())
    except FileNotFoundError:
        raise Http404 from None
