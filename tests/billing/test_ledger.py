from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from accounts.models import Person
from billing import services
from billing.models import Account, Entry
from tests import people

FIRST = settings.FIRST_MONTH_CREDITS


def test_first_month_is_granted_once(alice: Person) -> None:
    assert services.balance_of(person=alice) == FIRST
    services.on_person_verified(person=alice)
    assert not services.refill_due()
    assert services.balance_of(person=alice) == FIRST


def test_capture_spends_and_release_gives_back(alice: Person) -> None:
    services.reserve(person=alice, amount=1, reference="a")
    services.reserve(person=alice, amount=1, reference="b")
    assert services.capture(reference="a")
    assert services.release(reference="b")
    assert services.balance_of(person=alice) == FIRST - 1
    assert services.unbalanced() == []


@pytest.mark.parametrize(("first", "then"), [("capture", "release"), ("release", "capture"), ("release", "release")])
def test_a_reserve_is_settled_once(alice: Person, first: str, then: str) -> None:
    services.reserve(person=alice, amount=1, reference="a")
    assert getattr(services, first)(reference="a")
    balance = services.balance_of(person=alice)
    assert not getattr(services, then)(reference="a")
    assert services.balance_of(person=alice) == balance


def test_the_same_reserve_twice_is_refused_whole(alice: Person) -> None:
    services.reserve(person=alice, amount=1, reference="a")
    with pytest.raises(IntegrityError), transaction.atomic():
        services.reserve(person=alice, amount=1, reference="a")
    assert services.balance_of(person=alice) == FIRST - 1


def test_more_than_there_is_takes_nothing(alice: Person) -> None:
    with pytest.raises(services.OutOfCredits):
        services.reserve(person=alice, amount=FIRST + 1, reference="a")
    assert services.balance_of(person=alice) == FIRST
    with pytest.raises(services.OutOfCredits):
        services.reserve(person=people.make_unverified("carol"), amount=1, reference="b")


def test_the_database_refuses_a_debt(alice: Person) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.filter(person=alice).update(balance=-1)


def test_the_reconciler_sees_a_wrong_balance(alice: Person) -> None:
    Account.objects.filter(person=alice).update(balance=FIRST + 1)
    assert services.unbalanced() == [Account.objects.get(person=alice).pk]


@pytest.mark.django_db(transaction=True)
def test_sixteen_at_once_for_the_last_credit(alice: Person) -> None:
    services.reserve(person=alice, amount=FIRST - 1, reference="the others")

    def take(number: int) -> bool:
        try:
            services.reserve(person=alice, amount=1, reference=str(number))
        except services.OutOfCredits:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(16) as threads:
        won = list(threads.map(take, range(16)))
    assert sum(won) == 1
    assert services.balance_of(person=alice) == 0
    assert Entry.objects.filter(kind=Entry.Kind.RESERVE).count() == 2
    assert services.unbalanced() == []
