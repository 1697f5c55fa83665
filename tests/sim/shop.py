"""Purchases as Stripe tells of them: every event at any time, in any order, any number of times.

Only this file knows what is called for an event. It calls the ledger as the handlers of the events do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from accounts.models import Person
from billing import services as billing
from billing.models import Lot, Unit
from tests.sim.books import NEVER, Books
from tests.sim.world import World

# Small ones too: only what is soon spent can become a debt.
PACKS = [
    (115, Unit.CREDIT),
    (8, Unit.CREDIT),
    (2, Unit.CREDIT),
    (200_000, Unit.MICRO_DOLLAR),
    (60_000, Unit.MICRO_DOLLAR),
]


@dataclass
class Event:
    """`paid`, `refund` (of so much) or `restored`. Heard: how often; until the first time it comes again."""

    kind: str
    name: str
    amount: int
    heard: int = 0


@dataclass
class Purchase:
    person: Person
    name: str
    amount: int
    unit: Unit
    ends: datetime | None
    events: list[Event] = field(default_factory=list)


@dataclass
class Shop:
    world: World
    purchases: list[Purchase] = field(default_factory=list)

    def buy(self) -> None:
        """Somebody pays; Stripe will tell of it, and of whatever else becomes of it."""
        rng = self.world.rng
        amount, unit = rng.choice(PACKS)
        name = f"purchase {len(self.purchases)}"
        ends = self.world.now + timedelta(days=365) if unit == Unit.CREDIT else None
        purchase = Purchase(self.world.somebody(), name, amount, unit, ends)
        purchase.events.append(Event("paid", name, amount))
        rest = amount
        for number in range(rng.choice((0, 1, 1, 2, 3))):
            back = rng.choice((rest, rng.randint(1, rest)))
            rest -= back
            purchase.events.append(Event("refund", f"refund {number} of {name}", back))
            if rng.random() < 0.4:
                # A dispute that was won, whole or in part.
                won = rng.randint(1, back)
                purchase.events.append(Event("restored", f"win {number} of {name}", won))
            if rest == 0:
                break
        self.purchases.append(purchase)
        self.world.history.append(f"      {purchase.person} buys {name}: {amount} {unit}")

    def tell(self) -> None:
        """One of the events, likelier one that was not heard yet."""
        purchases = [purchase for purchase in self.purchases if purchase.events]
        if not purchases:
            self.buy()
            return
        purchase = self.world.rng.choice(purchases)
        weights = [1 if event.heard else 12 if event.kind == "paid" else 4 for event in purchase.events]
        (event,) = self.world.rng.choices(purchase.events, weights)
        answer = self.world.state(
            f"{event.kind} {event.name} ({event.amount})",
            partial(self._act, purchase, event),
            partial(self._expect, purchase, event),
        )
        event.heard += isinstance(answer, bool)

    def _act(self, purchase: Purchase, event: Event) -> bool:
        if event.kind == "paid":
            return billing.add_lot(
                person=purchase.person,
                unit=purchase.unit,
                source=Lot.Source.BOUGHT,
                amount=event.amount,
                expires_at=purchase.ends,
                reference=purchase.name,
                effect=self._effect(purchase, event),
            )
        if event.kind == "refund":
            return billing.claw_back(
                person=purchase.person,
                unit=purchase.unit,
                amount=event.amount,
                reference=purchase.name,
                effect=self._effect(purchase, event),
                lot_effect=self._effect(purchase, purchase.events[0]),
            )
        return billing.restore(
            person=purchase.person,
            unit=purchase.unit,
            amount=event.amount,
            reference=purchase.name,
            effect=self._effect(purchase, event),
        )

    def _expect(self, purchase: Purchase, event: Event, books: Books) -> bool | str:
        account, now = books.accounts[purchase.person.pk, purchase.unit], self.world.now
        effect, first = self._effect(purchase, event), self._effect(purchase, purchase.events[0])
        if event.kind == "paid":
            return account.come(effect, "bought", event.amount, purchase.ends or NEVER, now)
        if event.kind == "refund":
            return account.claw(effect, first, event.amount, now)
        return account.restore(effect, first, event.amount, now)

    @staticmethod
    def _effect(purchase: Purchase, event: Event) -> str:
        return f"{event.kind}:{event.name}"
