"""What moderators decided, what follows from it for people, and what people say to that."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from moderation.models.cases import Case

PERSON = settings.AUTH_USER_MODEL
EMPTY_LIST = models.Value([], models.JSONField())


class Decision(models.Model):
    """One moderator, one case, one or several acts. What holds for a person is read from the decisions that stand, so
    one that is turned around takes along exactly what it did (services/standing.py)."""

    class Act(models.TextChoices):
        CLEAR = "clear"
        REMOVE = "remove"
        STRIKE = "strike"
        SUSPEND = "suspend"
        DEACTIVATE = "deactivate"
        REINSTATE = "reinstate"

    class State(models.TextChoices):
        WAITING = "waiting"  # for a second moderator
        STANDS = "stands"
        REVERSED = "reversed"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    person = models.ForeignKey(PERSON, null=True, on_delete=models.SET_NULL, related_name="decisions")
    moderator = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    acts = models.JSONField(default=list, db_default=EMPTY_LIST)
    reason = models.CharField(max_length=24, blank=True, help_text="The part of the policy.")
    words = models.TextField(blank=True, help_text="What the person sees.")
    note = models.TextField(blank=True, help_text="For moderators alone.")
    suspended_until = models.DateTimeField(null=True, help_text="Where it suspends, by itself or by its points.")
    state = models.CharField(max_length=8, choices=State, default=State.STANDS)
    created = models.DateTimeField(default=timezone.now)
    seconds = models.PositiveIntegerField(default=0, help_text="From the claim to the decision.")
    seconded_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    seconded_at = models.DateTimeField(null=True)
    reversed_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    reversed_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True, help_text="When those concerned were told, after the time for undoing.")
    alone = models.BooleanField(default=False, help_text="By an operator, where nobody else could.")
    batch = models.UUIDField(null=True, help_text="What was decided with one press.")

    class Meta:
        indexes = [
            models.Index(fields=["created"], condition=models.Q(told_at=None), name="rulings_to_tell"),
            models.Index(fields=["person", "state"], name="decisions_on_a_person"),
            models.Index(fields=["created"], name="decisions_by_time"),
        ]

    def __str__(self) -> str:
        return f"{', '.join(self.acts)}: {self.case_id}"


class Strike(models.Model):
    """Points against a person. They expire; taken back they are voided, never deleted."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="strikes")
    person = models.ForeignKey(PERSON, on_delete=models.CASCADE, related_name="strikes")
    points = models.PositiveSmallIntegerField()
    created = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["person", "expires_at"], name="strikes_that_count")]

    def __str__(self) -> str:
        return f"{self.points} to {self.person_id}"


class Standing(models.Model):
    """What holds for a person now: worked out from the decisions that stand, kept so that asking is one look-up."""

    person = models.OneToOneField(PERSON, primary_key=True, on_delete=models.CASCADE, related_name="standing")
    suspended_until = models.DateTimeField(null=True)
    deactivated_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.person_id}"


class Appeal(models.Model):
    """A person says that a decision, or a filter's refusal, was wrong. One for each."""

    class State(models.TextChoices):
        WAITING = "waiting"
        UPHELD = "upheld"
        DENIED = "denied"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="appeals")
    decision = models.OneToOneField(Decision, null=True, on_delete=models.PROTECT, related_name="appeal")
    # Of a filter's refusal: the thing refused, once.
    refused = models.UUIDField(null=True, unique=True)
    person = models.ForeignKey(PERSON, on_delete=models.CASCADE, related_name="appeals")
    words = models.TextField(blank=True)
    created = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    decided_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)
    alone = models.BooleanField(default=False, help_text="By an operator, where nobody else could.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decision=None, refused__isnull=False)
                | models.Q(decision__isnull=False, refused=None),
                name="appeal_of_one_thing",
            )
        ]
        indexes = [models.Index(fields=["case"], condition=models.Q(state="waiting"), name="appeals_that_wait")]

    def __str__(self) -> str:
        return f"{self.state}: {self.case_id}"


class Pardon(models.Model):
    """Exactly this content may pass for this person, whatever the filters say of it."""

    person = models.ForeignKey(PERSON, on_delete=models.CASCADE, related_name="pardons")
    sha256 = models.CharField(max_length=64, help_text="Of a sentence as it is screened, or of a picture's file.")
    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="pardons")
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "sha256"], name="pardoned_once")]

    def __str__(self) -> str:
        return f"{self.sha256[:12]} for {self.person_id}"


class SecondLook(models.Model):
    """A sample of the decisions, looked at once more by somebody who does not know what was decided."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="second_look")
    created = models.DateTimeField(default=timezone.now)
    moderator = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)
    breach = models.BooleanField(null=True, help_text="What the second one says.")

    class Meta:
        indexes = [models.Index(fields=["created"], condition=models.Q(done_at=None), name="second_looks_to_do")]

    def __str__(self) -> str:
        return f"{self.decision_id}"
