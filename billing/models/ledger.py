"""The ledger: accounts, the lots that credits come in, the entries that say what happened, and their parts in lots.

An entry and its portions are written once, and a trigger of the database refuses to change them. What can be changed
(an account's balance and debt, what is left of a lot) is a sum of them, kept at hand.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Unit(models.TextChoices):
    """What an account counts, always in whole numbers of it."""

    CREDIT = "credit"
    MICRO_DOLLAR = "micro_dollar"


class Account(models.Model):
    """What a person has of one unit. `debt` is what was taken back when it had been spent: while there is any,
    nothing can be spent, and what comes in pays it first."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    unit = models.CharField(max_length=16, choices=Unit, default=Unit.CREDIT, db_default=Unit.CREDIT)
    balance = models.BigIntegerField(default=0)
    debt = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "unit"], name="one_account_of_a_unit"),
            models.CheckConstraint(condition=Q(balance__gte=0), name="balance_not_negative"),
            models.CheckConstraint(condition=Q(debt__gte=0), name="debt_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.balance} {self.unit}"


class Entry(models.Model):
    """One line of the ledger. `effect` is unique, so no effect happens twice: a reserve is settled once, by its capture
    or by its release, because both carry the same effect."""

    class Kind(models.TextChoices):
        GRANT = "grant"
        PURCHASE = "purchase"
        ADJUSTMENT = "adjustment"
        RESERVE = "reserve"
        CAPTURE = "capture"
        RELEASE = "release"
        EXPIRY = "expiry"
        CLAWBACK = "clawback"
        DEBT = "debt"
        RESTORE = "restore"
        REPAYMENT = "repayment"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=16, choices=Kind)
    amount = models.BigIntegerField(help_text="What it did to the balance.")
    owed = models.BigIntegerField(default=0, db_default=0, help_text="What it did to the debt.")
    balance = models.BigIntegerField(default=0, db_default=0, help_text="The account's balance after it.")
    reference = models.CharField(max_length=100)
    effect = models.CharField(max_length=200, unique=True)
    settles = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="settled_by")
    about = models.ForeignKey(
        "Lot", null=True, on_delete=models.PROTECT, related_name="+", help_text="The lot taken back, or restored."
    )
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "entries"
        indexes = [
            # A page of the statement, whole or of some kinds, costs the same however long the ledger is.
            models.Index(fields=["account", "-id"], name="entries_of_an_account"),
            models.Index(fields=["account", "kind", "-id"], name="entries_of_a_kind"),
            models.Index(fields=["account", "reference"], name="entries_of_a_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount:+d} ({self.reference})"


class Lot(models.Model):
    """Credits that came together and expire together. One that was closed by its expiry never gets anything back."""

    class Source(models.TextChoices):
        FREE = "free"
        BOUGHT = "bought"
        SUBSIDISED = "subsidised"
        ADJUSTED = "adjusted"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="lots")
    source = models.CharField(max_length=16, choices=Source)
    granted = models.BigIntegerField()
    left = models.BigIntegerField()
    expires_at = models.DateTimeField(null=True)
    opened_by = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="opened")
    closed_by = models.OneToOneField(Entry, null=True, on_delete=models.PROTECT, related_name="closed")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(granted__gt=0), name="lot_of_something"),
            models.CheckConstraint(condition=Q(left__gte=0, left__lte=F("granted")), name="lot_left_within"),
        ]
        indexes = [
            models.Index(fields=["account", "expires_at"], name="lots_with_something_left", condition=Q(left__gt=0)),
            models.Index(fields=["expires_at"], name="lots_to_expire", condition=Q(left__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.left} of {self.granted} {self.source}"


class Portion(models.Model):
    """What an entry took from a lot, or put there. An entry's amount is the sum of its portions, what is left of a lot
    the sum of those in it."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="portions")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="portions")
    amount = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.amount:+d} of lot {self.lot_id}"
