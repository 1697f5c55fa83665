from django.conf import settings
from django.db import models


class Account(models.Model):
    """A person's credits. `balance` is the cached sum of the entries, changed only together with one."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    balance = models.IntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(balance__gte=0), name="balance_not_negative")]

    def __str__(self) -> str:
        return f"{self.person}: {self.balance}"


class Entry(models.Model):
    """One line of the ledger. Lines are added, never changed. `effect` is unique, so no effect happens twice:
    a reserve is settled once, by its capture or by its release, because both carry the same effect."""

    class Kind(models.TextChoices):
        GRANT = "grant"
        RESERVE = "reserve"
        CAPTURE = "capture"
        RELEASE = "release"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=16, choices=Kind)
    amount = models.IntegerField()
    reference = models.CharField(max_length=64)
    effect = models.CharField(max_length=100, unique=True)
    settles = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="settled_by")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "entries"

    def __str__(self) -> str:
        return f"{self.kind} {self.amount:+d} ({self.reference})"
