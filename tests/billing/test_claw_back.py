"""Refunds and disputes as the ledger knows them: taken back, owed, restored."""

import pytest
import time_machine

from accounts.models import Person
from billing import services
from billing.models import Account
from tests import people
from tests.billing.ledgers import DAY, NOON, assert_whole, bought, carol, clawed, left, lines, restored


@pytest.fixture
def someone(db: None) -> Person:
    with time_machine.travel(NOON, tick=False):
        yield carol()


def test_from_the_lot_itself_first(someone: Person) -> None:
    bought(someone, 10, "other", days=100)
    bought(someone, 10, "pack", days=200)
    assert clawed(someone, 4, "refund 1", of="pack")
    assert not clawed(someone, 4, "refund 1", of="pack")
    assert left(someone) == [("other", 10), ("pack", 6)]
    assert_whole()


def test_then_from_others_of_its_source_then_a_debt(someone: Person) -> None:
    bought(someone, 3, "gift", days=1, source="free")
    bought(someone, 2, "other", days=100)
    bought(someone, 10, "pack", days=200)
    services.reserve(person=someone, amount=9, reference="job")
    assert clawed(someone, 10, "refund", of="pack")
    assert left(someone) == []
    assert lines(someone)[-2:] == [("clawback", -6, 0, 0), ("debt", 0, 4, 0)]
    assert services.debt_of(person=someone) == 4
    assert_whole()


def test_a_debt_blocks_spending_until_it_is_covered(someone: Person) -> None:
    bought(someone, 10, "pack")
    bought(someone, 5, "gift", source="free")
    services.reserve(person=someone, amount=14, reference="job")
    services.capture(reference="job")
    clawed(someone, 10, "refund", of="pack")
    assert (services.balance_of(person=someone), services.debt_of(person=someone)) == (1, 10)
    with pytest.raises(services.InDebt):
        services.reserve(person=someone, amount=1, reference="more")
    bought(someone, 3, "little")
    with pytest.raises(services.OutOfCredits):
        services.reserve(person=someone, amount=1, reference="more")
    bought(someone, 30, "enough")
    assert services.debt_of(person=someone) == 0
    services.reserve(person=someone, amount=1, reference="more")
    assert_whole()


def test_what_was_reserved_pays_the_debt_when_it_is_released(someone: Person) -> None:
    bought(someone, 10, "pack")
    services.reserve(person=someone, amount=4, reference="job")
    clawed(someone, 10, "refund", of="pack")
    assert services.debt_of(person=someone) == 4
    services.release(reference="job")
    assert lines(someone)[-2:] == [("release", 4, 0, 4), ("repayment", -4, -4, 0)]
    assert services.debt_of(person=someone) == 0
    assert_whole()


def test_in_parts_until_all_is_back(someone: Person) -> None:
    bought(someone, 10, "pack")
    services.reserve(person=someone, amount=5, reference="job")
    for part in range(10):
        clawed(someone, 1, f"refund {part}", of="pack")
    assert (services.balance_of(person=someone), services.debt_of(person=someone)) == (0, 5)
    assert_whole()


def test_what_expired_unspent_is_not_owed(someone: Person) -> None:
    bought(someone, 10, "pack", days=1)
    services.reserve(person=someone, amount=3, reference="job")
    services.capture(reference="job")
    with time_machine.travel(NOON + 2 * DAY, tick=False):
        clawed(someone, 6, "first", of="pack")
        assert services.debt_of(person=someone) == 0
        clawed(someone, 4, "second", of="pack")
    assert services.debt_of(person=someone) == 3
    assert_whole()


def test_a_won_dispute_restores_with_the_first_end(someone: Person) -> None:
    bought(someone, 10, "pack", days=200)
    services.reserve(person=someone, amount=4, reference="job")
    clawed(someone, 10, "dispute", of="pack")
    assert restored(someone, 10, "won", of="pack")
    assert not restored(someone, 10, "won", of="pack")
    (lot,) = services.lots_of(person=someone)
    assert (lot.left, lot.expires_at, lot.source) == (6, NOON + 200 * DAY, "bought")
    assert services.debt_of(person=someone) == 0
    clawed(someone, 6, "refunded after all", of="pack")
    assert services.balance_of(person=someone) == 0
    assert_whole()


def test_restored_after_its_end_it_lasts_a_day(someone: Person) -> None:
    bought(someone, 10, "pack", days=1)
    clawed(someone, 10, "dispute", of="pack")
    with time_machine.travel(NOON + 5 * DAY, tick=False):
        restored(someone, 10, "won", of="pack")
        (lot,) = services.lots_of(person=someone)
        assert (lot.left, lot.expires_at) == (10, NOON + 6 * DAY)


def test_no_more_is_restored_than_was_clawed_back(someone: Person) -> None:
    bought(someone, 10, "pack")
    clawed(someone, 6, "dispute", of="pack")
    restored(someone, 5, "part", of="pack")
    with pytest.raises(services.NothingToRestore):
        restored(someone, 2, "too much", of="pack")
    with pytest.raises(services.NothingToRestore):
        restored(someone, 1, "nothing", of="another")
    assert services.balance_of(person=someone) == 9


def test_of_what_never_came_nothing_is_taken(someone: Person) -> None:
    bought(someone, 10, "pack")
    with pytest.raises(services.NoSuchLot):
        clawed(someone, 1, "refund", of="unknown")
    with pytest.raises(services.NoSuchLot):
        clawed(people.make_unverified("dave"), 1, "refund", of="pack")
    assert services.balance_of(person=someone) == 10
    assert not Account.objects.filter(debt__gt=0).exists()
