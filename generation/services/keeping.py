"""What a person says of a picture: a favourite, a frame to keep. Saying it twice is saying it once."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import Person
from generation.models import Picture
from generation.services.access import picture_for
from generation.services.jobs import touch


@transaction.atomic
def set_favourite(*, person: Person, picture_id: UUID, favourite: bool) -> Picture:
    picture = picture_for(person=person, picture_id=picture_id)
    if (picture.favourite_at is not None) == favourite:
        return picture
    touch(person=person, job_id=picture.job_id)
    Picture.objects.filter(pk=picture.pk).update(favourite_at=timezone.now() if favourite else None)
    return picture_for(person=person, picture_id=picture_id)


@transaction.atomic
def keep_frame(*, person: Person, picture_id: UUID, kept: bool) -> Picture:
    """A frame, or a candidate on a canvas, becomes one of the person's pictures, or goes back among its likes.
    All else is kept as it comes."""
    picture = picture_for(person=person, picture_id=picture_id)
    if picture.kept == kept or not picture.job.by_choice:
        return picture
    touch(person=person, job_id=picture.job_id)
    # What is nobody's own picture is nobody's favourite either.
    lost = {} if kept else {"favourite_at": None}
    Picture.objects.filter(pk=picture.pk).update(kept=kept, **lost)
    return picture_for(person=person, picture_id=picture_id)
