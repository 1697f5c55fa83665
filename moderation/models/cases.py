"""A case: everything that is said against one thing, until a moderator decides."""

from django.conf import settings
from django.db import models
from django.utils import timezone

PERSON = settings.AUTH_USER_MODEL
EMPTY_LIST = models.Value([], models.JSONField())


class Case(models.Model):
    """One for each subject: what is said of it later opens the same one again.

    `version` grows with every decision, so that of two who decide at once one comes too late. `due_at` is the order of
    the queue (services/cases.py).
    """

    # Only its id: what it is, the rooms above know. It outlives the thing.
    subject_kind = models.CharField(max_length=16)
    subject = models.UUIDField(unique=True)
    person = models.ForeignKey(PERSON, null=True, on_delete=models.SET_NULL, related_name="cases")
    category = models.CharField(max_length=24)
    harm = models.PositiveSmallIntegerField(help_text="1 to 4, of the worst that is said of it.")
    reach = models.PositiveSmallIntegerField(help_text="1 only its owner, 2 who has the address, 3 everybody; 4 many.")
    confidence = models.FloatField(default=1.0, help_text="0 to 1, of the surest that says it.")

    created = models.DateTimeField(default=timezone.now)
    opened_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, help_text="Null: open.")
    version = models.PositiveIntegerField(default=1)
    claimed_by = models.ForeignKey(PERSON, null=True, on_delete=models.SET_NULL, related_name="+")
    claimed_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)

    class Meta:
        # Who may come to the queue; in the group "moderators" (apps.py).
        permissions = [("review", "Can work on the review queue")]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=models.Q(closed_at=None), name="review_queue"),
            models.Index(fields=["person", "-opened_at"], name="cases_of_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class Flag(models.Model):
    """A filter says that a case should be looked at."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="flags")
    source = models.CharField(max_length=64, help_text="The rule or filter.")
    category = models.CharField(max_length=24)
    score = models.FloatField(null=True)
    detail = models.TextField(blank=True)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["created"], name="flags_by_time")]

    def __str__(self) -> str:
        return f"{self.source}: {self.category}"


class Note(models.Model):
    """Between moderators or, if shown, to the person whom the case is about."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    shown = models.BooleanField(default=False)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["created", "id"]

    def __str__(self) -> str:
        return self.text[:40]


class Viewing(models.Model):
    """Who has a case on the screen just now."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="viewings")
    moderator = models.ForeignKey(PERSON, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "moderator"], name="one_viewing_each")]

    def __str__(self) -> str:
        return f"{self.moderator_id} at {self.case_id}"


class Reviewer(models.Model):
    """How a moderator wants to see what may be hard to see."""

    person = models.OneToOneField(PERSON, primary_key=True, on_delete=models.CASCADE, related_name="reviewer")
    blur = models.BooleanField(default=True)
    grey = models.BooleanField(default=True)
    skipped = models.JSONField(default=list, db_default=EMPTY_LIST, help_text="Categories this moderator opted out of.")
    hard_a_day = models.PositiveSmallIntegerField(
        default=100, db_default=100, help_text="So many cases that are hard to look at; 0: as many as come."
    )

    def __str__(self) -> str:
        return f"{self.person_id}"
