from django.conf import settings
from django.db import models
from django.utils import timezone


class Screening(models.Model):
    """What the filters found in one thing: every score and every rule that spoke, with its version."""

    class Kind(models.TextChoices):
        SENTENCE = "sentence"
        UPLOAD = "upload"
        OUTPUT = "output"

    class Result(models.TextChoices):
        ALLOWED = "allowed"
        FLAGGED = "flagged"
        BLOCKED = "blocked"

    class Outcome(models.TextChoices):
        """What a person decided later."""

        UPHELD = "upheld"
        CLEARED = "cleared"

    kind = models.CharField(max_length=8, choices=Kind)
    # Of the job, the upload or the job of the drawn picture: only its id.
    subject = models.UUIDField(null=True, db_index=True)
    # Whose sentence it was, where one is known: refusals add up.
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="screenings", db_index=False
    )
    result = models.CharField(max_length=8, choices=Result)
    category = models.CharField(max_length=16, blank=True)
    soft = models.BooleanField(default=False)
    scores = models.JSONField(default=dict)
    # [name, version, category, live or shadow, what was found] of every rule that spoke.
    rules = models.JSONField(default=list)
    # Of what was not simply allowed, so that rules can be tried on it and a person can look at it.
    text = models.TextField(blank=True)
    milliseconds = models.PositiveIntegerField(default=0)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["created"], condition=~models.Q(result="allowed"), name="screenings_that_spoke"),
            models.Index(
                fields=["person", "created"], condition=models.Q(result="blocked"), name="refusals_of_a_person"
            ),
            models.Index(fields=["outcome"], condition=~models.Q(outcome=""), name="screenings_decided"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.result} {self.category}"


class KnownBad(models.Model):
    """A picture that is not taken, by a hash: of the file (sha256) or of what is seen (pdq, dhash)."""

    class Kind(models.TextChoices):
        SHA256 = "sha256"
        PDQ = "pdq"
        DHASH = "dhash"

    kind = models.CharField(max_length=8, choices=Kind)
    hash = models.CharField(max_length=64)
    category = models.CharField(max_length=16)
    source = models.CharField(max_length=80, blank=True)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "hash"], name="one_known_bad_per_hash")]

    def __str__(self) -> str:
        return f"{self.kind} {self.hash[:16]}"
