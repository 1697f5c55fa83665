"""Making our books agree with what Stripe says of a purchase.

`settle` may be called by anybody, any number of times, in any order: by the webhook, the return page, the reconciler
and a refund. It takes no word of a message for true; it asks Stripe how the session stands now, and applies that to the
row it had read before asking. Whoever applied something in between has raised the row's version, and it asks again: so
an older answer is never laid over a newer one, and the ledger's entries are made by exactly one of them.
"""

import logging
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from billing import stripe_gateway
from billing.models import Lot, Purchase, Unit
from billing.services.lots import add_lot, claw_back, restore

logger = logging.getLogger(__name__)

MOST_TRIES = 10


class Contended(Exception):
    """Others changed this purchase each time that we looked. Whoever asked, asks again."""


def settle(*, purchase_id: UUID) -> Purchase:
    for _ in range(MOST_TRIES):
        seen = Purchase.objects.select_related("person").get(pk=purchase_id)
        if seen.session is None:
            return seen
        found = stripe_gateway.payment(seen.session)
        after = _after(seen, found)
        if not after:
            Purchase.objects.filter(pk=seen.pk).update(looked_at=timezone.now())
            return seen
        if _apply(seen, after):
            return Purchase.objects.get(pk=purchase_id)
    raise Contended(str(purchase_id))


def _after(seen: Purchase, found: stripe_gateway.Payment) -> dict[str, Any]:
    """What changes in the row; empty where Stripe says what we know."""
    state, problem = _state(seen, found)
    refunded, disputed = min(found.refunded, seen.amount), min(found.disputed, seen.amount)
    went_back = min(refunded + disputed, seen.amount)
    facts: dict[str, Any] = {
        "state": state,
        "problem": problem,
        "payment_intent": found.intent or seen.payment_intent,
        "receipt_url": found.receipt or seen.receipt_url,
        "refunded": refunded,
        "disputed": disputed,
    }
    if state == Purchase.State.PAID:
        facts["paid_at"] = seen.paid_at or found.paid_at or timezone.now()
        # Always of the whole, never step by step: parts that are rounded each would not add up. Down, so that what is
        # left of a unit stays with the person.
        facts["taken_back"] = seen.gives * went_back // seen.amount
    return {name: value for name, value in facts.items() if getattr(seen, name) != value}


def _state(seen: Purchase, found: stripe_gateway.Payment) -> tuple[Purchase.State, str]:
    state = Purchase.State
    if seen.state in (state.PAID, state.RETURNED):
        return state(seen.state), seen.problem
    if found.expired:
        return state.EXPIRED, ""
    if not found.paid:
        return (state.FAILED if found.failed else state.WAITING if found.over else state.OPEN), ""
    asked = (str(seen.pk), seen.amount, seen.currency)
    if (found.purchase, found.amount, found.currency) != asked:
        return state.HELD, f"Asked for {asked}, paid for {(found.purchase, found.amount, found.currency)}."
    return state.PAID, ""


@transaction.atomic
def _apply(seen: Purchase, after: dict[str, Any]) -> bool:
    changed = Purchase.objects.filter(pk=seen.pk, version=seen.version).update(
        **after, version=F("version") + 1, looked_at=timezone.now()
    )
    if not changed:
        return False
    if after.get("state") == Purchase.State.HELD:
        logger.error("purchase %s is held, nothing was credited: %s", seen.pk, after["problem"])
    if after.get("state") == Purchase.State.PAID:
        credit(seen, after["paid_at"])
    back = after.get("taken_back", seen.taken_back) - seen.taken_back
    if back:
        _move_back(seen, back)
    return True


def credit(seen: Purchase, paid_at: datetime) -> None:
    add_lot(
        person=seen.person,
        unit=Unit(seen.unit),
        source=Lot.Source.BOUGHT,
        amount=seen.gives,
        expires_at=_a_year_after(paid_at) if seen.unit == Unit.CREDIT else None,
        reference=str(seen.pk),
        effect=seen.effect,
    )


def _move_back(seen: Purchase, amount: int) -> None:
    person, unit, reference = seen.person, Unit(seen.unit), str(seen.pk)
    # The version makes each of them another effect, and this transaction is the only one that has this version.
    effect = f"{seen.effect}:{seen.version + 1}"
    if amount > 0:
        logger.warning("purchase %s: %s of %s taken back", reference, amount, seen.gives)
        claw_back(person=person, unit=unit, amount=amount, reference=reference, effect=effect, lot_effect=seen.effect)
    else:
        logger.warning("purchase %s: %s of %s restored", reference, -amount, seen.gives)
        restore(person=person, unit=unit, amount=-amount, reference=reference, effect=effect)


def _a_year_after(moment: datetime) -> datetime:
    try:
        return moment.replace(year=moment.year + 1)
    except ValueError:
        return moment.replace(year=moment.year + 1, day=28)  # the 29th of February
