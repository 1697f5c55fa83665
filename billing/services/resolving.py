"""What becomes of a payment that was held because it is not what was asked: an operator credits it, or sends it back.

Either way the row's price becomes what was really paid, so that receipts, figures, refunds and disputes go on from the
truth; what had been asked stays in `problem`.
"""

import logging
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import Person
from billing import stripe_gateway
from billing.models import Purchase, Refund, Resolution
from billing.models.shop import MOST_MONEY
from billing.services.refunding import send_refund
from billing.services.settling import credit, settle

logger = logging.getLogger(__name__)

What = Resolution.What
REASON = "The payment was not what was asked."


class CannotResolve(Exception):
    """Why not, in words for the operator. Nothing was changed."""


def resolve_held(*, purchase_id: UUID, what: Resolution.What, operator: Person) -> Purchase:
    """Once: of two presses, or two operators, the second is told. Raises `stripe_gateway.Away` when Stripe is."""
    seen = Purchase.objects.select_related("person").get(pk=purchase_id)
    if seen.state != Purchase.State.HELD or seen.session is None:
        raise CannotResolve("It is not held any more.")
    found = stripe_gateway.payment(seen.session)
    if not found.paid or not found.currency or not 1 <= (found.amount or 0) <= MOST_MONEY:
        raise CannotResolve("Stripe does not say that anything was paid.")
    refund = _resolve(seen, found, what, operator)
    logger.warning("%s resolved purchase %s: %s", operator, purchase_id, what)
    if refund is not None:
        send_refund(refund_id=refund.pk)
    # What went back before, or while we asked, is taken back with the rest.
    return settle(purchase_id=purchase_id)


@transaction.atomic
def _resolve(seen: Purchase, found: stripe_gateway.Payment, what: What, operator: Person) -> Refund | None:
    assert found.amount is not None
    credited = what == What.CREDITED
    changed = Purchase.objects.filter(pk=seen.pk, version=seen.version, state=Purchase.State.HELD).update(
        state=Purchase.State.PAID if credited else Purchase.State.RETURNED,
        amount=found.amount,
        currency=found.currency,
        payment_intent=found.intent or seen.payment_intent,
        refunded=min(found.refunded, found.amount) if not credited else 0,
        disputed=min(found.disputed, found.amount) if not credited else 0,
        paid_at=_paid_at(found),
        version=F("version") + 1,
    )
    if not changed:
        raise CannotResolve("It changed while you looked. Load the page anew.")
    try:
        with transaction.atomic():
            Resolution(purchase=seen, what=what, operator=operator).save(force_insert=True)
    except IntegrityError:
        raise CannotResolve("Somebody has decided it already.") from None
    if credited:
        credit(seen, _paid_at(found))
        return None
    left = found.amount - min(found.refunded, found.amount) - found.disputed
    if left < 1:
        return None  # it went back already, from Stripe's own pages
    return Refund.objects.create(purchase=seen, amount=left, reason=REASON, operator=operator)


def _paid_at(found: stripe_gateway.Payment) -> datetime:
    return found.paid_at or timezone.now()
