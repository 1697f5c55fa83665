import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from generation.models.jobs import Job


class Picture(models.Model):
    """One delivered picture. Its files are written before this row, so a row never names a file that is not there."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="pictures")
    # The job's person, once more: an index cannot reach over to the job, and a wall of a million must be one look-up.
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="pictures")
    index = models.PositiveSmallIntegerField()
    seed = models.BigIntegerField()
    theta = models.FloatField(null=True, help_text="Of a frame: where it stands on the way.")
    created = models.DateTimeField(default=timezone.now)

    file = models.CharField(max_length=200)
    size = models.PositiveIntegerField()
    small = models.CharField(max_length=200, help_text="512 pixels wide, WebP.")
    thumb = models.CharField(
        max_length=200, default="", db_default="", help_text="256 pixels wide, WebP; empty in pictures of early days."
    )
    blur = models.TextField(
        default="", db_default="", help_text="16 pixels wide, as an address in itself: what a page shows meanwhile."
    )

    favourite_at = models.DateTimeField(null=True)
    trashed_at = models.DateTimeField(null=True)
    kept = models.BooleanField(
        default=True, db_default=True, help_text="A frame is the person's own picture once it is kept; all else is."
    )

    removed_at = models.DateTimeField(null=True, help_text="A moderator took it from every public page.")

    class Meta:
        ordering = ["index"]
        constraints = [models.UniqueConstraint(fields=["job", "index"], name="one_picture_per_place")]
        indexes = [
            # Each is one list that a person pages through. Queries must name the condition, as of the job's line.
            models.Index(
                fields=["person", "-created", "-id"], condition=models.Q(trashed_at=None, kept=True), name="wall"
            ),
            models.Index(
                fields=["person", "-favourite_at", "-id"],
                condition=models.Q(trashed_at=None, favourite_at__isnull=False),
                name="favourites",
            ),
            models.Index(
                fields=["person", "-trashed_at", "-id"], condition=models.Q(trashed_at__isnull=False), name="trash"
            ),
            models.Index(fields=["trashed_at"], condition=models.Q(trashed_at__isnull=False), name="purge"),
        ]

    def __str__(self) -> str:
        return f"{self.job_id} {self.index}"
