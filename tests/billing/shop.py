"""A shop with our own Stripe behind it: packs, presses of Buy, and messages that come when the test says so."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.test import Client

from accounts.models import Person
from billing.models import Pack, Purchase, Unit
from tests.people import browser_of
from tests.stripe_double import World, signed

WEBHOOK = "/stripe/webhook"
_KEYS = (f"page-{number:06d}" for number in itertools.count())


@dataclass(repr=False)
class Shop:
    stripe: World

    @property
    def pack(self) -> Pack:
        """115 credits for $15: the one that the site begins with."""
        # A test that was no transaction has emptied the tables, and what a migration wrote with them.
        made, _ = Pack.objects.get_or_create(unit=Unit.CREDIT, gives=115, amount=1500, defaults={"name": "115 credits"})
        return made

    def press(self, buyer: Client, what: Pack | None = None, *, key: str | None = None, **changed: Any) -> Any:
        what = what or self.pack
        said = {"pack": what.pk, "gives": what.gives, "amount": what.amount, "currency": what.currency}
        return buyer.post("/credits/buy", {**said, "key": key or next(_KEYS), **changed})

    def begin(self, person: Person, pack: Pack | None = None) -> Purchase:
        """A purchase on Stripe's page, not paid."""
        answer = self.press(browser_of(person), pack)
        assert answer.status_code == 302, answer.content.decode()
        assert answer["Location"].startswith(self.stripe.address)
        return Purchase.objects.filter(person=person).latest("created")

    def bought(self, person: Person, pack: Pack | None = None) -> Purchase:
        """Paid, and told."""
        purchase = self.begin(person, pack)
        self.tell(self.stripe.pay(purchase.session))
        purchase.refresh_from_db()
        assert purchase.state == Purchase.State.PAID
        return purchase

    def tell_or_fail(self, event: Mapping[str, Any]) -> None:
        """A good message, on a day on which Stripe itself may be away."""
        body, signature = signed(event)
        answer = Client().post(WEBHOOK, body, content_type="application/json", headers={"Stripe-Signature": signature})
        assert answer.status_code in (200, 500)

    def tell(self, event: Mapping[str, Any] | str, *, status: int = 200, **how: Any) -> Any:
        """A message with a really computed signature, by default a good one."""
        body, signature = signed(event, **how)
        answer = Client().post(WEBHOOK, body, content_type="application/json", headers={"Stripe-Signature": signature})
        assert answer.status_code == status, (answer.status_code, answer.content)
        return answer
