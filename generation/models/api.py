import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ApiKey(models.Model):
    """What a program shows to be let in as its person. Of the key itself only a hash is kept."""

    class Scope(models.TextChoices):
        GENERATE = "generate", _("Make pictures from sentences")
        EDIT = "edit", _("Send pictures: edits and variations")
        USAGE = "usage", _("Read what was used")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="api_keys")
    name = models.CharField(max_length=60)
    shown = models.CharField(max_length=20, help_text="Its first and last characters, for its owner to know it by.")
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    monthly_budget = models.BigIntegerField(null=True, help_text="Millionths of a dollar; empty: no limit of its own.")
    images_a_minute = models.PositiveIntegerField(null=True, help_text="Empty: as many as the account.")
    created = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(monthly_budget=None) | models.Q(monthly_budget__gte=0), name="budget_not_negative"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.shown}"


class Listener(models.Model):
    """A web process that holds calls. One that is silent is gone, and with it every connection that it held."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    seen_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.id}"


class Call(models.Model):
    """A job that came through the API: for which key, at what price, and whether somebody still waits for it."""

    job = models.OneToOneField("generation.Job", on_delete=models.CASCADE, primary_key=True, related_name="call")
    # Once more, as in pictures: the limits of an account are one look-up.
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="calls", db_index=False)
    key = models.ForeignKey(ApiKey, null=True, on_delete=models.SET_NULL, related_name="calls", db_index=False)
    created = models.DateTimeField(default=timezone.now)
    images = models.PositiveSmallIntegerField()
    cost = models.BigIntegerField(help_text="What was reserved, in millionths of a dollar.")
    user = models.CharField(max_length=256, blank=True, help_text="As the caller tagged it.")

    fingerprint = models.CharField(max_length=64, help_text="Of the fields as they were understood, and of the files.")
    idempotency_key = models.CharField(max_length=255, null=True)
    # Who waits: a connection of a process. None of an asynchronous job.
    connection = models.UUIDField(null=True)
    listener = models.UUIDField(null=True)
    lost_at = models.DateTimeField(null=True, help_text="When the connection closed before it had its answer.")
    answered_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True, help_text="Of the answer.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key", "idempotency_key"],
                condition=models.Q(idempotency_key__isnull=False),
                name="one_call_per_idempotency_key",
            )
        ]
        indexes = [
            models.Index(fields=["key", "-created"], name="calls_of_a_key"),
            models.Index(fields=["person", "-created"], name="calls_of_a_person"),
            models.Index(
                fields=["created"],
                condition=models.Q(answered_at=None, connection__isnull=False),
                name="calls_unanswered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.images} images, {self.job_id}"
