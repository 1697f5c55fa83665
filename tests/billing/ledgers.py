"""Acts on a ledger as tests name them: credits of carol, who has no free ones."""

from datetime import UTC, datetime, timedelta

from django.utils import timezone

from accounts.models import Person
from billing import services
from billing.models import Entry, Lot, Unit
from tests import people

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def carol() -> Person:
    return people.make_unverified("carol")


def bought(
    person: Person, amount: int, effect: str, *, days: float = 365, source: Lot.Source = Lot.Source.BOUGHT
) -> bool:
    return services.add_lot(
        person=person,
        unit=Unit.CREDIT,
        source=source,
        amount=amount,
        expires_at=timezone.now() + days * DAY,
        reference=effect,
        effect=effect,
    )


def clawed(person: Person, amount: int, effect: str, *, of: str) -> bool:
    return services.claw_back(
        person=person, unit=Unit.CREDIT, amount=amount, reference=of, effect=effect, lot_effect=of
    )


def restored(person: Person, amount: int, effect: str, *, of: str) -> bool:
    return services.restore(person=person, unit=Unit.CREDIT, amount=amount, reference=of, effect=effect)


def left(person: Person) -> list[tuple[str, int]]:
    """What is left in which lot, by what opened it, in the order in which it is spent."""
    return [(lot.opened_by.effect, lot.left) for lot in services.lots_of(person=person)]


def lines(person: Person) -> list[tuple[str, int, int, int]]:
    """Every entry: kind, amount, what it did to the debt, the balance after it."""
    entries = Entry.objects.filter(account__person=person).order_by("pk")
    return list(entries.values_list("kind", "amount", "owed", "balance"))


def assert_whole() -> None:
    assert services.reconcile().differences == ()
    assert services.unbalanced() == []
