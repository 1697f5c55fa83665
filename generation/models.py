import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone


class Job(models.Model):
    """One request for pictures. The row is the truth and the queue: workers claim it by conditional update, and
    `attempt`, which grows with every claim, fences off the writes of a worker that has lost it."""

    class Kind(models.TextChoices):
        PROMPT = "prompt"

    class Status(models.TextChoices):
        QUEUED = "queued"  # nobody holds it; its next step follows from screened_at
        SCREENING = "screening"
        RUNNING = "running"
        SCREENING_OUTPUT = "screening_output"
        DELIVERED = "delivered"
        REFUSED = "refused"
        FAILED = "failed"
        CANCELLED = "cancelled"

    HELD = (Status.SCREENING, Status.RUNNING, Status.SCREENING_OUTPUT)
    FINISHED = (Status.DELIVERED, Status.REFUSED, Status.FAILED, Status.CANCELLED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="jobs")
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.PROMPT)
    prompt = models.TextField()
    seeds = models.JSONField(default=list)
    key = models.CharField(max_length=64)
    created = models.DateTimeField(default=timezone.now)

    status = models.CharField(max_length=16, choices=Status, default=Status.QUEUED)
    revision = models.PositiveIntegerField(default=1)
    attempt = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    step = models.PositiveIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    screened_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    detail = models.TextField(blank=True)
    error = models.TextField(blank=True, help_text="What a worker said; for operators only.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="one_job_per_key")]
        indexes = [
            models.Index(fields=["person", "-created", "-id"], name="history"),
            # Only what is unfinished, so that the line is as quick behind a million old jobs. Queries must name the
            # condition; it is a null because SQLite does not see that a bound parameter fulfils anything else.
            models.Index(
                fields=["status", "created", "id", "screened_at"],
                condition=models.Q(finished_at=None),
                name="line",
            ),
            models.Index(
                fields=["person"],
                condition=models.Q(seen_at=None),
                name="unseen",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.status} {self.prompt[:40]}"

    @property
    def finished(self) -> bool:
        return self.status in self.FINISHED


class Picture(models.Model):
    """One delivered picture. Its files are written before this row, so a row never names a file that is not there."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="pictures")
    index = models.PositiveSmallIntegerField()
    seed = models.BigIntegerField()
    file = models.CharField(max_length=200)
    small = models.CharField(max_length=200)
    size = models.PositiveIntegerField()
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["index"]
        constraints = [models.UniqueConstraint(fields=["job", "index"], name="one_picture_per_place")]

    def __str__(self) -> str:
        return f"{self.job_id} {self.index}"


class Engine(models.Model):
    """What the workers last said of an engine: how the site knows it without ever loading a model."""

    name = models.CharField(max_length=40, primary_key=True)
    trained = models.BooleanField()
    device = models.CharField(max_length=40)
    weights = models.CharField(max_length=80)
    seconds_a_job = models.FloatField(default=0)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
