"""What comes in and what is taken back, within the caller's transaction. Each is idempotent by its effect."""

import logging
from datetime import datetime

from django.db import DatabaseError, transaction
from django.db.models import Sum
from django.utils import timezone

from accounts.models import Person
from billing.models import Entry, Lot, Portion, Unit
from billing.services.book import BalanceMoved, Book, happened, hold, hold_again, taken
from billing.services.spending import AFTER_ITS_END

logger = logging.getLogger(__name__)

KIND_OF = {
    Lot.Source.FREE: Entry.Kind.GRANT,
    Lot.Source.BOUGHT: Entry.Kind.PURCHASE,
    Lot.Source.SUBSIDISED: Entry.Kind.GRANT,
    Lot.Source.ADJUSTED: Entry.Kind.ADJUSTMENT,
}


class NoSuchLot(Exception):
    """Nothing came in with this effect, so nothing of it can be taken back."""


class NothingToRestore(Exception):
    """Less than this was taken back under this reference."""


@transaction.atomic
def add_lot(
    *,
    person: Person,
    unit: Unit,
    source: Lot.Source,
    amount: int,
    expires_at: datetime | None,
    reference: str,
    effect: str,
) -> bool:
    """True the first time; what it brings pays a debt first."""
    _positive(amount)
    book = hold(person=person, unit=unit)
    if happened(effect):
        return False
    entry = book.enter(KIND_OF[source], amount, reference=reference, effect=effect)
    lot = book.open_lot(entry, source=source, amount=amount, expires_at=expires_at)
    book.repay(entry, [lot])
    return True


@transaction.atomic
def claw_back(*, person: Person, unit: Unit, amount: int, reference: str, effect: str, lot_effect: str) -> bool:
    """Takes from the lot that `lot_effect` opened, then from others of its source. What had been spent becomes a debt;
    what had expired unspent counts as given back."""
    _positive(amount)
    book = hold(person=person, unit=unit)
    if happened(effect):
        return False
    lot = Lot.objects.filter(opened_by__effect=lot_effect, account=book.account).first()
    if lot is None:
        raise NoSuchLot(lot_effect)
    lot = book.lot_like(lot)
    others = [other for other in book.lots if other.source == lot.source and other.pk != lot.pk]
    from_it = taken([lot], amount)
    rest = amount + _sum(from_it)
    excused = min(rest, _expired(lot))
    from_others = taken(others, rest - excused)
    parts = [*from_it, *from_others]
    entry = book.enter(Entry.Kind.CLAWBACK, _sum(parts), reference=reference, effect=effect, about=lot)
    # What had expired comes back and goes, so that it can be excused once only.
    book.move(entry, [*parts, *([(lot, excused), (lot, -excused)] if excused else [])])
    if owed := rest - excused + _sum(from_others):
        book.enter(Entry.Kind.DEBT, 0, owed=owed, reference=reference, effect=f"debt:{effect}")
    return True


@transaction.atomic
def restore(*, person: Person, unit: Unit, amount: int, reference: str, effect: str) -> bool:
    """Undoes as much of what was clawed back under this reference: the debt first, then a lot that ends when the
    clawed one would have."""
    _positive(amount)
    book = hold(person=person, unit=unit)
    if happened(effect):
        return False
    clawed = Entry.objects.filter(account=book.account, reference=reference, kind=Entry.Kind.CLAWBACK)
    last = clawed.select_related("about").order_by("-pk").first()
    if last is None or last.about is None or amount > _restorable(book, reference):
        raise NothingToRestore(reference)
    until = last.about.expires_at
    if until is not None and until <= book.now:
        until = book.now + AFTER_ITS_END
    entry = book.enter(Entry.Kind.RESTORE, amount, reference=reference, effect=effect, about=last.about)
    lot = book.open_lot(entry, source=last.about.source, amount=amount, expires_at=until)
    book.repay(entry, [lot])
    return True


def expire_due(*, limit: int = 500) -> int:
    """Writes what has expired in accounts that nobody touches; how many there were. One that fails stops no other."""
    over = Lot.objects.filter(left__gt=0, expires_at__lte=timezone.now())
    written = 0
    for account in list(over.values_list("account", flat=True).distinct()[:limit]):
        try:
            # To hold an account is to write what has expired in it.
            with transaction.atomic():
                hold_again(account_id=account)
            written += 1
        except (DatabaseError, BalanceMoved):
            logger.exception("what expired in account %s was not written", account)
    return written


def _positive(amount: int) -> None:
    if amount <= 0:
        raise ValueError(f"{amount} is no amount.")


def _sum(parts: list[tuple[Lot, int]]) -> int:
    return sum(part for _lot, part in parts)


def _expired(lot: Lot) -> int:
    """What of the lot expired, and was not yet counted as given back."""
    if lot.closed_by is None:
        return 0
    counted = Portion.objects.filter(lot=lot, amount__gt=0, entry__kind=Entry.Kind.CLAWBACK)
    return -lot.closed_by.amount - (counted.aggregate(sum=Sum("amount"))["sum"] or 0)


def _restorable(book: Book, reference: str) -> int:
    """What was clawed back under the reference (taken, owed or excused) less what was restored."""
    entries = Entry.objects.filter(account=book.account, reference=reference)
    kinds = Entry.Kind
    total = 0
    for amount, owed in entries.filter(kind__in=[kinds.CLAWBACK, kinds.DEBT, kinds.RESTORE]).values_list(
        "amount", "owed"
    ):
        total += owed - amount
    excused = Portion.objects.filter(entry__in=entries.filter(kind=kinds.CLAWBACK), amount__gt=0)
    return total + (excused.aggregate(sum=Sum("amount"))["sum"] or 0)
