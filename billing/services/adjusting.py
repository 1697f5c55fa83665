"""An operator changes somebody's balance by hand, and says why."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Person
from billing.models import Adjustment, Entry, Lot, Unit
from billing.services.book import hold, taken
from billing.services.lots import add_lot


class CannotAdjust(Exception):
    """Why not, in words for the operator. Nothing was changed."""


@transaction.atomic
def adjust(
    *,
    person: Person,
    amount: int,
    reason: str,
    operator: Person,
    key: str,
    unit: Unit = Unit.CREDIT,
    expires_at: datetime | None = None,
) -> Adjustment:
    """The same key is the same adjustment, done once."""
    reason = reason.strip()
    if amount == 0 or not reason:
        raise CannotAdjust("An adjustment needs an amount and a reason.")
    if expires_at is not None and (amount < 0 or expires_at <= timezone.now()):
        raise CannotAdjust("Only what is given expires, and not in the past.")
    made = Adjustment(
        person=person, unit=unit, amount=amount, reason=reason, operator=operator, key=key, expires_at=expires_at
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        return _made_before(made)
    (_give if amount > 0 else _take)(made)
    return made


def top_up(*, person: Person, amount: int, reference: str) -> None:
    """Money for the API, from an operator at the command line. The same reference again is the same money."""
    add_lot(
        person=person,
        unit=Unit.MICRO_DOLLAR,
        source=Lot.Source.ADJUSTED,
        amount=amount,
        expires_at=None,
        reference=reference,
        effect=f"top-up:{reference}",
    )


def _give(made: Adjustment) -> None:
    add_lot(
        person=made.person,
        unit=Unit(made.unit),
        source=Lot.Source.ADJUSTED,
        amount=made.amount,
        expires_at=made.expires_at,
        reference=made.effect,
        effect=made.effect,
    )


def _take(made: Adjustment) -> None:
    """Out of the lots that expire soonest. A balance is never taken below nothing, and debts are not made by hand."""
    book = hold(person=made.person, unit=Unit(made.unit))
    if book.account.balance < -made.amount:
        raise CannotAdjust(f"Only {book.account.balance} can be taken.")
    entry = book.enter(Entry.Kind.ADJUSTMENT, made.amount, reference=made.effect, effect=made.effect)
    book.move(entry, taken(book.lots, -made.amount))


def _made_before(asked: Adjustment) -> Adjustment:
    made = Adjustment.objects.filter(key=asked.key).first()
    if made is None:
        raise CannotAdjust("The database refuses it: the amount is out of bounds.")
    if (made.person_id, made.unit, made.amount) != (asked.person_id, asked.unit, asked.amount):
        raise CannotAdjust("This page has made another adjustment already. Load it anew.")
    return made
