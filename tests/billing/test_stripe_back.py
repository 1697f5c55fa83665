"""Row 29: money that goes back takes its credits along, once; what comes again restores them. By whomever."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Person
from billing import services
from billing.models import Purchase, Refund, Unit
from tests import people
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def free(alice: Person) -> int:
    return services.balance_of(person=alice)


def has(person: Person) -> int:
    assert services.unbalanced() == []
    return services.balance_of(person=person)


def test_parts_are_clawed_once_and_add_up(shop: Shop, alice: Person, free: int) -> None:
    """Three refunds of a third: rounded of the whole each time, so that nothing is lost between them."""
    purchase = shop.bought(alice)
    for refunded, left in ((500, 115 - 38), (1000, 115 - 76), (1500, 0)):
        event = shop.stripe.refund(purchase.session, 500)
        for _ in range(3):
            shop.tell(event)
        assert has(alice) == free + left
        purchase.refresh_from_db()
        assert (purchase.refunded, purchase.taken_back) == (refunded, 115 - left)


def test_a_refund_before_the_message_that_it_was_paid(shop: Shop, alice: Person, free: int) -> None:
    purchase = shop.begin(alice)
    paid = shop.stripe.pay(purchase.session)
    shop.tell(shop.stripe.refund(purchase.session, 750))
    assert has(alice) == free + 115 - 57
    shop.tell(paid)
    assert has(alice) == free + 115 - 57


def test_what_was_spent_becomes_a_debt(shop: Shop, alice: Person, free: int) -> None:
    purchase = shop.bought(alice)
    services.reserve(person=alice, amount=free + 100, reference="spent")
    services.capture(reference="spent")
    shop.tell(shop.stripe.refund(purchase.session, 1500))
    assert (has(alice), services.debt_of(person=alice)) == (0, 100)
    assert "You owe 100 credits" in people.browser_of(alice).get("/credits/buy").content.decode()
    with pytest.raises(services.OutOfCredits):
        services.reserve(person=alice, amount=1, reference="blocked")
    shop.bought(alice)
    assert (has(alice), services.debt_of(person=alice)) == (15, 0)


def test_a_refund_that_did_not_arrive(shop: Shop, alice: Person, free: int) -> None:
    purchase = shop.bought(alice)
    shop.tell(shop.stripe.refund(purchase.session, 1500))
    assert has(alice) == free
    shop.tell(shop.stripe.fail_refund(purchase.session))
    assert has(alice) == free + 115


@pytest.mark.parametrize("won", [True, False])
def test_a_dispute(shop: Shop, alice: Person, free: int, won: bool) -> None:
    purchase = shop.bought(alice)
    event = shop.stripe.dispute(purchase.session)
    shop.tell(event)
    assert has(alice) == free
    closed = shop.stripe.close_dispute(purchase.session, won=won)
    for told in (closed, event, closed):
        shop.tell(told)
    assert has(alice) == (free + 115 if won else free)
    purchase.refresh_from_db()
    assert purchase.disputed == (0 if won else 1500)


def test_a_dispute_before_the_message_that_it_was_paid(shop: Shop, alice: Person, free: int) -> None:
    """It names a payment that we have not heard of: Stripe is asked whose that is."""
    purchase = shop.begin(alice)
    paid = shop.stripe.pay(purchase.session)
    shop.tell(shop.stripe.dispute(purchase.session))
    purchase.refresh_from_db()
    assert (purchase.state, purchase.disputed) == ("paid", 1500)
    shop.tell(paid)
    assert has(alice) == free


def test_an_inquiry_moves_no_money(shop: Shop, alice: Person, free: int) -> None:
    purchase = shop.bought(alice)
    shop.tell(shop.stripe.dispute(purchase.session, status="warning_needs_response"))
    assert has(alice) == free + 115


def test_half_refunded_and_the_rest_disputed(shop: Shop, alice: Person, free: int) -> None:
    purchase = shop.bought(alice)
    shop.tell(shop.stripe.refund(purchase.session, 600))
    shop.tell(shop.stripe.dispute(purchase.session))
    assert has(alice) == free
    shop.tell(shop.stripe.close_dispute(purchase.session, won=True))
    assert has(alice) == free + 115 - 46


def test_more_than_was_paid_takes_no_more_than_was_given(shop: Shop, alice: Person, free: int) -> None:
    purchase = shop.bought(alice)
    shop.stripe.refund(purchase.session, 1000)
    shop.tell(shop.stripe.dispute(purchase.session, 1500))
    assert has(alice) == free


def test_money_of_the_api(shop: Shop, alice: Person) -> None:
    pack = shop.pack
    pack.pk, pack.unit, pack.gives, pack.amount = None, Unit.MICRO_DOLLAR, 10_000_000, 1000
    pack.save()
    purchase = shop.bought(alice, pack)
    shop.tell(shop.stripe.refund(purchase.session, 333))
    assert services.balance_of(person=alice, unit=Unit.MICRO_DOLLAR) == 6_670_000


# From the admin


@pytest.fixture
def operator(db: None) -> Person:
    return people.make("operator", staff=True)


@pytest.fixture
def office(operator: Person) -> Client:
    return people.browser_of(operator)


def send_back(office: Client, purchase: Purchase, amount: str, reason: str = "asked for it") -> str:
    address = f"/admin/billing/purchase/{purchase.pk}/refund/"
    return office.post(address, {"amount": amount, "reason": reason}, follow=True).content.decode()


def test_an_operator_sends_back(shop: Shop, alice: Person, office: Client, operator: Person, free: int) -> None:
    purchase = shop.bought(alice)
    page = office.get(f"/admin/billing/purchase/{purchase.pk}/change/").content.decode()
    assert f"/admin/billing/purchase/{purchase.pk}/refund/" in page
    assert "Sent back." in send_back(office, purchase, "5.00")
    made = Refund.objects.get()
    assert (made.amount, made.state, made.operator, made.reason) == (500, "done", operator, "asked for it")
    assert made.stripe_id in shop.stripe.refunds
    assert has(alice) == free + 115 - 38
    # Stripe's own message comes too, and changes nothing.
    shop.tell(shop.stripe.events[-1])
    assert has(alice) == free + 115 - 38


@pytest.mark.parametrize("amount", ["0", "-5", "15.01", "1e9", "0.001", "NaN", "five"])
def test_amounts_that_are_not_sent(shop: Shop, alice: Person, office: Client, free: int, amount: str) -> None:
    purchase = shop.bought(alice)
    assert "errorlist" in send_back(office, purchase, amount)
    assert not Refund.objects.exists() and not shop.stripe.refunds
    assert has(alice) == free + 115


def test_twice_is_no_more_than_once(shop: Shop, alice: Person, office: Client) -> None:
    purchase = shop.bought(alice)
    send_back(office, purchase, "10")
    assert "more than can still be sent back" in send_back(office, purchase, "10")
    assert "errorlist" in send_back(office, purchase, "1", " ")
    assert sum(refund["amount"] for refund in shop.stripe.refunds.values()) == 1000


@pytest.mark.django_db(transaction=True)
def test_four_operators_at_once(shop: Shop, alice: Person, operator: Person, free: int) -> None:
    """Each wants to send back more than half: one does."""
    purchase, gate = shop.bought(alice), Barrier(4)

    def send(_: int) -> bool:
        try:
            gate.wait()
            services.refund(purchase_id=purchase.pk, amount=800, reason="asked", operator=operator)
        except services.CannotRefund:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(send, range(4))) == 1
    assert [refund["amount"] for refund in shop.stripe.refunds.values()] == [800]
    assert has(alice) == free + 115 - 61


def test_row_28_a_refund_whose_answer_is_lost(shop: Shop, alice: Person, office: Client, free: int) -> None:
    purchase = shop.bought(alice)
    shop.stripe.faults = ["lost", "500", "500"]
    assert "asked for again by itself" in send_back(office, purchase, "15")
    assert Refund.objects.get().state == "asked"
    assert "more than can still be sent back" in send_back(office, purchase, "15")
    services.catch_up()
    assert Refund.objects.get().state == "done"
    assert len(shop.stripe.refunds) == 1
    assert has(alice) == free


def test_stripe_refuses_the_refund(shop: Shop, alice: Person, office: Client, free: int) -> None:
    """Somebody was quicker in Stripe's dashboard, and we have not heard of it."""
    purchase = shop.bought(alice)
    shop.stripe.refund(purchase.session, 1500)
    assert "Stripe refused" in send_back(office, purchase, "15")
    assert Refund.objects.get().state == "refused"


def test_who_may_look_may_not_send_back(shop: Shop, alice: Person) -> None:
    purchase = shop.bought(alice)
    clerk = people.make("clerk")
    clerk.is_staff = True
    clerk.save()
    address = f"/admin/billing/purchase/{purchase.pk}/refund/"
    assert people.browser_of(clerk).post(address, {"amount": "1", "reason": "r"}).status_code == 403
    assert people.browser_of(alice).post(address, {"amount": "1", "reason": "r"}).status_code == 302
    assert not Refund.objects.exists()
