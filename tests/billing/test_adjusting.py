"""Operators change a balance by hand: with a reason, once, and never below nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from billing import services
from billing.models import Adjustment, Lot
from tests import people
from tests.billing.ledgers import assert_whole, bought, lines

pytestmark = pytest.mark.django_db
ADD = "/admin/billing/adjustment/add/"


@pytest.fixture
def operator(db: Any) -> Person:
    return people.make("operator", staff=True)


@pytest.fixture
def helper(db: Any) -> Person:
    """Staff without a right to anything."""
    person = people.make("helper")
    person.is_staff = True
    person.save()
    return person


def adjusted(person: Person, amount: int, operator: Person, key: str = "k", **more: Any) -> Adjustment:
    return services.adjust(person=person, amount=amount, reason="because", operator=operator, key=key, **more)


def test_given_and_taken(alice: Person, operator: Person) -> None:
    until = timezone.now() + timedelta(days=5)
    given = adjusted(alice, 10, operator, expires_at=until)
    taken = adjusted(alice, -20, operator, "l")
    assert lines(alice)[1:] == [("adjustment", 10, 0, 60), ("adjustment", -20, 0, 40)]
    # What expires soonest goes first.
    assert Lot.objects.get(opened_by__effect=given.effect).left == 0
    assert (taken.operator, taken.reason, services.balance_of(person=alice)) == (operator, "because", 40)
    assert_whole()


def test_given_pays_a_debt_first(alice: Person, operator: Person) -> None:
    bought(alice, 10, "purchase:1")
    services.reserve(person=alice, amount=60, reference="all")
    services.claw_back(
        person=alice, unit=services.Unit.CREDIT, amount=10, reference="p", effect="claw", lot_effect="purchase:1"
    )
    adjusted(alice, 12, operator)
    assert (services.balance_of(person=alice), services.debt_of(person=alice)) == (2, 0)
    assert_whole()


@pytest.mark.parametrize(
    "asked", [{"amount": 0}, {"amount": -51}, {"amount": 10**12}, {"reason": "  "}, {"amount": -1, "expires_at": 1}]
)
def test_refused(alice: Person, operator: Person, asked: dict[str, Any]) -> None:
    if "expires_at" in asked:
        asked["expires_at"] = timezone.now() + timedelta(days=1)
    with pytest.raises(services.CannotAdjust):
        services.adjust(**{"person": alice, "amount": 5, "reason": "r", "operator": operator, "key": "k", **asked})
    assert not Adjustment.objects.exists()
    assert services.balance_of(person=alice) == 50


def test_the_same_press_is_one_adjustment(alice: Person, bob: Person, operator: Person) -> None:
    assert adjusted(alice, 5, operator) == adjusted(alice, 5, operator)
    with pytest.raises(services.CannotAdjust):
        adjusted(bob, 5, operator)
    assert (services.balance_of(person=alice), services.balance_of(person=bob)) == (55, 50)


def test_the_database_refuses_one_without_a_reason(alice: Person) -> None:
    for wrong in ({"reason": ""}, {"amount": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Adjustment.objects.create(**{"person": alice, "operator": alice, "amount": 1, "reason": "r", **wrong})


def form(client: Client, person: Person, **changed: str) -> dict[str, str]:
    key = str(client.get(ADD).context["adminform"].form["key"].value())
    return {"person": str(person.pk), "unit": "credit", "amount": "5", "reason": "A slow week", "key": key, **changed}


def test_in_the_admin(alice: Person, operator: Person) -> None:
    client = people.browser_of(operator)
    said = form(client, alice)
    assert client.post(ADD, said).status_code == 302
    made = Adjustment.objects.get()
    assert (made.person, made.amount, made.operator, made.reason) == (alice, 5, operator, "A slow week")
    logged = LogEntry.objects.get()
    assert (logged.user, logged.object_id) == (operator, str(made.pk))
    # The same page pressed again, and one that takes too much, change nothing.
    assert "already exists" in client.post(ADD, said).content.decode()
    page = client.post(ADD, form(client, alice, amount="-900"), follow=True).content.decode()
    assert "Nothing was changed. Only 55 can be taken." in page
    assert (services.balance_of(person=alice), Adjustment.objects.count()) == (55, 1)
    assert LogEntry.objects.count() == 1


def test_nobody_edits_or_deletes_one(alice: Person, operator: Person) -> None:
    made = adjusted(alice, 5, operator)
    client = people.browser_of(operator)
    path = f"/admin/billing/adjustment/{made.pk}"
    assert client.get(f"{path}/change/").status_code == 200
    assert client.post(f"{path}/change/", {"amount": "500", "reason": "x"}).status_code == 403
    assert client.post(f"{path}/delete/", {"post": "yes"}).status_code == 403
    assert Adjustment.objects.get().amount == 5


def test_only_who_may(alice: Person, helper: Person, as_alice: Client, as_stranger: Client) -> None:
    as_helper = people.browser_of(helper)
    for client, status in ((as_alice, 302), (as_stranger, 302), (as_helper, 403)):
        assert client.get(ADD).status_code == status
        assert client.post(ADD, {"person": alice.pk, "amount": "5", "reason": "r", "key": "k"}).status_code == status
    helper.user_permissions.add(Permission.objects.get(codename="add_adjustment"))
    assert as_helper.get(ADD).status_code == 200
    assert not Adjustment.objects.exists()
