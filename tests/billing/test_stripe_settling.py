"""Rows 22, 24 to 27: a purchase is credited when it is paid, once, by whoever comes first."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from billing import services, stripe_gateway
from billing.models import Entry, Purchase, StripeEvent
from billing.services import catching_up, settling
from tests.billing.shop import Shop
from tests.stripe_double import KEY

pytestmark = pytest.mark.django_db


@pytest.fixture
def free(alice: Person) -> int:
    return services.balance_of(person=alice)


def purchases_entered() -> int:
    return Entry.objects.filter(kind=Entry.Kind.PURCHASE).count()


@pytest.mark.django_db(transaction=True)
def test_row_22_the_same_message_ten_times_at_once(shop: Shop, alice: Person, free: int) -> None:
    purchase = shop.begin(alice)
    event, gate = shop.stripe.pay(purchase.session), Barrier(10)

    def tell(_: int) -> None:
        try:
            gate.wait()
            shop.tell(event)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as threads:
        list(threads.map(tell, range(10)))
    assert services.balance_of(person=alice) == free + 115
    assert purchases_entered() == StripeEvent.objects.count() == 1
    assert services.unbalanced() == []


def test_an_older_answer_is_not_laid_over_a_newer(
    shop: Shop, alice: Person, free: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """We asked Stripe, and were slow: meanwhile more money went back, and somebody else has applied that."""
    purchase, asked = shop.bought(alice), stripe_gateway.payment
    shop.stripe.refund(purchase.session, 300)

    def slow(session: str) -> stripe_gateway.Payment:
        monkeypatch.setattr(stripe_gateway, "payment", asked)
        older = asked(session)
        shop.stripe.refund(session, 500)
        services.settle(purchase_id=purchase.pk)
        return older

    monkeypatch.setattr(stripe_gateway, "payment", slow)
    settled = services.settle(purchase_id=purchase.pk)
    assert (settled.refunded, settled.taken_back) == (800, 61)
    assert services.balance_of(person=alice) == free + 115 - 61
    assert services.unbalanced() == []


def test_credits_last_a_year(shop: Shop, alice: Person, free: int) -> None:
    purchase = shop.bought(alice)
    lot = services.lots_of(person=alice).last()
    assert (lot.source, lot.left) == ("bought", 115)
    assert timedelta(days=365) <= lot.expires_at - purchase.paid_at <= timedelta(days=366)


def test_the_return_page_credits_and_the_message_comes_late(
    shop: Shop, alice: Person, as_alice: Client, free: int
) -> None:
    purchase = shop.begin(alice)
    page = as_alice.get(f"/credits/purchases/{purchase.pk}").content.decode()
    assert "Not paid yet" in page
    Purchase.objects.update(looked_at=None)
    event = shop.stripe.pay(purchase.session)
    page = as_alice.get(f"/credits/purchases/{purchase.pk}").content.decode()
    assert "115 credits added" in page and "Receipt at Stripe" in page and f"{free + 115} credits" in page
    shop.tell(event)
    assert services.balance_of(person=alice) == free + 115
    assert purchases_entered() == 1


def test_somebody_elses_purchase_is_not_there(shop: Shop, alice: Person, as_bob: Client, as_stranger: Client) -> None:
    purchase = shop.begin(alice)
    assert as_bob.get(f"/credits/purchases/{purchase.pk}").status_code == 404
    answer = as_stranger.get(f"/credits/purchases/{purchase.pk}")
    assert (answer.status_code, answer["Location"].startswith("/accounts/login/")) == (302, True)


def test_somebody_elses_session(shop: Shop, alice: Person, bob: Person, as_bob: Client) -> None:
    """Bob comes back with the session that Alice paid: ours is the one we asked for, whatever the address says."""
    paid, open_ = shop.begin(alice), shop.begin(bob)
    before = services.balance_of(person=bob)
    shop.stripe.pay(paid.session)
    address = f"/credits/purchases/{open_.pk}?session_id={paid.session}"
    assert "Not paid yet" in as_bob.get(address).content.decode()
    assert services.balance_of(person=bob) == before


def test_row_24_complete_and_not_paid(shop: Shop, alice: Person, as_alice: Client, free: int) -> None:
    purchase = shop.begin(alice)
    shop.tell(shop.stripe.pay_later(purchase.session))
    assert "Waiting for your bank" in as_alice.get(f"/credits/purchases/{purchase.pk}").content.decode()
    assert services.balance_of(person=alice) == free
    shop.tell(shop.stripe.bank_says(purchase.session, yes=True))
    assert services.balance_of(person=alice) == free + 115


def test_row_24_the_bank_says_no(shop: Shop, alice: Person, as_alice: Client, free: int) -> None:
    purchase = shop.begin(alice)
    shop.tell(shop.stripe.pay_later(purchase.session))
    shop.tell(shop.stripe.bank_says(purchase.session, yes=False))
    assert "The bank said no" in as_alice.get(f"/credits/purchases/{purchase.pk}").content.decode()
    assert services.balance_of(person=alice) == free


def test_not_paid_in_time(shop: Shop, alice: Person, as_alice: Client, free: int) -> None:
    purchase = shop.begin(alice)
    shop.tell(shop.stripe.expire(purchase.session))
    assert "Not paid in time" in as_alice.get(f"/credits/purchases/{purchase.pk}").content.decode()
    assert services.balance_of(person=alice) == free


@pytest.mark.parametrize("wrong", [{"amount": 1}, {"amount": 0}, {"amount": 150_000}, {"currency": "jpy"}])
def test_row_25_another_amount_or_currency(
    shop: Shop, alice: Person, as_alice: Client, free: int, wrong: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    purchase = shop.begin(alice)
    shop.tell(shop.stripe.pay(purchase.session, **wrong))
    purchase.refresh_from_db()
    assert purchase.state == Purchase.State.HELD
    assert services.balance_of(person=alice) == free
    assert "nothing was credited" in caplog.text
    page = as_alice.get(f"/credits/purchases/{purchase.pk}").content.decode()
    assert "not what was asked" in page and str(purchase.pk) in page


def test_row_26_a_crash_inside_the_handler(
    shop: Shop, alice: Person, free: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The transaction breaks after the row and before the credits: neither is there, and the next message does both."""
    purchase = shop.begin(alice)
    event = shop.stripe.pay(purchase.session)
    with monkeypatch.context() as broken:
        broken.setattr(settling, "add_lot", lambda **_: 1 / 0)
        shop.tell(event, status=500)
        purchase.refresh_from_db()
        assert purchase.state == Purchase.State.OPEN
        kept = StripeEvent.objects.get()
        assert (kept.acted_at, kept.tries) == (None, 1) and "ZeroDivisionError" in kept.problem
    shop.tell(event)
    assert services.balance_of(person=alice) == free + 115
    assert StripeEvent.objects.get().acted_at


