import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone


class Export(models.Model):
    """Everything of a person in one file, made in the background. The row is its queue: see services/export.py."""

    class Status(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        READY = "ready"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="exports")
    status = models.CharField(max_length=16, choices=Status, default=Status.WAITING)
    attempt = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    step = models.PositiveIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0)
    file = models.CharField(max_length=200, default="", help_text="Named before it is written.")
    size = models.PositiveBigIntegerField(default=0)
    error = models.TextField(blank=True, help_text="For operators only.")
    created = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True, help_text="When its file goes, if it has one.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(finished_at=None), name="one_export_at_a_time"
            )
        ]
        indexes = [
            models.Index(fields=["created"], condition=models.Q(finished_at=None), name="exports_to_make"),
            models.Index(fields=["expires_at"], condition=models.Q(expires_at__isnull=False), name="exports_to_expire"),
        ]

    def __str__(self) -> str:
        return f"{self.status} {self.pk}"
