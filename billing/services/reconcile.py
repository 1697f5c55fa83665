"""Proves that what is kept at hand is the sum of what happened."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from billing.models import Account, Entry, Lot, Portion


@dataclass(frozen=True)
class Reconciliation:
    accounts: int
    entries: int
    differences: tuple[str, ...]


def reconcile() -> Reconciliation:
    """Every sum of the ledger against what it must be. Reads all of it."""
    return Reconciliation(Account.objects.count(), Entry.objects.count(), tuple(_differences()))


def unbalanced() -> list[int]:
    """Accounts whose cached balance, debt or lots are not the sum of their entries. Must be empty."""
    found = {account.pk for account in _wrong_accounts()}
    found |= {lot.account_id for lot in _wrong_lots()} | {entry.account_id for entry in _wrong_entries()}
    return sorted(found)


def _differences() -> Iterator[str]:
    for account in _wrong_accounts():
        sums = (account.entered, account.in_lots, account.owed)  # type: ignore[attr-defined]
        yield (
            f"account {account.pk}: balance {account.balance} and debt {account.debt}, "
            f"but its entries come to {sums[0]}, its lots to {sums[1]}, its debts to {sums[2]}"
        )
    for lot in _wrong_lots():
        yield f"lot {lot.pk} of account {lot.account_id}: {lot.left} left, but its portions come to {lot.parts}"  # type: ignore[attr-defined]
    for entry in _wrong_entries():
        yield f"entry {entry.pk} of account {entry.account_id}: {entry.amount}, but its portions come to {entry.parts}"  # type: ignore[attr-defined]


def _wrong_accounts() -> QuerySet[Account]:
    entries, lots = Entry.objects.filter(account=OuterRef("pk")), Lot.objects.filter(account=OuterRef("pk"))
    sums = Account.objects.annotate(
        entered=_sum(entries, "account", "amount"),
        owed=_sum(entries, "account", "owed"),
        in_lots=_sum(lots, "account", "left"),
    )
    right = {"balance": F("entered"), "debt": F("owed")}
    return sums.exclude(**right, in_lots=F("balance"))


def _wrong_lots() -> QuerySet[Lot]:
    parts = _sum(Portion.objects.filter(lot=OuterRef("pk")), "lot", "amount")
    return Lot.objects.annotate(parts=parts).exclude(left=F("parts"))


def _wrong_entries() -> QuerySet[Entry]:
    parts = _sum(Portion.objects.filter(entry=OuterRef("pk")), "entry", "amount")
    return Entry.objects.annotate(parts=parts).exclude(amount=F("parts"))


def _sum(rows: QuerySet[Any], of: str, field: str) -> Coalesce:
    sums = rows.order_by().values(of).annotate(sum=Sum(field)).values("sum")
    return Coalesce(Subquery(sums, output_field=BigIntegerField()), 0, output_field=BigIntegerField())
