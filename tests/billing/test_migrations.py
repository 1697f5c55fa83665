"""Ledgers from before there were lots: everybody's balance is there afterwards, in a lot, and what is open settles."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from accounts.models import Person
from billing import services
from billing.models import Entry, FreeCredits
from tests.billing.ledgers import assert_whole

BEFORE = [("billing", "0001_initial")]
VERIFIED = datetime(2026, 10, 31, 9, tzinfo=UTC)


@pytest.fixture
def before(transactional_db: None) -> Iterator[object]:
    executor = MigrationExecutor(connection)
    executor.migrate(BEFORE)
    yield MigrationExecutor(connection).loader.project_state(BEFORE).apps
    now()


def now() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_what_there_was_is_in_lots(before) -> None:
    OldAccount, OldEntry = before.get_model("billing", "Account"), before.get_model("billing", "Entry")
    people = [
        Person.objects.create(email=email, password="!", verified_at=VERIFIED)
        for email in ("ann.lee@gmail.com", "annlee@gmail.com")
    ]
    nobody = Person.objects.create(email="dave@example.com", password="!")
    for person in people:
        account = OldAccount.objects.create(person_id=person.pk, balance=48)
        steps = [("grant", 50, "first month"), ("reserve", -1, "a"), ("reserve", -1, "b"), ("reserve", -1, "c")]
        entries = [
            OldEntry.objects.create(
                account=account, kind=kind, amount=amount, reference=name, effect=f"{kind}:{name}:{person.pk}"
            )
            for kind, amount, name in steps
        ]
        for kind, back, reserved in (("capture", 0, entries[1]), ("release", 1, entries[2])):
            OldEntry.objects.create(
                account=account,
                kind=kind,
                amount=back,
                reference=reserved.reference,
                effect=f"settle:{reserved.reference}:{person.pk}",
                settles=reserved,
            )
    now()
    assert_whole()
    first, second = people
    assert [services.balance_of(person=person) for person in (first, second, nobody)] == [48, 48, 0]
    (lot,) = services.lots_of(person=first)
    assert (lot.source, lot.granted, lot.left, lot.expires_at.day) == ("free", 50, 48, 28)
    balances = Entry.objects.filter(account__person=first).order_by("pk").values_list("balance", flat=True)
    assert list(balances) == [50, 49, 48, 47, 47, 48]
    # One of the two goes on getting free credits; neither gets any for the month it is in.
    assert services.refill_due() == 0
    assert [free.refusal for free in FreeCredits.objects.order_by("person")] == ["", "same_person"]
    assert services.next_refill(person=first) == lot.expires_at
    # What was reserved before is settled after.
    services.reserve(person=first, amount=48, reference="new")
    assert services.release(reference="new")
    with pytest.raises(DatabaseError):
        Entry.objects.filter(account__person=first).update(amount=0)
    assert_whole()


def test_an_open_reserve_of_before_is_released_after(before) -> None:
    OldAccount, OldEntry = before.get_model("billing", "Account"), before.get_model("billing", "Entry")
    person = Person.objects.create(email="carol@example.com", password="!", verified_at=VERIFIED)
    account = OldAccount.objects.create(person_id=person.pk, balance=49)
    OldEntry.objects.create(account=account, kind="grant", amount=50, reference="first month", effect="grant")
    OldEntry.objects.create(account=account, kind="reserve", amount=-1, reference="open", effect="reserve:open")
    now()
    assert services.release(reference="open")
    assert services.balance_of(person=person) == 50
    assert_whole()
