import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from generation.models.jobs import Job


class Canvas(models.Model):
    """A log of commands, and where it stands. Nothing in a log is ever changed or taken out. (decision 40)"""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="canvases")
    name = models.CharField(max_length=120)
    version = models.PositiveIntegerField(default=0, help_text="Of the last entry of the log.")
    head = models.PositiveIntegerField(default=0, help_text="The entry whose state is shown.")
    # Where it branched off. Its log begins with a copy of the other's, so it needs it no more.
    parent = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="branches")
    parent_version = models.PositiveIntegerField(null=True)
    created = models.DateTimeField(default=timezone.now)
    changed = models.DateTimeField(default=timezone.now)
    trashed_at = models.DateTimeField(null=True)
    # A small picture for lists. See services/canvases/previews.py.
    preview = models.CharField(max_length=200, default="", db_default="", help_text="The stored file.")
    preview_version = models.PositiveIntegerField(null=True, help_text="What the file shows.")
    preview_due = models.DateTimeField(null=True, help_text="When a new one is to be made.")

    class Meta:
        indexes = [
            models.Index(
                fields=["person", "-changed", "-id"], condition=models.Q(trashed_at=None), name="canvases_of_a_person"
            ),
            models.Index(
                fields=["preview_due"], condition=models.Q(preview_due__isnull=False), name="canvases_to_preview"
            ),
            models.Index(fields=["trashed_at"], condition=models.Q(trashed_at__isnull=False), name="canvases_to_purge"),
        ]

    def __str__(self) -> str:
        return self.name


class Entry(models.Model):
    """A command at its place in the log; the first says that the canvas began."""

    canvas = models.ForeignKey(Canvas, on_delete=models.CASCADE, related_name="entries")
    version = models.PositiveIntegerField()
    command_id = models.UUIDField(help_text="Made by the browser: what comes twice is known by it.")
    do = models.CharField(max_length=16)
    parent = models.PositiveIntegerField(help_text="The state in which it was done.")
    next = models.PositiveIntegerField(null=True, help_text="Where redo leads: the state last entered from here.")
    command = models.JSONField()
    # Where in its layer it draws, if it does: so that a part of a large canvas is composed from what lies there alone.
    left = models.IntegerField(null=True)
    top = models.IntegerField(null=True)
    right = models.IntegerField(null=True)
    bottom = models.IntegerField(null=True)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["version"]
        constraints = [
            models.UniqueConstraint(fields=["canvas", "version"], name="one_entry_per_version"),
            models.UniqueConstraint(fields=["canvas", "command_id"], name="one_entry_per_command"),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.do}"


class Snapshot(models.Model):
    """The document after an entry, so that nobody begins at the first one. It can always be made again."""

    canvas = models.ForeignKey(Canvas, on_delete=models.CASCADE, related_name="snapshots")
    version = models.PositiveIntegerField()
    head = models.PositiveIntegerField()
    document = models.JSONField()

    class Meta:
        ordering = ["version"]
        constraints = [models.UniqueConstraint(fields=["canvas", "version"], name="one_snapshot_per_version")]

    def __str__(self) -> str:
        return f"{self.canvas_id} {self.version}"


class Patch(models.Model):
    """Pixels that a stroke drew or a picture brought, named by the hash of the file that was sent. The row comes
    before the file, so that no file is without one; it is of use once it is stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="patches")
    sha256 = models.CharField(max_length=64)
    file = models.CharField(max_length=200, default="")
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    size = models.PositiveIntegerField(default=0)
    stored_at = models.DateTimeField(null=True)
    wanted_at = models.DateTimeField(default=timezone.now, help_text="When somebody last sent it.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "sha256"], name="one_patch_per_file")]
        indexes = [models.Index(fields=["wanted_at"], name="patches_to_tidy")]

    def __str__(self) -> str:
        return self.sha256[:12]


class PatchUse(models.Model):
    """That a canvas's log names a patch. A patch without a use is swept away after a day."""

    canvas = models.ForeignKey(Canvas, on_delete=models.CASCADE, related_name="uses")
    patch = models.ForeignKey(Patch, on_delete=models.PROTECT, related_name="uses")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["canvas", "patch"], name="one_use_per_patch")]

    def __str__(self) -> str:
        return f"{self.canvas_id} {self.patch_id}"


class Frame(models.Model):
    """That a job draws a square of a canvas, as it was at a version. The worker's picture is composed from the log."""

    job = models.OneToOneField(Job, primary_key=True, on_delete=models.CASCADE, related_name="frame")
    canvas = models.ForeignKey(Canvas, null=True, on_delete=models.SET_NULL, related_name="frames")
    version = models.PositiveIntegerField()
    x = models.IntegerField()
    y = models.IntegerField()
    closed_at = models.DateTimeField(null=True, help_text="When its candidates were taken or put aside.")

    def __str__(self) -> str:
        return f"{self.canvas_id} {self.version} {self.x},{self.y}"


class CanvasExport(models.Model):
    """A part of a canvas as a file, written in the background. The row is its queue: see
    services/canvases/exporting.py."""

    class Status(models.TextChoices):
        WAITING = "waiting"
        WRITING = "writing"
        READY = "ready"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    canvas = models.ForeignKey(Canvas, on_delete=models.CASCADE, related_name="exports")
    version = models.PositiveIntegerField()
    left = models.IntegerField()
    top = models.IntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    squares = models.BooleanField(help_text="With the five squares of the signature.")
    status = models.CharField(max_length=16, choices=Status, default=Status.WAITING)
    attempt = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    step = models.PositiveIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0)
    file = models.CharField(max_length=200, default="", help_text="Named before it is written.")
    size = models.PositiveBigIntegerField(default=0)
    signed = models.BooleanField(default=False, help_text="With a manifest: the largest files have none.")
    error = models.TextField(blank=True, help_text="For operators only.")
    created = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["canvas", "version", "left", "top", "width", "height", "squares"],
                condition=models.Q(finished_at=None),
                name="one_canvas_export_at_a_time",
            )
        ]
        indexes = [
            models.Index(fields=["created"], condition=models.Q(finished_at=None), name="canvas_exports_to_write"),
            models.Index(
                fields=["expires_at"], condition=models.Q(expires_at__isnull=False), name="canvas_exports_to_expire"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.status} {self.pk}"
