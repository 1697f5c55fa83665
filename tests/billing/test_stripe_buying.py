"""From the page of packs to Stripe's page, and the ways in which that is refused."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Person
from billing import services
from billing.models import Pack, Purchase, Unit
from billing.services import buying
from tests import people
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db
SESSIONS = "/v1/checkout/sessions"


def test_the_page_says_what_is_for_sale(shop: Shop, as_alice: Client, as_stranger: Client) -> None:
    Pack.objects.create(name="Not any more", gives=5, amount=100, active=False)
    page = as_alice.get("/credits/buy").content.decode()
    assert "115 credits" in page and "$15" in page and "Not any more" not in page
    assert "Test mode." in page
    assert as_alice.get("/credits/buy").headers["Content-Security-Policy"].count("https://checkout.stripe.com") == 1
    page = as_stranger.get("/credits/buy").content.decode()
    assert "115 credits" in page and "Sign up to buy" in page
    answer = shop.press(as_stranger)
    assert (answer.status_code, answer["Location"].startswith("/accounts/signup/")) == (302, True)
    assert not Purchase.objects.exists()


def test_an_operator_edits_what_is_for_sale(shop: Shop, as_alice: Client) -> None:
    office = people.browser_of(people.make("operator", staff=True))
    said = {"name": "Half", "unit": "credit", "gives": 57, "amount": 800, "currency": "eur", "active": "on"}
    assert office.post("/admin/billing/pack/add/", said).status_code == 302
    page = as_alice.get("/credits/buy").content.decode()
    assert "Half" in page and "57 credits." in page and "€8" in page and "About €0.14 a request" in page
    half = Pack.objects.get(name="Half")
    for wrong in ({"amount": -1}, {"gives": 0}, {"currency": "Euro"}, {"currency": "e u"}, {"amount": "8.00 €"}):
        assert office.post(f"/admin/billing/pack/{half.pk}/change/", {**said, **wrong}).status_code == 200
    assert office.post(f"/admin/billing/pack/{half.pk}/change/", {**said, "active": ""}).status_code == 302
    assert "Half" not in as_alice.get("/credits/buy").content.decode()


def test_a_pack_that_was_bought_stays(shop: Shop, as_alice: Client) -> None:
    office, pack = people.browser_of(people.make("operator", staff=True)), shop.pack
    shop.press(as_alice)
    assert office.post(f"/admin/billing/pack/{pack.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Pack.objects.filter(pk=pack.pk).exists()


def test_without_keys_buying_is_off(as_alice: Client, db: Any, settings: Settings) -> None:
    pack = Pack.objects.get(gives=115)
    page = as_alice.get("/credits/buy").content.decode()
    assert "Buying is off on this site" in page
    assert "STRIPE_SECRET_KEY" not in page and "Test mode" not in page and 'name="pack"' not in page
    staff = people.browser_of(people.make("operator", staff=True))
    page = staff.get("/credits/buy").content.decode()
    assert "STRIPE_SECRET_KEY" in page and "STRIPE_WEBHOOK_SECRET" in page
    said = {"pack": pack.pk, "gives": 115, "amount": 1500, "currency": "usd", "key": "page-off"}
    assert as_alice.post("/credits/buy", said).status_code == 503
    assert not Purchase.objects.exists()


def test_live_keys_wear_no_mark(shop: Shop, as_alice: Client, settings: Settings) -> None:
    settings.STRIPE_SECRET_KEY = "sk_live_0"
    assert "Test mode" not in as_alice.get("/credits/buy").content.decode()


def test_the_session_says_what_the_pack_says(shop: Shop, alice: Person) -> None:
    purchase = shop.begin(alice)
    session = shop.stripe.sessions[purchase.session]
    assert (session["amount_total"], session["currency"], session["mode"]) == (1500, "usd", "payment")
    assert session["metadata"] == session["intent_metadata"] == {"purchase": str(purchase.pk)}
    assert session["customer_email"] == alice.email
    assert session["success_url"] == f"http://testserver/credits/purchases/{purchase.pk}"
    assert shop.stripe.asked == [("POST", SESSIONS, f"purchase-{purchase.pk}")]


@pytest.mark.parametrize(
    "changed",
    [
        {"amount": 1},
        {"amount": 150_000},
        {"gives": 116},
        {"currency": "jpy"},
        {"currency": "eur"},
    ],
)
def test_another_price_than_the_pack_has(
    shop: Shop, as_alice: Client, changed: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """A form that was tampered with, or a price that was changed between page and press."""
    answer = shop.press(as_alice, **changed)
    assert answer.status_code == 409
    assert "price has changed" in answer.content.decode() and "was refused (409)" in caplog.text
    assert not Purchase.objects.exists() and shop.stripe.asked == []


@pytest.mark.parametrize(
    "changed",
    [
        {"amount": -1500},
        {"amount": 0},
        {"amount": "15.50"},
        {"amount": 10**30},
        {"gives": -115},
        {"gives": 10**30},
        {"pack": -1},
        {"pack": 10**30},
        {"pack": "x"},
        {"currency": "USD; DROP"},
        {"key": ""},
        {"key": "k" * 500},
        {"key": "a b\0cdefgh"},
    ],
)
def test_what_no_page_says(
    shop: Shop, as_alice: Client, changed: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    said = {"key": "page-key-1", **changed}
    answer = shop.press(as_alice, key=said.pop("key") or "-", **said)
    assert answer.status_code == 422
    assert "Nothing was charged" in answer.content.decode() and "was refused (422)" in caplog.text
    assert not Purchase.objects.exists() and shop.stripe.asked == []


@pytest.mark.parametrize("quantity", [-1, 0, 1000, 10**30])
def test_there_is_no_quantity(shop: Shop, as_alice: Client, quantity: int) -> None:
    """Nobody is asked how many, so nothing that is sent of it is heard."""
    assert shop.press(as_alice, quantity=quantity).status_code == 302
    assert Purchase.objects.get().amount == 1500
    assert [session["amount_total"] for session in shop.stripe.sessions.values()] == [1500]


def test_withdrawn_between_page_and_press(shop: Shop, as_alice: Client) -> None:
    Pack.objects.update(active=False)
    answer = shop.press(as_alice)
    assert answer.status_code == 409
    assert "not sold any more" in answer.content.decode()
    assert not Purchase.objects.exists()


def test_withdrawn_between_page_and_payment(shop: Shop, alice: Person) -> None:
    """What was begun is honoured, for the price that stood there and with what was promised."""
    before = services.balance_of(person=alice)
    purchase = shop.begin(alice)
    Pack.objects.update(active=False, gives=1, amount=9900)
    shop.tell(shop.stripe.pay(purchase.session))
    assert services.balance_of(person=alice) == before + 115


def test_two_tabs_are_two_purchases_and_two_presses_are_one(shop: Shop, alice: Person, as_alice: Client) -> None:
    before = services.balance_of(person=alice)
    first, again = (shop.press(as_alice, key="the-first-tab") for _ in range(2))
    assert first["Location"] == again["Location"]
    shop.press(as_alice, key="the-second-tab")
    assert Purchase.objects.count() == len(shop.stripe.sessions) == 2
    for session in list(shop.stripe.sessions):
        shop.tell(shop.stripe.pay(session))
    assert services.balance_of(person=alice) == before + 2 * 115
    answer = shop.press(as_alice, key="the-first-tab")
    assert answer.status_code == 409 and "pressed before" in answer.content.decode()
    assert Purchase.objects.count() == 2


def test_a_page_that_was_left_open(shop: Shop, as_alice: Client) -> None:
    """Stripe's page is over, and so is the price that stood on it: the same button begins nothing that cannot end."""
    shop.press(as_alice, key="left-open")
    Purchase.objects.update(created=timezone.now() - buying.SESSION_LASTS - timedelta(seconds=1))
    assert shop.press(as_alice, key="left-open").status_code == 409
    assert len(shop.stripe.sessions) == 1


