"""Receipts by mail, and the page of payments with Stripe's own."""

from smtplib import SMTPException
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from billing import services
from billing.models import Purchase
from billing.services import receipts
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db


def test_a_letter_for_what_was_paid_and_one_only(shop: Shop, alice: Person) -> None:
    open_, paid = shop.begin(alice), shop.bought(alice)
    mail.outbox.clear()
    assert [services.mail_receipts() for _ in range(3)] == [1, 0, 0]
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == ([alice.email], "Receipt: 115 credits, $15")
    paid.refresh_from_db()
    assert paid.receipt_url in letter.body and paid.page in letter.body and str(open_.pk) not in letter.body
    assert f"You paid $15 on {paid.paid_at:%-d %B %Y}" in letter.body


def test_a_letter_that_could_not_be_sent_is_sent_later(
    shop: Shop, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.bought(alice)
    mail.outbox.clear()

    def away(*_: Any) -> None:
        raise SMTPException("the post office is closed")

    with monkeypatch.context() as closed:
        closed.setattr(receipts, "send_mail", away)
        assert services.mail_receipts() == 0
    assert services.mail_receipts() == 1
    assert len(mail.outbox) == 1


def test_nobody_hears_of_a_payment_that_is_held(shop: Shop, alice: Person) -> None:
    purchase = shop.begin(alice)
    shop.tell(shop.stripe.pay(purchase.session, amount=1))
    assert services.mail_receipts() == 0


def test_the_page_of_payments(shop: Shop, alice: Person, as_alice: Client, as_bob: Client) -> None:
    assert "bought nothing yet" in as_alice.get("/credits/payments").content.decode()
    shop.begin(alice)
    first, second = shop.bought(alice), shop.bought(alice)
    shop.tell(shop.stripe.refund(first.session, 500))
    page = as_alice.get("/credits/payments").content.decode()
    assert page.count("<tr>") == 3
    for purchase in (first, second):
        purchase.refresh_from_db()
        assert purchase.receipt_url.startswith(shop.stripe.address)
        assert purchase.receipt_url in page and f"/credits/purchases/{purchase.pk}" in page
    assert "$5 sent back" in page
    others = as_bob.get("/credits/payments").content.decode()
    assert first.receipt_url not in others and "bought nothing yet" in others


def test_payments_come_in_pages(shop: Shop, alice: Person, as_alice: Client) -> None:
    fields = {"person": alice, "pack": shop.pack, "name": "115 credits", "unit": "credit", "gives": 115}
    for number in range(53):
        Purchase.objects.create(
            **fields, key=str(number), amount=1500, currency="usd", state="paid", paid_at=timezone.now()
        )
    page = services.payments(person=alice)
    rest = services.payments(person=alice, before=page.older)
    assert (len(page.purchases), len(rest.purchases), rest.older) == (50, 3, None)
    assert len({purchase.pk for purchase in (*page.purchases, *rest.purchases)}) == 53
    answer = as_alice.get("/credits/payments", {"before": page.older.isoformat()})
    assert answer.content.decode().count("<tr>") == 4
    assert as_alice.get("/credits/payments", {"before": "yesterday\0"}).status_code == 200
