"""Row 23: whatever the buyer, the bank and the operators do, and in whatever order Stripe's messages come, once or
three times or never: in the end the balance is what the money says."""

import random
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.models import Person
from billing import services
from billing.models import StripeEvent
from billing.services import buying
from tests.billing.shop import Shop
from tests.stripe_double import World
from tests.stripe_in_process import stripe_is

PRICE, GIVES = 1500, 115


class Bank:
    """What is true, kept apart from Stripe's double and from the site: how much of the price the seller has."""

    def __init__(self, world: World, session: str) -> None:
        self.stripe, self.session = world, session
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


BEGINNINGS = (["pay"], ["pay"], ["pay"], ["pay later", "yes"], ["pay later", "no"], ["pay later"], ["expire"], [])
ACTS = ("refund", "refund", "fail refund", "dispute", "won", "lost", "tell", "tell", "yes", "pay")


@st.composite
def stories(draw: st.DrawFn) -> list[tuple[str, int]]:
    """Most begin with a payment: without one there is little to tell."""
    acts = draw(st.sampled_from(BEGINNINGS)) + draw(st.lists(st.sampled_from(ACTS), min_size=1, max_size=10))
    return [(what, draw(st.integers(1, PRICE))) for what in acts]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(buying, "MOST_AN_HOUR", 10_000)
    with stripe_is(World()) as world:
        yield world


@pytest.mark.django_db
@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    # A story is ten acts long: short enough to read as it is, and shrinking it would take minutes.
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    acts=stories(),
    faults=st.lists(st.sampled_from(("", "", "429", "500", "reset", "lost")), max_size=12),
    seed=st.integers(0, 2**32),
)
def test_row_23_every_order(
    world: World, alice: Person, acts: list[tuple[str, int]], faults: list[str], seed: int
) -> None:
    before, chance, shop = services.balance_of(person=alice), random.Random(seed), Shop(world)
    # What was told before is of another example.
    world.events.clear()
    world.faults.clear()
    purchase = shop.begin(alice)
    bank = Bank(world, purchase.session)
    world.faults = faults
    for what, amount in acts:
        if what == "tell" and world.events:
            shop.tell_or_fail(chance.choice(world.events))
            # In the middle too: never more than was bought, never less than nothing.
            assert services.balance_of(person=alice) - before in range(GIVES + 1)
        else:
            bank.act(what, amount)
    told = [event for event in world.events for _ in range(chance.randrange(4))]
    chance.shuffle(told)
    for event in told:
        shop.tell_or_fail(event)
    # Stripe is well again. Those that never came are fetched, those that failed are acted on.
    world.faults.clear()
    StripeEvent.objects.update(received=timezone.now() - timedelta(hours=1))
    services.catch_up()
    purchase.refresh_from_db()
    assert services.balance_of(person=alice) - before == bank.expected, (acts, purchase.state)
    assert purchase.taken_back == (GIVES - bank.expected if bank.paid else 0)
    assert not StripeEvent.objects.filter(acted_at=None).exists()
    assert services.unbalanced() == []
