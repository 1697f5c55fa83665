"""What can be bought, what was bought, and what Stripe told us of it."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q

from billing.models.ledger import Unit

# Stripe's own most, for currencies of two decimals.
MOST_MONEY = 99_999_999
MOST_GIVEN = 10_000_000_000


class Pack(models.Model):
    """Something for sale: credits, or money for the API. An operator edits these; a purchase copies what it needs."""

    name = models.CharField(max_length=80, help_text="As people read it, on the page and on Stripe's.")
    unit = models.CharField(max_length=16, choices=Unit, default=Unit.CREDIT)
    gives = models.PositiveBigIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(MOST_GIVEN)],
        help_text="How many credits, or millionths of a dollar for the API (10000000 is $10).",
    )
    amount = models.PositiveIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(MOST_MONEY)],
        help_text="The price in the smallest unit of the currency: 1500 is $15, and ¥1500 is 1500.",
    )
    currency = models.CharField(
        max_length=3,
        default="usd",
        validators=[RegexValidator("^[a-z]{3}$", "Three small letters, as in usd.")],
    )
    active = models.BooleanField(default=True, help_text="Off: not sold any more. What was begun is still honoured.")

    class Meta:
        ordering = ("unit", "amount", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=1, amount__lte=MOST_MONEY, gives__gte=1, gives__lte=MOST_GIVEN),
                name="pack_in_bounds",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Purchase(models.Model):
    """One visit to Stripe's page. The row is made before the session is, and says for good what was offered for how
    much. `version` fences: what Stripe says is applied only to the row that was read before Stripe was asked."""

    class State(models.TextChoices):
        OPEN = "open", "not paid"
        WAITING = "waiting", "waiting for the bank"
        PAID = "paid", "paid"
        FAILED = "failed", "the bank refused"
        EXPIRED = "expired", "not paid in time"
        HELD = "held", "paid, but not what was asked"
        RETURNED = "returned", "held, then sent back"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    pack = models.ForeignKey(Pack, on_delete=models.PROTECT, related_name="purchases")
    # Of the page where the button stood: pressing twice is buying once.
    key = models.CharField(max_length=64)
    name = models.CharField(max_length=80)
    unit = models.CharField(max_length=16, choices=Unit)
    gives = models.PositiveBigIntegerField()
    amount = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    # Everything that the session is made from is kept, since a retry must say the same to be known as one.
    email = models.EmailField()
    page = models.CharField(max_length=500)
    state = models.CharField(max_length=16, choices=State, default=State.OPEN)
    version = models.PositiveIntegerField(default=0)
    session = models.CharField(max_length=255, null=True, unique=True)  # null: Stripe has not answered yet
    session_url = models.TextField(blank=True)
    payment_intent = models.CharField(max_length=255, null=True, unique=True)  # null: there is none before paying
    receipt_url = models.TextField(blank=True)
    # Money that went back, by refunds and by disputes that hold or took it; and what was clawed back for it.
    refunded = models.PositiveIntegerField(default=0)
    disputed = models.PositiveIntegerField(default=0)
    taken_back = models.PositiveBigIntegerField(default=0)
    problem = models.TextField(blank=True)
    created = models.DateTimeField(auto_now_add=True)
    paid_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)
    receipt_mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("person", "key"), name="one_purchase_per_press"),
            models.CheckConstraint(
                condition=Q(refunded__lte=F("amount"), disputed__lte=F("amount"), taken_back__lte=F("gives")),
                name="no_more_back_than_there_was",
            ),
        ]
        indexes = [
            models.Index(fields=("person", "-created"), name="purchases_of_a_person"),
            models.Index(fields=("looked_at",), name="purchases_undecided", condition=Q(state__in=("open", "waiting"))),
            models.Index(
                fields=("paid_at",), name="receipts_to_mail", condition=Q(state="paid", receipt_mailed_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.state}"

    @property
    def effect(self) -> str:
        """The ledger's name for the lot of this purchase."""
        return f"purchase:{self.pk}"


class Resolution(models.Model):
    """What an operator did about a payment that was held. One for each, and never another."""

    class What(models.TextChoices):
        CREDITED = "credited", "credited"
        SENT_BACK = "sent_back", "sent back"

    purchase = models.OneToOneField(Purchase, primary_key=True, on_delete=models.PROTECT, related_name="resolution")
    what = models.CharField(max_length=16, choices=What)
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.what} by {self.operator}"


class Refund(models.Model):
    """Money that an operator sends back. Its id is the key under which Stripe does it once."""

    class State(models.TextChoices):
        ASKED = "asked", "asked"
        DONE = "done", "done"
        REFUSED = "refused", "refused by Stripe"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purchase = models.ForeignKey(Purchase, on_delete=models.PROTECT, related_name="refunds")
    amount = models.PositiveIntegerField()
    reason = models.TextField()
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, choices=State, default=State.ASKED)
    stripe_id = models.CharField(max_length=255, blank=True)
    problem = models.TextField(blank=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gte=1), name="refunds_something")]

    def __str__(self) -> str:
        return f"{self.amount} of {self.purchase_id}"


class StripeEvent(models.Model):
    """What Stripe sent, once for each of its ids. It is a nudge to look at a purchase; `acted_at` says that we did."""

    id = models.CharField(primary_key=True, max_length=255)
    kind = models.CharField(max_length=100)
    created = models.DateTimeField()
    received = models.DateTimeField(auto_now_add=True)
    # When we fetched a list that had it: what is older and was sent, we have.
    listed_at = models.DateTimeField(null=True)
    acted_at = models.DateTimeField(null=True)
    # Nobody's: of another product of the same Stripe account, or a customer whom we do not know.
    purchase = models.ForeignKey(Purchase, null=True, on_delete=models.PROTECT, related_name="events")
    tries = models.PositiveIntegerField(default=0)
    problem = models.TextField(blank=True)
    # What it spoke of, to act again without being told again.
    about = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=("received",), name="events_not_acted", condition=Q(acted_at__isnull=True)),
            models.Index(fields=("-created",), name="events_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
