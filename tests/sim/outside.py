"""Money as it is outside of the site: what the buyer, the bank and Stripe's dashboard do, and what is true of it."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from tests import stripe_double
from tests.stripe_double import Facts

HOLDING = ("needs_response", "under_review", "lost")


@dataclass(frozen=True)
class Truth:
    """How a payment stands, in the words of the site's row; the money in the smallest unit of its currency."""

    state: str
    refunded: int = 0
    disputed: int = 0
    paid_at: datetime | None = None


@dataclass(repr=False)
class Stripe(stripe_double.World):
    """The double, where a process can die between its question and the answer, and much can happen meanwhile."""

    strike: Callable[[str], None] = field(default=lambda where: None)
    meanwhile: Callable[[str], None] = field(default=lambda session: None)

    def answer(self, method: str, target: str, body: str, key: str | None) -> tuple[int, Facts]:
        self.strike("before asking")
        status, answer = super().answer(method, target, body, key)
        if answer.get("object") == "checkout.session" and method == "GET":
            answer = copy.deepcopy(answer)
            self.meanwhile(answer["id"])
        self.strike("after asking")
        return status, answer

    def of(self, purchase: object) -> list[Facts]:
        """The sessions that were made for this purchase; more than one is wrong."""
        return [one for one in self.sessions.values() if one["metadata"]["purchase"] == str(purchase)]

    def refunds_of(self, session: str) -> list[Facts]:
        intent = self.sessions[session]["payment_intent"]
        return [one for one in self.refunds.values() if one["payment_intent"] == intent]

    def disputes_of(self, session: str) -> list[Facts]:
        intent = self.sessions[session]["payment_intent"]
        return [one for one in self.disputes.values() if one["payment_intent"] == intent]

    def truth(self, session: str, amount: int, currency: str) -> Truth:
        """Counted from the single movements of money."""
        facts = self.sessions[session]
        if facts["status"] != "complete":
            return Truth(facts["status"])
        if facts["payment_status"] != "paid":
            failed = self.intents[facts["payment_intent"]]["status"] == "requires_payment_method"
            return Truth("failed" if failed else "waiting")
        charge = self.charge_of(session)
        back = sum(one["amount"] for one in self.refunds_of(session) if one["status"] == "succeeded")
        held = sum(one["amount"] for one in self.disputes_of(session) if one["status"] in HOLDING)
        return Truth(
            "paid" if (charge["amount"], charge["currency"]) == (amount, currency) else "held",
            min(back, amount),
            min(held, amount),
            datetime.fromtimestamp(charge["created"], UTC),
        )

    def happen(self, session: str, rng: random.Random) -> str:
        """One of the things that can become of it, and its name; empty where nothing can."""
        facts = self.sessions[session]
        if facts["status"] == "open":
            chances = self._of_an_open(session, facts, rng)
        elif facts["status"] == "complete" and facts["payment_status"] == "paid":
            chances = self._of_a_paid(session, rng)
        elif facts["status"] == "complete" and self.intents[facts["payment_intent"]]["status"] == "processing":
            say = partial(self.bank_says, session)
            chances = [
                (3, "the bank says yes", partial(say, yes=True)),
                (1, "the bank says no", partial(say, yes=False)),
            ]
        else:
            chances = []
        if not chances:
            return ""
        (at,) = rng.choices(range(len(chances)), [weight for weight, _, _ in chances])
        _, name, act = chances[at]
        act()
        return name

    def _of_an_open(self, session: str, facts: Facts, rng: random.Random) -> list[tuple[int, str, Callable[[], Any]]]:
        expire = (1, "it expires", partial(self.expire, session))
        if self.clock() >= facts["expires_at"]:
            return [expire]
        less = rng.randint(1, facts["amount_total"])
        return [
            (16, "it is paid", partial(self.pay, session)),
            (4, "it is left to the bank", partial(self.pay_later, session)),
            (1, f"{less} of it are paid", partial(self.pay, session, amount=less)),
            (1, "it is paid in yen", partial(self.pay, session, currency="jpy")),
            expire,
        ]

    def _of_a_paid(self, session: str, rng: random.Random) -> list[tuple[int, str, Callable[[], Any]]]:
        amount = self.charge_of(session)["amount"]
        refunds, disputes = self.refunds_of(session), self.disputes_of(session)
        back = sum(one["amount"] for one in refunds if one["status"] == "succeeded")
        left = amount - back - sum(one["amount"] for one in disputes if one["status"] in HOLDING)
        chances: list[tuple[int, str, Callable[[], Any]]] = []
        if left > 0:
            part = rng.choice((left, rng.randint(1, left), rng.randint(1, left)))
            chances.append((4, f"{part} are refunded", partial(self.refund, session, part)))
            if not any(one["status"] == "needs_response" for one in disputes):
                chances.append((2, f"{part} are disputed", partial(self.dispute, session, part)))
        if refunds and refunds[-1]["status"] == "succeeded":
            chances.append((1, "the last refund fails", partial(self.fail_refund, session)))
        if disputes and disputes[-1]["status"] == "needs_response":
            chances.append((3, "the dispute is won", partial(self.close_dispute, session, won=True)))
            chances.append((1, "the dispute is lost", partial(self.close_dispute, session, won=False)))
        return chances