def test_row_26_stripe_is_away_while_we_act(shop: Shop, alice: Person, free: int) -> None:
    purchase = shop.begin(alice)
    event = shop.stripe.pay(purchase.session)
    shop.stripe.faults = ["500", "reset", "429"]
    shop.tell(event, status=500)
    assert services.balance_of(person=alice) == free
    shop.tell(event)
    assert services.balance_of(person=alice) == free + 115


def later(**how: float) -> None:
    """As if so much time had passed."""
    moment = timezone.now() - timedelta(**how)
    Purchase.objects.update(created=moment)
    Purchase.objects.exclude(looked_at=None).update(looked_at=moment)
    StripeEvent.objects.update(received=moment)


def test_row_27_the_message_never_comes(shop: Shop, alice: Person, free: int) -> None:
    purchase = shop.begin(alice)
    shop.stripe.pay(purchase.session)
    shop.stripe.events.clear()
    services.catch_up()
    assert services.balance_of(person=alice) == free
    later(minutes=11)
    services.catch_up()
    services.catch_up()
    assert services.balance_of(person=alice) == free + 115
    assert purchases_entered() == 1


def test_row_27_a_refund_that_we_were_not_told_of(shop: Shop, alice: Person, free: int) -> None:
    """Its purchase is settled long ago, so nobody looks at it: the list of what Stripe sent is fetched."""
    purchase = shop.bought(alice)
    shop.stripe.refund(purchase.session, 1500)
    services.catch_up()
    assert services.balance_of(person=alice) == free
    assert StripeEvent.objects.filter(acted_at=None).count() == 0


def test_row_27_a_message_that_was_lost_before_one_that_was_heard(
    shop: Shop, alice: Person, bob: Person, free: int
) -> None:
    """Stripe's list is read on from where it was read to: what came since may have come past a lost one."""
    purchase = shop.bought(alice)
    services.catch_up()
    shop.stripe.clock = lambda: time.time() + 60
    shop.stripe.refund(purchase.session, 1500)
    shop.stripe.clock = lambda: time.time() + 7260
    shop.bought(bob)
    services.catch_up()
    assert services.balance_of(person=alice) == free


