"""Buying, through the services that the pages, the webhook and the clockwork call, with Stripe beside them in process.

Whatever becomes of a payment (outside.py), Stripe tells of it at any time, in any order, any number of times or never;
Stripe fails, and the process dies at its questions too. The site's row may lag behind, but whenever it changes it must
say what is true at that moment, and the ledger must follow the row. Where money moves while Stripe is asked, it may
say what was true before it, but not after somebody else has written what is true now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from unittest import mock
from uuid import UUID

from accounts.models import Person
from billing import services as billing
from billing.models import Pack, Purchase, Refund, StripeEvent
from billing.services import buying
from tests.sim.books import NEVER, due, year_after
from tests.sim.crash import ASKS
from tests.sim.outside import Stripe, Truth
from tests.sim.world import Violation, World, rows
from tests.stripe_double import signed
from tests.stripe_in_process import stripe_is

# What each gives, of what, for how many cents. Small ones too: only what is soon spent can become a debt.
PACKS = [
    (115, "credit", 1500),
    (8, "credit", 301),
    (2, "credit", 100),
    (200_000, "micro_dollar", 20),
    (60_000, "micro_dollar", 7),
]
FAULTY = 0.12
NEVER_COMES = 0.25
PAYS_AT_ONCE = 0.7
RACES = 0.2
IS_QUICKER = 0.7
PURCHASES = """
SELECT id, person_id, unit, gives, amount, currency, session, state, refunded, disputed, taken_back
FROM billing_purchase ORDER BY created
"""
# The site's clockwork looks every five minutes; in a seed it goes well at least so often, since Stripe forgets.
LOOKS_WITHIN = timedelta(days=25)
# After this nothing is too new to be looked at.
SETTLED_AFTER = timedelta(minutes=62)

# State, refunded, disputed, taken back: a row.
Says = tuple[str, int, int, int]


class Shop:
    def __init__(self, world: World) -> None:
        self.world, self.rng = world, world.rng
        self.latest = self.calmed = world.now
        self.stripe = Stripe(
            clock=self.clock,
            token=f"{world.seed}x",
            strike=lambda where: world.blow.ask(where),
            meanwhile=self._meanwhile,
        )
        self.packs: list[Pack] = []
        self.pressed: list[tuple[Person, Pack, str]] = []
        self.bought: list[Purchase] = []
        # How likely each message comes next: never, again, or the first time.
        self.comes: dict[str, int] = {}
        # What the row said when it was looked at last.
        self.known: dict[UUID, Says] = {}
        # Whether something comes between the next question and its answer; and what was true before it did.
        self.races = False
        self.older: dict[str, Says] = {}

    def open(self) -> None:
        there = {(pack.gives, pack.unit, pack.amount): pack for pack in Pack.objects.all()}
        for gives, unit, amount in PACKS:
            pack = there.get((gives, unit, amount))
            name = f"{gives} {unit}"
            self.packs.append(pack or Pack.objects.create(name=name, gives=gives, unit=unit, amount=amount))

    def clock(self) -> float:
        """Stripe's own: it never goes back."""
        self.latest = max(self.latest, self.world.now)
        return self.latest.timestamp()

    # At the site

    def buy(self) -> None:
        """A new press of Buy, or one that was done before: two tabs, a lost answer, an old page."""
        if self.pressed and self.rng.random() < 0.2:
            person, pack, key = self.rng.choice(self.pressed)
        else:
            person, pack, key = self.world.somebody(), self.rng.choice(self.packs), f"page {len(self.pressed)}"
            self.pressed.append((person, pack, key))
        self._act(f"{person} buys {pack} by {key}", partial(self._buy, person, pack, key))
        found = Purchase.objects.filter(person=person, key=key)
        self.world.demand(len(found) <= 1, f"{key} made {len(found)} purchases")
        for purchase in found:
            made = self.stripe.of(purchase.pk)
            self.world.demand(len(made) <= 1, f"{key} made {len(made)} sessions")
            if purchase.session and purchase.pk not in {one.pk for one in self.bought}:
                self.bought.append(purchase)
                # Mostly it is paid at once, or never.
                if self.rng.random() < PAYS_AT_ONCE:
                    self._happen(purchase.session)

    def come_back(self) -> None:
        if self.bought:
            purchase = self._one()
            self._act(
                f"{purchase.person} comes back of {self._name(purchase)}",
                lambda: billing.come_back(person=purchase.person, purchase_id=purchase.pk).state,
            )

    def tell(self) -> None:
        """One of the messages, likelier one that was not heard yet."""
        for event in self.stripe.events[len(self.comes) :]:
            self.comes[event["id"]] = 0 if self.rng.random() < NEVER_COMES else 6
        if not any(self.comes.values()):
            return self.buy()
        (event,) = self.rng.choices(self.stripe.events, list(self.comes.values()))
        answer = self._act(f"Stripe tells {event['type']} {event['id']}", partial(self._hear, event))
        if answer == "heard":
            self.comes[event["id"]] = 1
        return None

    def refund(self) -> None:
        """By an operator of the site, who may ask for too much."""
        if self.bought:
            purchase = self._one()
            amount = self.rng.choice((purchase.amount, self.rng.randint(1, purchase.amount)))
            self._act(
                f"an operator refunds {amount} of {self._name(purchase)}",
                lambda: (
                    billing.refund(
                        purchase_id=purchase.pk, amount=amount, reason="sorry", operator=self.world.people[0]
                    ).state
                ),
                again=False,
            )

    def catch_up(self) -> None:
        self.world.now += self.rng.choice((timedelta(0), timedelta(minutes=5), SETTLED_AFTER))
        self._act("catching up", billing.catch_up)

    # Outside of it

    def happen(self) -> None:
        """With one of the last mostly: what comes soon after each other is what races."""
        known = [one for one in self.stripe.sessions if any(one == bought.session for bought in self.bought[-6:])]
        if not known:
            return self.buy()
        return self._happen(self.rng.choice(known))

    def calm(self) -> None:
        """Stripe is well, and the site looks: now it must know all that is true, told or not."""
        while True:
            crashes = self.world.crashes
            self.world.now += SETTLED_AFTER
            self._act("catching up in calm", billing.catch_up, again=False, faulty=False)
            if crashes == self.world.crashes:
                break
        self.calmed = self.world.now
        for pk, _, _, gives, amount, currency, session, state, refunded, disputed, taken in rows(PURCHASES):
            if session is None:
                paid = [one for one in self.stripe.of(UUID(str(pk))) if one["payment_status"] == "paid"]
                self.world.demand(not paid, f"nobody knows who paid {paid}")
                continue
            true = self.stripe.truth(session, amount, currency)
            says, left = (
                Truth(state, refunded, disputed, true.paid_at),
                due(gives, amount, true.refunded + true.disputed),
            )
            self.world.demand(says == true, f"in calm {session} is {says}, and must be {true}")
            self.world.demand(state != "paid" or gives - taken == left, f"{session} leaves {gives - taken}, not {left}")
        late = list(StripeEvent.objects.filter(acted_at=None).values_list("pk", "problem"))
        self.world.demand(not late, f"in calm nobody acted on {late}")
        for refund in Refund.objects.filter(created__gt=self.world.now - timedelta(hours=20)):
            made = [one for one in self.stripe.refunds.values() if one["metadata"].get("refund") == str(refund.pk)]
            right = len(made) == (refund.state == Refund.State.DONE) and refund.state != Refund.State.ASKED
            self.world.demand(right, f"the refund {refund.pk} is {refund.state}, and Stripe made {made}")

    # The books follow the rows, and the rows what is true

    def follow(self, now: datetime) -> None:
        for pk, person, unit, gives, amount, currency, session, *says in rows(PURCHASES):
            purchase_id = UUID(str(pk))
            state, refunded, disputed, taken = says
            before = self.known.get(purchase_id, ("open", 0, 0, 0))
            if (state, refunded, disputed, taken) == before:
                continue
            self.known[purchase_id] = (state, refunded, disputed, taken)
            if session is None:
                self.world.demand(
                    (state, refunded, disputed, taken) == ("expired", 0, 0, 0), f"{pk} is {says} by itself"
                )
                continue
            must = self._must(session, gives, amount, currency)
            if self.known[purchase_id] == must:
                self.older.pop(session, None)
            elif self.known[purchase_id] != self.older.get(session):
                raise Violation(f"{session} became {says}, and must become {must}")
            account, lot = self.world.books.accounts[person, unit], f"paid {purchase_id}"
            if state == "paid" and before[0] != "paid":
                paid_at = self.stripe.truth(session, amount, currency).paid_at
                ends = NEVER if unit == "micro_dollar" or paid_at is None else year_after(paid_at)
                account.come(lot, "bought", gives, ends, now)
            back, effect = taken - before[3], f"{lot}, {len(account.effects)}"
            if back > 0:
                account.claw(effect, lot, back, now)
            elif back < 0:
                account.restore(effect, lot, -back, now)

    def _must(self, session: str, gives: int, amount: int, currency: str) -> Says:
        true = self.stripe.truth(session, amount, currency)
        left = due(gives, amount, true.refunded + true.disputed) if true.state == "paid" else gives
        return true.state, true.refunded, true.disputed, gives - left

    def _meanwhile(self, session: str) -> None:
        """Money moves while Stripe is asked; mostly somebody else hears of it, and is quicker."""
        purchase = next((one for one in self.bought if one.session == session), None)
        if not self.races or purchase is None:
            return
        self.races = False
        self.older[session] = self._must(session, purchase.gives, purchase.amount, purchase.currency)
        self.world.history.append(f"      while {session} is asked for:")
        self._happen(session)
        if self.rng.random() < IS_QUICKER:
            # Stripe may be away for the other one too.
            with suppress(billing.Away):
                billing.settle(purchase_id=purchase.pk)

    def _happen(self, session: str) -> None:
        if what := self.stripe.happen(session, self.rng):
            self.world.history.append(f"      {session}: {what}")

    def _act(self, what: str, act: Callable[[], Any], *, again: bool = True, faulty: bool = True) -> Any:
        if faulty and self.rng.random() < FAULTY:
            self.stripe.faults = [
                self.rng.choice(("429", "500", "reset", "lost")) for _ in range(self.rng.randint(1, 5))
            ]
        troubled = bool(self.stripe.faults)
        self.races = faulty and self.rng.random() < RACES
        self.older.clear()
        answer = self.world.watch(what, act, again=again, follow=self.follow, places=ASKS)
        self.stripe.faults, self.races = [], False
        self.world.demand(answer != "Away" or troubled, f"{what} found Stripe away, which was there")
        return answer

    def _buy(self, person: Person, pack: Pack, key: str) -> str:
        offer = billing.Offer(pack_id=pack.pk, gives=pack.gives, amount=pack.amount, currency=pack.currency)
        return (
            billing.start_purchase(person=person, offer=offer, key=key, page=lambda pk: f"http://x/{pk}").session
            or "no session"
        )

    def _hear(self, event: dict[str, Any]) -> str:
        body, signature = signed(event)
        billing.hear(payload=body.encode(), signature=signature)
        return "heard"

    def _one(self) -> Purchase:
        return self.rng.choice(self.bought[-6:])

    def _name(self, purchase: Purchase) -> str:
        return f"{purchase.key} ({purchase.gives} for {purchase.amount})"


@contextmanager
def open_for(shop: Shop) -> Iterator[None]:
    """Stripe is the shop's, and somebody may press more often than people do."""
    with stripe_is(shop.stripe), mock.patch.object(buying, "MOST_AN_HOUR", 10_000):
        yield
