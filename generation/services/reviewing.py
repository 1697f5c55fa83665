"""What moderators see of a person's things, and what becomes of these when they decide."""

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts.models import Person
from generation.models import Collection, Job, Picture, Placement, Share, Upload
from generation.services.jobs import cancel_job
from generation.services.sharing import visible_shares
from generation.services.snapshots import title_of
from moderation import services as moderation

MOST_PICTURES = 24
TITLE = 80


def picture_seen(subject: UUID) -> moderation.Shown | None:
    picture = Picture.objects.select_related("job").filter(pk=subject).first()
    if picture is None:
        return None
    share = visible_shares().filter(picture=subject).first()
    sentence = title_of(picture.job)
    return moderation.Shown(
        title=_short(share.title if share and share.title else sentence),
        address=_address(share),
        person_id=picture.person_id,
        reach=_reach(share),
        words=_texts(_sentences(picture.job), [share.title, share.alt] if share else []),
        pictures=(moderation.Seen(file=picture.small, alt=sentence),),
        removed=picture.removed_at is not None,
        created=picture.created,
        own_address=reverse("picture", args=[picture.pk]),
    )


def collection_seen(subject: UUID) -> moderation.Shown | None:
    collection = Collection.objects.filter(pk=subject).first()
    if collection is None:
        return None
    share = visible_shares().filter(collection=subject).first()
    placements = Placement.objects.filter(collection=subject, removed_at=None, picture__trashed_at=None)
    inside = [each.picture for each in placements.select_related("picture__job").order_by("position")[:MOST_PICTURES]]
    return moderation.Shown(
        title=_short(collection.name),
        address=_address(share),
        person_id=collection.person_id,
        reach=_reach(share),
        words=_texts([collection.name, collection.description]),
        pictures=tuple(moderation.Seen(file=picture.small, alt=title_of(picture.job)) for picture in inside),
        removed=collection.removed_at is not None,
        created=collection.created,
        own_address=reverse("collection", args=[collection.pk]),
    )


def job_seen(subject: UUID) -> moderation.Shown | None:
    """A request: its sentences, and the pictures that it begins from."""
    job = (
        Job.objects.prefetch_related("sources__picture__job", "sources__upload", "pictures").filter(pk=subject).first()
    )
    if job is None:
        return None
    begun = [source.picture or source.upload for source in job.sources.all()]
    drawn = [moderation.Seen(file=picture.small, alt=title_of(job)) for picture in job.pictures.all()]
    sources = [moderation.Seen(file=each.small, alt=_("What it begins from")) for each in begun if each is not None]
    return moderation.Shown(
        title=_short(title_of(job)),
        address="",
        person_id=job.person_id,
        words=_texts(_sentences(job)),
        pictures=(*sources, *drawn),
        refused=job.status == Job.Status.REFUSED,
        reason=job.refusal.get("category", ""),
        beside=tuple(source.upload_id for source in job.sources.all() if source.upload_id is not None),
        created=job.finished_at or job.created,
        own_address=reverse("job", args=[job.pk]),
    )


def upload_seen(subject: UUID) -> moderation.Shown | None:
    upload = Upload.objects.filter(pk=subject).first()
    if upload is None:
        return None
    return moderation.Shown(
        title=_("An upload"),
        address="",
        person_id=upload.person_id,
        pictures=(moderation.Seen(file=upload.small, alt=_("An upload"), sha256=upload.sha256),),
        refused=upload.status == Upload.Status.REFUSED,
        reason=upload.refusal.get("category", ""),
        created=upload.screened_at or upload.created,
        own_address=reverse("upload", args=[upload.pk]),
    )


FINDERS = {"picture": picture_seen, "collection": collection_seen, "job": job_seen, "upload": upload_seen}


def on_subject_judged(*, kind: str, subject: UUID, removed: bool, **_more: Any) -> None:
    """From the next request on nobody but its owner sees it; given back, it is where it was."""
    if kind == "collection":
        Collection.objects.filter(pk=subject).update(removed_at=timezone.now() if removed else None)
        return
    pictures = Picture.objects.filter(**{"job" if kind == "job" else "pk": subject})
    if removed:
        pictures.filter(removed_at=None).update(removed_at=timezone.now())
        return
    for picture_id, job_id in pictures.values_list("pk", "job_id"):
        # A request's removal takes its pictures along; each may have been removed by itself too.
        if not moderation.removed_subjects(subjects=[picture_id, job_id]):
            Picture.objects.filter(pk=picture_id).update(removed_at=None)


def on_person_deactivated(*, person: Person, **_more: Any) -> None:
    """What waits or is being drawn ends, and its credits go back."""
    for job_id in Job.objects.filter(person=person, finished_at=None).values_list("pk", flat=True):
        cancel_job(person=person, job_id=job_id)


def on_refusal_overturned(*, kind: str, subject: UUID, **_more: Any) -> None:
    """A picture may be used from now on. A request is asked anew, by its person, who may not want it any more."""
    if kind == "upload":
        refused = Upload.objects.filter(pk=subject, status=Upload.Status.REFUSED)
        refused.update(status=Upload.Status.READY, detail="", refusal={})


def _sentences(job: Job) -> list[str]:
    options = [job.options.get(name, "") for name in ("negative", "from_prompt", "to_prompt")]
    return [job.prompt, *options]


def _texts(*groups: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for group in groups for text in group if text))


def _reach(share: Share | None) -> int:
    if share is None:
        return 1
    return 3 if share.listed_at else 2


def _address(share: Share | None) -> str:
    return reverse("share", args=[share.token]) if share else ""


def _short(text: str) -> str:
    return Truncator(" ".join(text.split())).chars(TITLE)
