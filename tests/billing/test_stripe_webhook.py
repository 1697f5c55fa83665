"""Row 25 and its neighbours: what reaches /stripe/webhook and is not Stripe's, or says nothing that we can use."""

import json
import time

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import Person
from billing import services
from billing.models import Purchase, StripeEvent
from tests.billing.shop import WEBHOOK, Shop
from tests.stripe_double import SECRET, signed

pytestmark = pytest.mark.django_db


def nothing_happened(purchase: Purchase, before: int) -> None:
    purchase.refresh_from_db()
    assert purchase.state == Purchase.State.OPEN
    assert services.balance_of(person=purchase.person) == before
    assert not StripeEvent.objects.exists()


@pytest.mark.parametrize(
    ("secret", "age"),
    [("whsec_somebody_else", 0), (SECRET, 301), (SECRET, 86_400), (SECRET, -302), (SECRET, -86_400)],
    ids=["forged", "stale", "a day old", "of the future", "of tomorrow"],
)
def test_row_25_a_signature_that_is_not_good(shop: Shop, alice: Person, secret: str, age: int) -> None:
    purchase, before = shop.begin(alice), services.balance_of(person=alice)
    event = shop.stripe.pay(purchase.session)
    shop.tell(event, secret=secret, at=time.time() - age, status=400)
    nothing_happened(purchase, before)


def test_row_25_altered_on_the_way(shop: Shop, alice: Person) -> None:
    purchase, before = shop.begin(alice), services.balance_of(person=alice)
    body, signature = signed(shop.stripe.pay(purchase.session))
    for altered in (body.replace("1500", "150000"), body + " ", ""):
        answer = Client().post(
            WEBHOOK, altered, content_type="application/json", headers={"Stripe-Signature": signature}
        )
        assert answer.status_code == 400
    for header in ("", "t=1", "v1=00", "t=soon,v1=00", signature.replace("v1=", "v0="), "t=,v1=," * 50):
        answer = Client().post(WEBHOOK, body, content_type="application/json", headers={"Stripe-Signature": header})
        assert answer.status_code == 400
    nothing_happened(purchase, before)


def test_bytes_that_are_no_text(shop: Shop) -> None:
    answer = Client().post(
        WEBHOOK, b"\xff\xfe\x00", content_type="application/json", headers={"Stripe-Signature": "t=1,v1=00"}
    )
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "[]",
        "null",
        '"evt"',
        "{}",
        json.dumps({"id": "evt_1", "type": "charge.refunded", "created": 1, "data": {"object": None}}),
        json.dumps({"id": "evt_1", "type": "charge.refunded", "created": 1, "data": {"object": []}}),
        json.dumps({"id": 7, "type": "charge.refunded", "created": 1, "data": {"object": {}}}),
        json.dumps({"id": "e" * 300, "type": "charge.refunded", "created": 1, "data": {"object": {}}}),
        json.dumps({"id": "evt_1", "type": "charge.refunded", "created": 1e30, "data": {"object": {}}}),
        json.dumps(
            {"id": "evt_1", "type": "x", "created": 1, "data": {"object": {"metadata": {"purchase": {"a": 1}}}}}
        ),
        json.dumps({"id": "evt_\0", "type": "charge.refunded", "created": 1, "data": {"object": {}}}),
    ],
)
def test_signed_and_no_event(shop: Shop, body: str) -> None:
    shop.tell(body, status=400)
    assert not StripeEvent.objects.exists()


def test_a_kind_that_we_do_not_know(shop: Shop) -> None:
    shop.tell({"id": "evt_1", "type": "balance.available", "created": 1, "data": {"object": {"object": "balance"}}})
    assert StripeEvent.objects.get().acted_at
    assert shop.stripe.asked == []


def test_a_customer_whom_we_do_not_know(shop: Shop, alice: Person, caplog: pytest.LogCaptureFixture) -> None:
    """Another product of the same Stripe account: a good signature, and nobody of ours."""
    purchase = shop.begin(alice)
    event = shop.stripe.pay(purchase.session)
    stranger = {**event["data"]["object"], "id": "cs_other", "metadata": {}, "payment_intent": "pi_other"}
    shop.tell({**event, "id": "evt_other", "data": {"object": stranger}})
    # One that a buyer could write into a payment link of the same account.
    named = {**stranger, "client_reference_id": str(purchase.pk)}
    shop.tell({**event, "id": "evt_named", "data": {"object": named}})
    # And one that names the purchase, but is not the session that we asked for.
    shop.tell({**event, "id": "evt_twin", "data": {"object": {**named, "metadata": {"purchase": str(purchase.pk)}}}})
    nobodys = StripeEvent.objects.filter(acted_at__isnull=False, purchase=None)
    assert nobodys.count() == 3
    assert caplog.text.count("nothing that was bought here") == 3
    purchase.refresh_from_db()
    assert purchase.state == Purchase.State.OPEN


def test_only_by_post_and_without_a_token(shop: Shop) -> None:
    assert Client().get(WEBHOOK).status_code == 405
    body, signature = signed({"id": "evt_1", "type": "x", "created": 1, "data": {"object": {}}})
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(WEBHOOK, body, content_type="application/json", headers={"Stripe-Signature": signature})
    assert answer.status_code == 200


def test_two_secrets_while_one_is_replaced(shop: Shop, settings: Settings) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_new", SECRET]
    event = {"id": "evt_1", "type": "x", "created": 1, "data": {"object": {}}}
    shop.tell(event)
    shop.tell({**event, "id": "evt_2"}, secret="whsec_new")
    settings.STRIPE_WEBHOOK_SECRETS = []
    shop.tell({**event, "id": "evt_3"}, secret="", status=400)
