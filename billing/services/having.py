"""What somebody has, until when, and when more comes: what the header opens, and what is said when nothing is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.conf import settings
from django.utils import timezone

from accounts.models import Person
from billing.models import Lot, Unit
from billing.services.describing import source_in_words
from billing.services.grants import free_credits_refusal, next_refill
from billing.services.reading import balance_of, debt_of, lots_of


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What came from one source and expires at one time."""

    words: str
    left: int
    expires_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Having:
    unit: str
    balance: int
    debt: int
    kept: Sequence[Kept]
    refill: int
    refill_at: datetime | None
    refusal: str


def having(*, person: Person, unit: Unit = Unit.CREDIT) -> Having:
    refill_at = next_refill(person=person) if unit == Unit.CREDIT and settings.MONTHLY_CREDITS else None
    return Having(
        unit=unit,
        balance=balance_of(person=person, unit=unit),
        debt=debt_of(person=person, unit=unit),
        kept=_kept(person, unit),
        refill=settings.MONTHLY_CREDITS,
        # One that is late comes within a minute: a time that is over would only puzzle.
        refill_at=refill_at if refill_at is not None and refill_at > timezone.now() else None,
        refusal=free_credits_refusal(person=person) if unit == Unit.CREDIT else "",
    )


def _kept(person: Person, unit: Unit) -> list[Kept]:
    """In the order in which it is spent."""

    def alike(lot: Lot) -> tuple[str, datetime | None]:
        return lot.source, lot.expires_at

    return [
        Kept(words=source_in_words(source), left=sum(lot.left for lot in lots), expires_at=expires_at)
        for (source, expires_at), lots in groupby(lots_of(person=person, unit=unit), key=alike)
    ]
