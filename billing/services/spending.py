"""Reserve, then capture or release. Each is one transaction, or part of the caller's."""

from datetime import timedelta

from django.db import transaction

from accounts.models import Person
from billing.models import Account, Entry, Lot, Portion, Unit
from billing.services.book import Book, happened, hold_again, taken

# A reserve outlives its lot; given back after the lot's end, it can be spent for so much longer.
AFTER_ITS_END = timedelta(hours=24)


class OutOfCredits(Exception):
    """The balance does not cover it. Nothing was taken."""


class InDebt(OutOfCredits):
    """Something was taken back that had been spent, and until that is covered nothing can be spent."""


@transaction.atomic
def reserve(*, person: Person, amount: int, reference: str, unit: Unit = Unit.CREDIT) -> None:
    """Set `amount` aside, out of the lots that expire soonest."""
    if amount <= 0:
        raise ValueError(f"A reserve of {amount}.")
    account = Account.objects.filter(person=person, unit=unit).values_list("pk", flat=True).first()
    if account is None:
        raise OutOfCredits
    book = hold_again(account_id=account)
    if book.account.debt:
        raise InDebt
    if book.account.balance < amount:
        raise OutOfCredits
    entry = book.enter(Entry.Kind.RESERVE, -amount, reference=reference, effect=f"reserve:{reference}")
    book.move(entry, taken(book.lots, amount))


def capture(*, reference: str, amount: int | None = None) -> bool:
    """It was delivered: the reserve is spent, or `amount` of it and the rest released. True if this call settled it."""
    return _settle(reference, Entry.Kind.CAPTURE, amount)


def release(*, reference: str) -> bool:
    """Nothing came of it: the reserve goes back. True if this call settled it."""
    return _settle(reference, Entry.Kind.RELEASE, 0)


@transaction.atomic
def _settle(reference: str, kind: Entry.Kind, spent: int | None) -> bool:
    reserved = Entry.objects.get(effect=f"reserve:{reference}")
    book = hold_again(account_id=reserved.account_id)
    if happened(f"settle:{reference}"):
        return False
    back = 0 if spent is None else -reserved.amount - spent
    if not 0 <= back <= -reserved.amount:
        raise ValueError(f"{spent} of a reserve of {-reserved.amount}.")
    entry = book.enter(kind, back, reference=reference, effect=f"settle:{reference}", settles=reserved)
    book.repay(entry, _give_back(book, entry, reserved))
    return True


def _give_back(book: Book, entry: Entry, reserved: Entry) -> list[Lot]:
    """What is not spent goes where it came from. What was spent is what would have expired soonest."""
    left, reopened = entry.amount, []
    for portion in Portion.objects.filter(entry=reserved).select_related("lot").order_by("-pk"):
        part = min(left, -portion.amount)
        if part == 0:
            break
        left -= part
        lot = book.lot_like(portion.lot)
        if lot.closed_by_id is not None or (lot.expires_at is not None and lot.expires_at <= book.now):
            until = book.now + AFTER_ITS_END
            lot = book.open_lot(entry, source=lot.source, amount=part, expires_at=until)
        else:
            book.move(entry, [(lot, part)])
        reopened.append(lot)
    return reopened
