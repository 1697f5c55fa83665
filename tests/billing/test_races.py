"""Many at once at one account: no effect twice, nothing lost, whichever comes first."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.db import connection

from accounts.models import Person
from billing import services
from billing.models import Entry
from tests.billing.ledgers import assert_whole, bought, carol, clawed, restored

MANY = 16
pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    gate = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        gate.wait()
        try:
            return act()
        except services.OutOfCredits:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


@pytest.fixture
def someone() -> Person:
    return carol()


def test_one_lot_however_often_it_is_told(someone: Person) -> None:
    told = at_once(*[lambda: bought(someone, 115, "paid")] * MANY)
    assert sorted(told) == [False] * (MANY - 1) + [True]
    assert services.balance_of(person=someone) == 115
    assert_whole()


def test_one_settles_a_reserve(someone: Person) -> None:
    bought(someone, 10, "pack")
    services.reserve(person=someone, amount=4, reference="call")
    acts = [lambda: services.capture(reference="call"), lambda: services.release(reference="call")]
    acts += [lambda: services.capture(reference="call", amount=1)]
    assert sum(at_once(*acts * 5)) == 1
    (entry,) = Entry.objects.filter(effect="settle:call")
    assert services.balance_of(person=someone) == 6 + entry.amount
    assert_whole()


def test_spending_while_it_is_taken_back(someone: Person) -> None:
    """Twelve spend one each of twelve, four take back three each: what was spent first is owed, to the credit."""
    bought(someone, 12, "pack")
    spend = [lambda n=n: services.reserve(person=someone, amount=1, reference=f"job {n}") for n in range(12)]
    take = [lambda n=n: clawed(someone, 3, f"refund {n}", of="pack") for n in range(4)]
    answers = at_once(*[act for four in zip(spend[::3], spend[1::3], spend[2::3], take, strict=True) for act in four])
    spent = sum(answer is None for answer in answers)
    assert spent + answers.count("refused") == 12
    assert (services.balance_of(person=someone), services.debt_of(person=someone)) == (0, spent)
    assert restored(someone, 12, "won", of="pack")
    assert (services.balance_of(person=someone), services.debt_of(person=someone)) == (12 - spent, 0)
    assert_whole()


def test_at_the_instant_of_its_end_a_lot_is_written_off_once(someone: Person) -> None:
    bought(someone, 5, "ends", days=1)
    bought(someone, 5, "stays", days=2)
    ends = services.lots_of(person=someone)[0].expires_at
    with time_machine.travel(ends, tick=False):
        spend = [lambda n=n: services.reserve(person=someone, amount=1, reference=f"job {n}") for n in range(8)]
        answers = at_once(*spend, *[services.expire_due] * 8)
        assert answers[:8].count(None) == 5
        assert services.balance_of(person=someone) == 0
    assert Entry.objects.filter(kind=Entry.Kind.EXPIRY).count() == 1
    assert_whole()
