"""Lots: what is spent first, what expires, what a reserve keeps beyond its lot's end."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from accounts.models import Person
from billing import services
from billing.models import Account, Entry, Lot, Unit
from tests import people
from tests.billing.ledgers import DAY, NOON, assert_whole, bought, carol, left, lines


@pytest.fixture
def clock(db: None) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def someone(clock: time_machine.Traveller) -> Person:
    return carol()


def test_what_expires_soonest_is_spent_first(someone: Person) -> None:
    bought(someone, 5, "later", days=200)
    bought(someone, 3, "sooner", days=100)
    services.add_lot(
        person=someone,
        unit=Unit.CREDIT,
        source=Lot.Source.ADJUSTED,
        amount=2,
        expires_at=None,
        reference="never",
        effect="never",
    )
    services.reserve(person=someone, amount=4, reference="job")
    assert left(someone) == [("later", 4), ("never", 2)]
    services.release(reference="job")
    assert left(someone) == [("sooner", 3), ("later", 5), ("never", 2)]
    assert_whole()


def test_a_lot_comes_once(someone: Person) -> None:
    assert bought(someone, 5, "once")
    assert not bought(someone, 5, "once")
    assert services.balance_of(person=someone) == 5


def test_of_a_partial_capture_the_rest_goes_back_where_it_lasts_longest(someone: Person) -> None:
    bought(someone, 3, "sooner", days=100)
    bought(someone, 5, "later", days=200)
    services.reserve(person=someone, amount=6, reference="call")
    assert services.capture(reference="call", amount=4)
    assert left(someone) == [("later", 4)]
    assert not services.release(reference="call")
    assert lines(someone)[-1] == ("capture", 2, 0, 4)
    assert_whole()


@pytest.mark.parametrize("spent", [-1, 7])
def test_a_capture_of_what_was_not_reserved_is_refused(someone: Person, spent: int) -> None:
    bought(someone, 6, "lot")
    services.reserve(person=someone, amount=6, reference="call")
    with pytest.raises(ValueError):
        services.capture(reference="call", amount=spent)
    assert services.release(reference="call")
    assert services.balance_of(person=someone) == 6


@pytest.mark.parametrize("late", [False, True])
def test_what_expired_cannot_be_spent(someone: Person, clock: time_machine.Traveller, late: bool) -> None:
    """Late: the task that writes expiries has not run."""
    bought(someone, 5, "ends", days=1)
    bought(someone, 2, "stays", days=9)
    clock.move_to(NOON + DAY)
    if not late:
        assert services.expire_due() == 1
    assert services.balance_of(person=someone) == 2
    with pytest.raises(services.OutOfCredits):
        services.reserve(person=someone, amount=3, reference="job")
    services.reserve(person=someone, amount=2, reference="job")
    assert lines(someone)[2:] == [("expiry", -5, 0, 2), ("reserve", -2, 0, 0)]
    assert services.expire_due() == 0
    assert_whole()


def test_a_moment_before_its_end_a_lot_is_spent(someone: Person, clock: time_machine.Traveller) -> None:
    bought(someone, 1, "ends", days=1)
    clock.move_to(NOON + DAY - timedelta(microseconds=1))
    services.reserve(person=someone, amount=1, reference="job")


def test_a_reserve_outlives_its_lot_and_lasts_a_day_more(someone: Person, clock: time_machine.Traveller) -> None:
    bought(someone, 5, "ends", days=1)
    services.reserve(person=someone, amount=2, reference="drawn")
    services.reserve(person=someone, amount=2, reference="failed")
    clock.move_to(NOON + 3 * DAY)
    services.expire_due()
    assert services.balance_of(person=someone) == 0
    assert services.capture(reference="drawn")
    assert services.release(reference="failed")
    (lot,) = services.lots_of(person=someone)
    assert (lot.left, lot.expires_at, lot.source) == (2, NOON + 4 * DAY, "bought")
    clock.move_to(NOON + 4 * DAY)
    assert services.balance_of(person=someone) == 0
    services.expire_due()
    assert lines(someone)[-1] == ("expiry", -2, 0, 0)
    assert_whole()


def test_a_clock_that_goes_back_opens_no_closed_lot(someone: Person, clock: time_machine.Traveller) -> None:
    bought(someone, 5, "ends", days=1)
    services.reserve(person=someone, amount=2, reference="job")
    clock.move_to(NOON + 3 * DAY)
    services.expire_due()
    clock.move_to(NOON)
    assert services.release(reference="job")
    assert left(someone) == [("settle:job", 2)]
    clock.move_to(NOON + 3 * DAY)
    services.expire_due()
    assert services.balance_of(person=someone) == 0
    assert_whole()


def test_money_is_an_account_of_its_own(someone: Person) -> None:
    bought(someone, 5, "credits")
    services.add_lot(
        person=someone,
        unit=Unit.MICRO_DOLLAR,
        source=Lot.Source.BOUGHT,
        amount=5_000_000_000,
        expires_at=None,
        reference="top-up",
        effect="top-up",
    )
    services.reserve(person=someone, amount=60_000, reference="call", unit=Unit.MICRO_DOLLAR)
    services.capture(reference="call", amount=40_000)
    assert services.balance_of(person=someone, unit=Unit.MICRO_DOLLAR) == 4_999_960_000
    assert services.balance_of(person=someone) == 5
    assert Account.objects.filter(person=someone).count() == 2
    assert_whole()


def test_the_statement_goes_back_page_by_page(someone: Person) -> None:
    bought(someone, 50, "lot")
    for number in range(7):
        services.reserve(person=someone, amount=1, reference=str(number))
        services.capture(reference=str(number))
    seen: list[Entry] = []
    page = services.statement(person=someone, size=4)
    while True:
        seen += page.entries
        if page.older is None:
            break
        page = services.statement(person=someone, size=4, before=page.older)
    assert [entry.pk for entry in seen] == sorted((entry.pk for entry in Entry.objects.all()), reverse=True)
    spent = services.statement(person=someone, kinds=[Entry.Kind.RESERVE], size=7)
    assert [entry.reference for entry in spent.entries] == list("6543210")
    assert spent.older is None
    assert services.statement(person=people.make_unverified("dave")).entries == []
