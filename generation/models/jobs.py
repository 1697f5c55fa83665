import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

EMPTY = models.Value({}, models.JSONField())


class Job(models.Model):
    """One request for pictures. The row is the truth and the queue: workers claim it by conditional update, and
    `attempt`, which grows with every claim, fences off the writes of a worker that has lost it."""

    class Kind(models.TextChoices):
        PROMPT = "prompt"
        VARIATION = "variation"
        EDIT = "edit"
        BLEND = "blend"
        TEXT_DIFF = "text_diff"

    # Their pictures are places on a way, all from one seed.
    FRAME_KINDS = (Kind.BLEND, Kind.TEXT_DIFF)

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
    # The sentence or, of a kind that has none, the words of what it begins from: what pages show and a search finds.
    prompt = models.TextField(blank=True)
    options = models.JSONField(
        default=dict, db_default=EMPTY, help_text="What else was asked: see services/starting.py."
    )
    mask = models.CharField(max_length=200, default="", db_default="", help_text="Of an edit: the stored file.")
    hint = models.CharField(max_length=200, default="", db_default="", help_text="Of an edit: the stored file.")
    seeds = models.JSONField(default=list)
    key = models.CharField(max_length=64)
    created = models.DateTimeField(default=timezone.now)
    api = models.BooleanField(default=False, db_default=False, help_text="It came through the API: see Call.")

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
    used = models.JSONField(default=dict, db_default=EMPTY, help_text="What the engine said that it drew with.")
    tidied_at = models.DateTimeField(null=True, help_text="When no file was left that belongs to no picture.")
    emptied_at = models.DateTimeField(null=True, help_text="Since when all of its pictures are in the trash, or gone.")
    detail = models.TextField(blank=True)
    refusal = models.JSONField(
        default=dict, db_default=EMPTY, help_text="Of one that was refused: the part of the policy, and the words."
    )
    error = models.TextField(blank=True, help_text="What a worker said; for operators only.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="one_job_per_key")]
        indexes = [
            models.Index(
                fields=["person", "-created", "-id"], condition=models.Q(emptied_at=None), name="history_of_a_person"
            ),
            models.Index(
                fields=["person", "kind", "-created", "-id"],
                condition=models.Q(emptied_at=None),
                name="history_of_a_kind",
            ),
            models.Index(
                fields=["finished_at"],
                condition=models.Q(tidied_at=None, finished_at__isnull=False),
                name="to_be_tidied",
            ),
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


class JobSource(models.Model):
    """What a job begins from, in its place. When that is purged, the job that had made it is still known: so the
    lineage of a picture goes on behind pictures that are gone."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="sources")
    place = models.PositiveSmallIntegerField()
    picture = models.ForeignKey("generation.Picture", null=True, on_delete=models.SET_NULL, related_name="uses")
    upload = models.ForeignKey("generation.Upload", null=True, on_delete=models.SET_NULL, related_name="uses")
    made_by = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="uses")

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["job", "place"], name="one_source_per_place"),
            models.CheckConstraint(
                condition=models.Q(picture=None) | models.Q(upload=None), name="source_is_one_thing"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job_id} {self.place}"