@pytest.mark.django_db(transaction=True)
def test_one_press_sent_ten_times_at_once(shop: Shop, alice: Person) -> None:
    pack, gate = shop.pack, Barrier(10)
    tabs = [people.browser_of(alice) for _ in range(10)]

    def press(tab: Client) -> str:
        try:
            gate.wait()
            return shop.press(tab, pack, key="the-one-key")["Location"]
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as threads:
        places = Counter(threads.map(press, tabs))
    assert len(places) == 1 and Purchase.objects.count() == len(shop.stripe.sessions) == 1


def test_each_page_has_a_button_for_each_pack(shop: Shop, as_alice: Client) -> None:
    other = Pack.objects.create(name="More", gives=500, amount=6000)
    assert shop.press(as_alice, key="one-page").status_code == 302
    assert shop.press(as_alice, other, key="one-page").status_code == 302
    assert set(Purchase.objects.values_list("gives", flat=True)) == {115, 500}


def test_too_many_begun(shop: Shop, as_alice: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buying, "MOST_AN_HOUR", 2)
    assert [shop.press(as_alice).status_code for _ in range(3)] == [302, 302, 429]


def test_an_api_top_up(shop: Shop, alice: Person) -> None:
    pack = Pack.objects.create(name="$20 for the API", unit=Unit.MICRO_DOLLAR, gives=20_000_000, amount=2000)
    before = services.balance_of(person=alice)
    shop.bought(alice, pack)
    assert services.balance_of(person=alice, unit=Unit.MICRO_DOLLAR) == 20_000_000
    assert services.balance_of(person=alice) == before


