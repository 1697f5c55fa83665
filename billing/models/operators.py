"""What operators do with credits by hand: a change with its reason, and credits for artists who asked for them."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from billing.models.ledger import Unit

# More than this is a slip of the hand.
MOST_ADJUSTED = 1_000_000_000
MOST_GRANTED = 100_000


class Adjustment(models.Model):
    """A change of somebody's balance by an operator. Never edited: a wrong one is put right by another."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    unit = models.CharField(max_length=16, choices=Unit, default=Unit.CREDIT)
    amount = models.BigIntegerField(
        help_text="Less than nothing takes away. Credits, or millionths of a dollar (1000000 is $1)."
    )
    expires_at = models.DateTimeField(
        "expires", null=True, blank=True, help_text="Of what is given. Empty: it does not expire."
    )
    reason = models.TextField(max_length=500, help_text="The person reads it in the statement.")
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # Of the page where the button stood: pressing twice is adjusting once.
    key = models.CharField(max_length=64, unique=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=-MOST_ADJUSTED, amount__lte=MOST_ADJUSTED) & ~Q(amount=0),
                name="adjusts_something",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="adjusts_with_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.amount:+d} {self.unit} for {self.person}"

    @property
    def effect(self) -> str:
        """The ledger's name for it."""
        return f"adjustment:{self.pk}"


class Application(models.Model):
    """An artist asks for credits. Whoever decides it first has decided it; the person is told once."""

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        GRANTED = "granted", "granted"
        DECLINED = "declined", "declined"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    work = models.URLField(max_length=300, help_text="Where their work can be seen.")
    words = models.TextField(max_length=2000, help_text="What they want to make.")
    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    amount = models.PositiveIntegerField(null=True)  # null until granted
    expires_at = models.DateTimeField(null=True)
    answer = models.TextField(max_length=2000, blank=True, help_text="What the person is told.")
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("person",), condition=Q(state="waiting"), name="one_application_waits_for_a_person"
            ),
            models.CheckConstraint(
                condition=(Q(state="granted") & Q(amount__gte=1, amount__lte=MOST_GRANTED, expires_at__isnull=False))
                | (~Q(state="granted") & Q(amount__isnull=True, expires_at__isnull=True)),
                name="granted_so_many_until",
            ),
        ]
        indexes = [
            models.Index(fields=("person", "-created"), name="applications_of_a_person"),
            models.Index(fields=("created",), name="applications_waiting", condition=Q(state="waiting")),
            models.Index(
                fields=("decided_at",),
                name="decisions_to_tell",
                condition=Q(decided_at__isnull=False, told_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.state}"

    @property
    def effect(self) -> str:
        """The ledger's name for the lot of a granted one."""
        return f"application:{self.pk}"


class LedgerCheck(models.Model):
    """What came of proving the ledger (services/reconcile.py), for the operators' health page."""

    finished = models.DateTimeField(auto_now_add=True)
    seconds = models.FloatField()
    accounts = models.PositiveBigIntegerField()
    entries = models.PositiveBigIntegerField()
    differences = models.PositiveIntegerField()
    first = models.TextField(blank=True, help_text="The first difference, in words.")

    class Meta:
        get_latest_by = "finished"

    def __str__(self) -> str:
        return f"{self.differences} differences in {self.entries} entries"
