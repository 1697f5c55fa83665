"""Row 23: whatever the buyer, the bank and the operators do, and in whatever order Stripe's messages come, once or
three times or never: in the end the balance is what the money says."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Person
from billing import services
from billing.models import StripeEvent
from billing.services import buying
from tests.billing.shop import Shop

PRICE, GIVES = 1500, 115


class Bank:
    """What is true, kept apart from Stripe's double and from the site: how much of the price the seller has."""

    def __init__(self, shop: Shop, session: str) -> None:
        self.stripe, self.session = shop.stripe, session
        self.paid = self.waiting = self.over = False
        self.refunds: list[int] = []
        self.dispute: int | None = None
        self.disputed_once = False

    @property
    def expected(self) -> int:
        if not self.paid:
            return 0
        back = sum(self.refunds) + (self.dispute or 0)
        return GIVES - GIVES * back // PRICE

    def act(self, what: str, amount: int) -> None:
        left = PRICE - sum(self.refunds) - (self.dispute or 0)
        if what == "pay" and not self.over:
            self.stripe.pay(self.session)
            self.paid = self.over = True
        elif what == "pay later" and not self.over:
            self.stripe.pay_later(self.session)
            self.waiting = self.over = True
        elif what in ("yes", "no") and self.waiting:
            self.stripe.bank_says(self.session, yes=what == "yes")
            self.paid, self.waiting = what == "yes", False
        elif what == "expire" and not self.over:
            self.stripe.expire(self.session)
            self.over = True
        elif what == "refund" and self.paid and left and not self.dispute:
            self.refunds.append(min(amount, left))
            self.stripe.refund(self.session, self.refunds[-1])
        elif what == "fail refund" and self.refunds and not self.disputed_once:
            self.stripe.fail_refund(self.session)
            self.refunds.pop()
        elif what == "dispute" and self.paid and left and not self.disputed_once:
            self.dispute, self.disputed_once = left, True
            self.stripe.dispute(self.session)
        elif what in ("won", "lost") and self.dispute:
            self.stripe.close_dispute(self.session, won=what == "won")
            self.dispute = 0 if what == "won" else self.dispute


ACTS = ("pay", "pay later", "yes", "no", "expire", "refund", "fail refund", "dispute", "won", "lost", "tell")


@pytest.fixture(autouse=True)
def _as_often_as_one_likes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buying, "MOST_AN_HOUR", 10_000)


@pytest.mark.django_db
@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    acts=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(1, PRICE)), min_size=4, max_size=14),
    seed=st.integers(0, 2**32),
)
def test_row_23_every_order(shop: Shop, alice: Person, acts: list[tuple[str, int]], seed: int) -> None:
    before, chance = services.balance_of(person=alice), random.Random(seed)
    purchase = shop.begin(alice)
    # What was told before is of another example.
    shop.stripe.events.clear()
    bank = Bank(shop, purchase.session)
    for what, amount in acts:
        if what == "tell" and shop.stripe.events:
            shop.tell(chance.choice(shop.stripe.events))
            # In the middle too: what somebody has is what the money said at the last look.
            assert services.balance_of(person=alice) - before in range(GIVES + 1)
        else:
            bank.act(what, amount)
    told = [event for event in shop.stripe.events for _ in range(chance.randrange(4))]
    chance.shuffle(told)
    for event in told:
        shop.tell(event)
    # Those that never came are fetched.
    services.catch_up()
    purchase.refresh_from_db()
    assert services.balance_of(person=alice) - before == bank.expected, (acts, purchase.state)
    assert purchase.taken_back == (GIVES - bank.expected if bank.paid else 0)
    assert not StripeEvent.objects.filter(acted_at=None).exists()
    assert services.unbalanced() == []