def test_a_currency_without_cents(shop: Shop, alice: Person, as_alice: Client) -> None:
    pack = Pack.objects.create(name="115 credits", gives=115, amount=2300, currency="jpy")
    assert "¥2,300" in as_alice.get("/credits/buy").content.decode()
    shop.bought(alice, pack)


@pytest.mark.parametrize("wrong", [{"gives": 0}, {"amount": 0}, {"amount": 100_000_000}, {"gives": 10**11}])
def test_the_database_refuses_an_absurd_pack(db: Any, wrong: dict[str, int]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Pack.objects.create(**{"name": "Absurd", "gives": 1, "amount": 100, **wrong})


@pytest.mark.parametrize("fault", ["429", "500", "reset", "lost"])
def test_row_28_stripe_fails_once(shop: Shop, alice: Person, as_alice: Client, fault: str) -> None:
    """Row 28: whoever asks again, Stripe's package or the person, does it under the same key: one session."""
    shop.stripe.faults = [fault]
    answer = shop.press(as_alice, key="this-page")
    if fault == "429":
        # Stripe asks us to come later: the person is told so, and the button still has its key.
        assert answer.status_code == 503 and 'value="this-page"' in answer.content.decode()
        answer = shop.press(as_alice, key="this-page")
    assert answer.status_code == 302
    purchase = Purchase.objects.get()
    assert {(path, key) for _method, path, key in shop.stripe.asked} == {(SESSIONS, f"purchase-{purchase.pk}")}
    assert len(shop.stripe.asked) == 2
    assert len(shop.stripe.sessions) == 1
    shop.tell(shop.stripe.pay(purchase.session))
    purchase.refresh_from_db()
    assert purchase.state == Purchase.State.PAID


def test_row_28_stripe_is_away_for_long(shop: Shop, as_alice: Client) -> None:
    shop.stripe.faults = ["lost", "500", "reset"]
    answer = shop.press(as_alice, key="this-page")
    assert answer.status_code == 503 and "does not answer" in answer.content.decode()
    assert Purchase.objects.get().session is None
    assert shop.press(as_alice, key="this-page").status_code == 302
    assert Purchase.objects.count() == len(shop.stripe.sessions) == 1


def test_stripe_refuses_the_order(shop: Shop, as_alice: Client, caplog: pytest.LogCaptureFixture) -> None:
    Pack.objects.create(name="Odd", gives=1, amount=50)
    shop.stripe.keys.clear()
    shop.press(as_alice, key="this-page")
    purchase = Purchase.objects.get()
    # The same key, and the frozen facts were tampered with: Stripe says no, and so do we.
    Purchase.objects.update(session=None, name="Another name")
    answer = shop.press(as_alice, key="this-page")
    assert answer.status_code == 502 and "did not take this order" in answer.content.decode()
    assert "Stripe refused it" in caplog.text
    assert Purchase.objects.get().pk == purchase.pk
