import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

EMPTY = models.Value({}, models.JSONField())


class Upload(models.Model):
    """A picture that a person brought: decoded, cropped and written anew by us, and of use once it was screened."""

    class Status(models.TextChoices):
        WAITING = "waiting"
        READY = "ready"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="uploads")
    # Of the file as it was sent. With the crop it tells that the same is sent again.
    sha256 = models.CharField(max_length=64)
    crop = models.CharField(max_length=40, blank=True, help_text="Left, top and side as the page asked; empty: middle.")
    file = models.CharField(max_length=200, help_text="1024 pixels wide, PNG.")
    small = models.CharField(max_length=200, help_text="512 pixels wide, WebP.")
    consent_at = models.DateTimeField(help_text="When the person confirmed the rights, and that people shown agreed.")
    created = models.DateTimeField(default=timezone.now)

    status = models.CharField(max_length=16, choices=Status, default=Status.WAITING)
    tries = models.PositiveIntegerField(default=0)
    screened_at = models.DateTimeField(null=True)
    detail = models.TextField(blank=True)
    refusal = models.JSONField(default=dict, db_default=EMPTY, help_text="As of a job.")
    trashed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "sha256", "crop"], name="one_upload_per_file")]
        indexes = [
            models.Index(
                fields=["person", "-created", "-id"], condition=models.Q(trashed_at=None), name="uploads_of_a_person"
            ),
            # What nobody has screened yet; a null, for the same reason as in the job's line.
            models.Index(fields=["created"], condition=models.Q(screened_at=None), name="uploads_to_screen"),
            models.Index(fields=["trashed_at"], condition=models.Q(trashed_at__isnull=False), name="uploads_to_purge"),
        ]

    def __str__(self) -> str:
        return f"{self.status} {self.pk}"
