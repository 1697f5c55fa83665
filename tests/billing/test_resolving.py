"""A payment that was held is credited or sent back, by one press, once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client

from accounts.models import Person
from billing import services
from billing.models import Purchase, Refund, Resolution
from tests import people
from tests.billing.ledgers import assert_whole
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(db: None) -> Person:
    return people.make("operator", staff=True)


@pytest.fixture
def free(alice: Person) -> int:
    return services.balance_of(person=alice)


def held(shop: Shop, person: Person, *, amount: int = 500, currency: str = "usd") -> Purchase:
    purchase = shop.begin(person)
    shop.tell(shop.stripe.pay(purchase.session, amount=amount, currency=currency))
    purchase.refresh_from_db()
    assert purchase.state == Purchase.State.HELD
    return purchase


def press(office: Client, purchase: Purchase, what: str) -> str:
    address = f"/admin/billing/purchase/{purchase.pk}/"
    if what:
        return office.post(f"{address}resolve/", {"what": what}, follow=True).content.decode()
    return office.get(f"{address}change/").content.decode()


def test_credited_for_what_was_really_paid(
    shop: Shop, alice: Person, as_alice: Client, operator: Person, free: int
) -> None:
    purchase, office = held(shop, alice, amount=700, currency="eur"), people.browser_of(operator)
    page = press(office, purchase, "")
    assert "This payment is held: Asked for" in page and "Credit what was asked" in page and "refund/" not in page
    page = press(office, purchase, "credited")
    assert "The payment is credited." in page and "Credit what was asked" not in page
    purchase.refresh_from_db()
    assert (purchase.state, purchase.amount, purchase.currency) == ("paid", 700, "eur")
    assert purchase.problem.startswith("Asked for")
    assert services.balance_of(person=alice) == free + 115
    assert Resolution.objects.get().operator == operator
    assert LogEntry.objects.filter(object_id=str(purchase.pk), user=operator).count() == 1
    assert "115 credits added" in as_alice.get(f"/credits/purchases/{purchase.pk}").content.decode()
    # What goes back later is reckoned of what was paid: half of it, half of the credits.
    shop.tell(shop.stripe.refund(purchase.session, 350))
    assert services.balance_of(person=alice) == free + 115 - 57
    assert_whole()


def test_sent_back(shop: Shop, alice: Person, as_alice: Client, operator: Person, free: int) -> None:
    """All of it, though it is more than the pack costs."""
    purchase, office = held(shop, alice, amount=150_000), people.browser_of(operator)
    assert "The payment is sent back." in press(office, purchase, "sent_back")
    refund = Refund.objects.get()
    assert (refund.amount, refund.state, refund.operator) == (150_000, "done", operator)
    for _ in range(2):
        shop.tell(shop.stripe.events[-1])
        services.settle(purchase_id=purchase.pk)
    purchase.refresh_from_db()
    assert (purchase.state, purchase.refunded, purchase.taken_back) == ("returned", 150_000, 0)
    assert services.balance_of(person=alice) == free
    assert "The money goes back" in as_alice.get(f"/credits/purchases/{purchase.pk}").content.decode()
    assert "$1,500 sent back" in as_alice.get("/credits/payments").content.decode()


@pytest.mark.parametrize("first", Resolution.What.values)
def test_what_is_decided_stays(shop: Shop, alice: Person, operator: Person, free: int, first: str) -> None:
    purchase, office = held(shop, alice), people.browser_of(operator)
    press(office, purchase, first)
    after = services.balance_of(person=alice)
    for again in Resolution.What.values:
        assert "Nothing was changed. It is not held any more." in press(office, purchase, again)
    assert (services.balance_of(person=alice), Resolution.objects.count()) == (after, 1)
    assert len(shop.stripe.refunds) == (first == "sent_back")
    assert_whole()


@pytest.mark.django_db(transaction=True)
def test_four_operators_at_once(shop: Shop, alice: Person, operator: Person, free: int) -> None:
    """Two want to credit, two to send back: one has its way."""
    purchase, gate = held(shop, alice), Barrier(4)

    def decide(number: int) -> bool:
        try:
            gate.wait()
            what = Resolution.What.values[number % 2]
            services.resolve_held(purchase_id=purchase.pk, what=Resolution.What(what), operator=operator)
        except services.CannotResolve:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(decide, range(4))) == 1
    credited = Resolution.objects.get().what == "credited"
    assert services.balance_of(person=alice) == free + 115 * credited
    assert len(shop.stripe.refunds) == (not credited)
    assert_whole()


def test_what_went_back_before_is_not_credited(shop: Shop, alice: Person, operator: Person, free: int) -> None:
    purchase = held(shop, alice, amount=1000)
    shop.stripe.refund(purchase.session, 500)
    services.resolve_held(purchase_id=purchase.pk, what=Resolution.What.CREDITED, operator=operator)
    assert services.balance_of(person=alice) == free + 115 - 57
    assert_whole()


def test_stripe_is_away(shop: Shop, alice: Person, operator: Person, free: int) -> None:
    """Before anything is decided: nothing. After: the clock sends it back."""
    purchase, office = held(shop, alice), people.browser_of(operator)
    shop.stripe.faults = ["500"] * 3
    assert "Nothing was changed: press again." in press(office, purchase, "sent_back")
    assert not Resolution.objects.exists()
    shop.stripe.faults = ["", "lost", "500", "500"]
    assert "what is left is done by itself" in press(office, purchase, "sent_back")
    services.catch_up()
    assert [refund["amount"] for refund in shop.stripe.refunds.values()] == [500]
    assert Refund.objects.get().state == "done"


def test_who_may(shop: Shop, alice: Person, as_alice: Client, as_stranger: Client) -> None:
    purchase, address = held(shop, alice), "/admin/billing/purchase/{}/resolve/"
    for client in (as_alice, as_stranger):
        answer = client.post(address.format(purchase.pk), {"what": "credited"})
        assert (answer.status_code, "/admin/login/" in answer["Location"]) == (302, True)
    clerk = people.make("clerk", staff=True)
    clerk.is_superuser = False
    clerk.save()
    assert people.browser_of(clerk).post(address.format(purchase.pk), {"what": "credited"}).status_code == 403
    assert not Resolution.objects.exists()