def test_what_is_listed_was_stored(shop: Shop, alice: Person, free: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever dies while storing a list reads it again."""
    purchase = shop.bought(alice)
    shop.stripe.refund(purchase.session, 1500)
    with monkeypatch.context() as broken:
        broken.setattr(catching_up, "remember", lambda event: 1 / 0)
        services.catch_up()
    assert not StripeEvent.objects.exclude(listed_at=None).exists()
    services.catch_up()
    assert services.balance_of(person=alice) == free
    assert not StripeEvent.objects.filter(listed_at=None).exists()


def test_a_clock_that_was_set_back_delays_nothing(
    shop: Shop, alice: Person, bob: Person, free: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was a month ahead: what was looked at and received then is not of the future, it is due."""
    had = services.balance_of(person=bob)
    refunded, returning, waiting = shop.bought(alice), shop.begin(bob), shop.begin(bob)
    for purchase in (returning, waiting):
        settling.settle(purchase_id=purchase.pk)
    event = shop.stripe.refund(refunded.session, 1500)
    with monkeypatch.context() as broken:
        broken.setattr(settling, "claw_back", lambda **_: 1 / 0)
        shop.tell(event, status=500)
    shop.stripe.pay(returning.session)
    shop.stripe.pay(waiting.session)
    shop.stripe.events.clear()
    later(days=-30)
    services.come_back(person=bob, purchase_id=returning.pk)
    assert services.balance_of(person=bob) == had + 115
    services.catch_up()
    assert services.balance_of(person=bob) == had + 230
    assert services.balance_of(person=alice) == free


def test_row_27_the_answer_of_stripe_was_lost_and_so_was_the_message(shop: Shop, alice: Person, free: int) -> None:
    """The session was made, we do not know it, and it is paid: its metadata says whose it is."""
    purchase = shop.begin(alice)
    Purchase.objects.update(session=None, session_url="")
    shop.stripe.pay(shop.stripe.session_of(purchase.pk))
    services.catch_up()
    assert services.balance_of(person=alice) == free + 115


def test_row_26_a_message_that_failed_is_acted_on_again(
    shop: Shop, alice: Person, free: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    purchase = shop.begin(alice)
    event = shop.stripe.pay(purchase.session)
    shop.stripe.events.clear()
    with monkeypatch.context() as broken:
        broken.setattr(settling, "add_lot", lambda **_: 1 / 0)
        shop.tell(event, status=500)
    later(minutes=2)
    services.catch_up()
    assert services.balance_of(person=alice) == free + 115


def test_catching_up_asks_for_nothing_that_is_over(shop: Shop, alice: Person) -> None:
    shop.bought(alice)
    expired = shop.begin(alice)
    shop.tell(shop.stripe.expire(expired.session))
    never = Purchase.objects.create(
        person=alice, pack=shop.pack, key="n", name="n", unit="credit", gives=1, amount=1, currency="usd"
    )
    later(days=2)
    shop.stripe.asked.clear()
    services.catch_up()
    assert {path for _method, path, _key in shop.stripe.asked} == {"/v1/events"}
    never.refresh_from_db()
    assert never.state == Purchase.State.EXPIRED


def test_a_session_that_stripe_does_not_show_stops_no_other(shop: Shop, alice: Person, bob: Person) -> None:
    """Made with another key, and looked at first each time: it goes to the end of the line."""
    lost, paid = shop.begin(alice), shop.begin(bob)
    before = services.balance_of(person=bob)
    shop.stripe.pay(paid.session)
    shop.stripe.events.clear()
    del shop.stripe.sessions[lost.session]
    later(minutes=11)
    services.catch_up()
    assert services.balance_of(person=bob) == before + 115
    shop.stripe.asked.clear()
    services.catch_up()
    assert {path for _method, path, _key in shop.stripe.asked} == {"/v1/events"}


def test_stripe_is_away_while_we_catch_up(shop: Shop, alice: Person, free: int) -> None:
    purchase = shop.begin(alice)
    shop.stripe.pay(purchase.session)
    later(minutes=11)
    shop.stripe.faults = ["reset"] * 6
    assert services.catch_up() == 0
    shop.stripe.faults.clear()
    services.catch_up()
    assert services.balance_of(person=alice) == free + 115


def test_the_key_of_stripe_reaches_no_page_and_no_log(
    shop: Shop, alice: Person, as_alice: Client, caplog: pytest.LogCaptureFixture
) -> None:
    shop.stripe.faults = ["500"] * 3
    page = shop.press(as_alice).content.decode()
    assert KEY not in page + caplog.text
