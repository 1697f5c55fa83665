"""The one way to each kind of object: somebody else's is not there."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from accounts.models import Person
from generation.models import Job, Picture, Upload

Source = Picture | Upload


class InTrash(Http404):
    """Something is to begin from an own picture that was thrown away meanwhile, on another page say."""

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self.picture = picture


def jobs_of(person: Person) -> QuerySet[Job]:
    return Job.objects.filter(person=person)


def pictures_of(person: Person) -> QuerySet[Picture]:
    """Those in the trash too."""
    return Picture.objects.filter(person=person)


def job_for(*, person: Person, job_id: UUID) -> Job:
    job = jobs_of(person).filter(pk=job_id).first()
    if job is None:
        raise Http404
    return job


def picture_for(*, person: Person, picture_id: UUID, in_trash: bool = False) -> Picture:
    """What is in the trash is there only for who says so."""
    pictures = pictures_of(person) if in_trash else pictures_of(person).filter(trashed_at=None)
    picture = pictures.select_related("job").filter(pk=picture_id).first()
    if picture is None:
        raise Http404
    return picture


def pictures_for(*, person: Person, picture_ids: Sequence[UUID]) -> list[Picture]:
    """All of them in the order asked for or, where one is not this person's or in the trash, none."""
    found = pictures_of(person).filter(trashed_at=None).select_related("job").in_bulk(picture_ids)
    wanted = dict.fromkeys(picture_ids)
    if not wanted or len(found) != len(wanted):
        raise Http404
    return [found[each] for each in wanted]


def upload_for(*, person: Person, upload_id: UUID, in_trash: bool = False) -> Upload:
    uploads = Upload.objects.filter(person=person, pk=upload_id)
    upload = uploads.first() if in_trash else uploads.filter(trashed_at=None).first()
    if upload is None:
        raise Http404
    return upload


def source_for(*, person: Person, kind: str, source_id: UUID) -> Source:
    """What a new job may begin from: an own picture, or an own upload once it was screened."""
    if kind == "picture":
        picture = picture_for(person=person, picture_id=source_id, in_trash=True)
        if picture.trashed_at is not None:
            raise InTrash(picture)
        return picture
    if kind != "upload":
        raise Http404
    upload = upload_for(person=person, upload_id=source_id)
    if upload.status != Upload.Status.READY:
        raise Http404
    return upload
