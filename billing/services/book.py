"""An account as it is held by whoever writes in it: the only place where the ledger's rows change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Person
from billing.models import Account, Entry, Lot, Portion, Unit
from billing.signals import balance_changed

# Open pages hear of these with the request that they are of.
TOLD_WITH_A_REQUEST = (Entry.Kind.RESERVE, Entry.Kind.CAPTURE, Entry.Kind.RELEASE)
SOONEST_FIRST = (F("expires_at").asc(nulls_last=True), "pk")


class BalanceMoved(Exception):
    """Somebody wrote in an account that was held. Never seen while every writer holds it; nothing was written."""


@dataclass
class Book:
    """One account within a transaction: what is left in its lots, and the ways to write.

    Writers wait for each other at the account's row (in SQLite, where their transactions begin). Every change is a
    compare-and-set besides, so that a writer who did not wait fails instead of overspending."""

    account: Account
    lots: list[Lot]
    now: datetime

    def enter(
        self,
        kind: Entry.Kind,
        amount: int,
        *,
        reference: str,
        effect: str,
        owed: int = 0,
        settles: Entry | None = None,
        about: Lot | None = None,
    ) -> Entry:
        """A line, together with the balance and the debt that it makes. Its portions are the caller's to write."""
        account = self.account
        balance, debt = account.balance + amount, account.debt + owed
        unmoved = Account.objects.filter(pk=account.pk, balance=account.balance, debt=account.debt)
        if not unmoved.update(balance=balance, debt=debt):
            raise BalanceMoved
        account.balance, account.debt = balance, debt
        if amount and account.unit == Unit.CREDIT and kind not in TOLD_WITH_A_REQUEST:
            balance_changed.send(sender=Account, person_id=account.person_id)
        return Entry.objects.create(
            account=account,
            kind=kind,
            amount=amount,
            owed=owed,
            balance=balance,
            reference=reference,
            effect=effect,
            settles=settles,
            about=about,
        )

    def move(self, entry: Entry, parts: Iterable[tuple[Lot, int]], **changes: Any) -> None:
        """What the entry takes from lots (less than nothing) or puts into them."""
        portions: list[Portion] = []
        for lot, amount in parts:
            left = lot.left + amount
            if not Lot.objects.filter(pk=lot.pk, left=lot.left).update(left=left, **changes):
                raise BalanceMoved
            lot.left = left
            portions.append(Portion(entry=entry, lot=lot, amount=amount))
        Portion.objects.bulk_create(portions)

    def open_lot(self, entry: Entry, *, source: str, amount: int, expires_at: datetime | None) -> Lot:
        lot = Lot.objects.create(
            account=self.account, source=source, granted=amount, left=amount, expires_at=expires_at, opened_by=entry
        )
        Portion.objects.create(entry=entry, lot=lot, amount=amount)
        self.lots.append(lot)
        self.lots.sort(key=soonest)
        return lot

    def lot_like(self, read: Lot) -> Lot:
        """The lot as the book holds it, where it does: a second copy would not know what was written since."""
        return next((lot for lot in self.lots if lot.pk == read.pk), read)

    def repay(self, came: Entry, lots: Sequence[Lot]) -> None:
        """What came in pays the debt first."""
        amount = min(self.account.debt, came.amount)
        if amount > 0:
            entry = self.enter(
                Entry.Kind.REPAYMENT, -amount, owed=-amount, reference=came.reference, effect=f"repay:{came.effect}"
            )
            self.move(entry, taken(sorted(lots, key=soonest), amount))

    def expire(self) -> int:
        """Writes what has expired by now. Nobody can spend it after that, and nobody can hold the book before."""
        over = [lot for lot in self.lots if lot.expires_at is not None and lot.expires_at <= self.now]
        for lot in over:
            entry = self.enter(Entry.Kind.EXPIRY, -lot.left, reference=f"lot {lot.pk}", effect=f"expiry:{lot.pk}")
            self.move(entry, [(lot, -lot.left)], closed_by=entry)
            self.lots.remove(lot)
        return len(over)


def hold(*, person: Person, unit: Unit) -> Book:
    """The person's account, made if there is none. Only inside a transaction."""
    Account.objects.get_or_create(person=person, unit=unit)
    return _hold(Q(person=person, unit=unit))


def hold_again(*, account_id: int) -> Book:
    return _hold(Q(pk=account_id))


def _hold(which: Q) -> Book:
    account = Account.objects.select_for_update().get(which)
    lots = list(Lot.objects.filter(account=account, left__gt=0).order_by(*SOONEST_FIRST))
    book = Book(account, lots, timezone.now())
    book.expire()
    return book


def soonest(lot: Lot) -> tuple[bool, datetime | None, int]:
    return (lot.expires_at is None, lot.expires_at, lot.pk)


def happened(effect: str) -> bool:
    return Entry.objects.filter(effect=effect).exists()


def taken(lots: Iterable[Lot], amount: int) -> list[tuple[Lot, int]]:
    """So much from these lots in their order, or what there is."""
    parts: list[tuple[Lot, int]] = []
    for lot in lots:
        part = min(lot.left, amount)
        if part > 0:
            parts.append((lot, -part))
            amount -= part
    return parts
