"""What becomes of the studio when somebody closes their account. Files go before the rows that name them, and each step
may be taken again: whatever a crash left is found by its rows. Nothing of another person hangs on any of it."""

from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, QuerySet

from accounts.models import Person
from generation.models import ApiKey, Collection, Download, Export, Job, Like, SavedPrompt, Share, Upload
from generation.services.export import delete_file
from generation.services.jobs import cancel_job
from generation.services.pictures import folder_of
from generation.services.starting import inputs_folder
from generation.services.trash import empty_folder
from generation.services.uploads import folder_of_upload
from moderation import services as moderation

AT_ONCE = 100


def on_account_closing(*, person: Person, **_: Any) -> None:
    """Nothing is drawn for somebody who leaves; the credits go back as ever."""
    for job_id in Job.objects.filter(person=person, finished_at=None).values_list("pk", flat=True):
        cancel_job(person=person, job_id=job_id)


def on_account_closed(*, person: Person, **_: Any) -> None:
    on_account_closing(person=person)
    Share.objects.filter(person=person).delete()
    Collection.objects.filter(person=person).delete()
    SavedPrompt.objects.filter(person=person).delete()
    _forget_likes(person)
    _forget_exports(person)
    _forget_jobs(Job.objects.filter(person=person))
    _forget_uploads(Upload.objects.filter(person=person))
    ApiKey.objects.filter(person=person).delete()


def _forget_likes(person: Person) -> None:
    for like in Like.objects.filter(person=person).iterator():
        with transaction.atomic():
            if Like.objects.filter(pk=like.pk).delete()[0]:
                Share.objects.filter(pk=like.share_id).update(likes=F("likes") - 1)


def _forget_exports(person: Person) -> None:
    for export in Export.objects.filter(person=person):
        delete_file(export.file)
        export.delete()


def _forget_jobs(jobs: QuerySet[Job]) -> None:
    """With their pictures. What they had hidden in them as a number stays known, and says nothing of whose it was."""
    while portion := list(jobs.order_by("pk")[:AT_ONCE]):
        moderation.forget_words(subjects=[job.pk for job in portion])
        for job in portion:
            for name in Download.objects.filter(picture__job=job).exclude(file="").values_list("file", flat=True):
                default_storage.delete(name)
            empty_folder(folder_of(job.pk))
            empty_folder(inputs_folder(job.pk))
            job.delete()


def _forget_uploads(uploads: QuerySet[Upload]) -> None:
    while portion := list(uploads.order_by("pk")[:AT_ONCE]):
        moderation.forget_words(subjects=[upload.pk for upload in portion])
        for upload in portion:
            empty_folder(folder_of_upload(upload.pk))
            upload.delete()
