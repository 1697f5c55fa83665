"""Money that an operator sends back."""

import logging
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone

from accounts.models import Person
from billing import stripe_gateway
from billing.models import Purchase, Refund
from billing.services.settling import settle

logger = logging.getLogger(__name__)

# Stripe knows a key for a day at least; after that a retry could be a second refund.
KEY_LASTS = timedelta(hours=23)


class CannotRefund(ValueError):
    """Not so much, or not of this purchase; the message says why, for the operator."""


def refund(*, purchase_id: UUID, amount: int, reason: str, operator: Person) -> Refund:
    """Asked of Stripe under the row's id, so once however often. The credits follow by settling, here or later."""
    asked = _ask(purchase_id, amount, reason.strip(), operator)
    logger.warning("%s refunds %s of purchase %s: %s", operator, amount, purchase_id, asked.reason)
    return send_refund(refund_id=asked.pk)


def send_refund(*, refund_id: UUID) -> Refund:
    """Asks Stripe, once more where the first answer was lost."""
    asked = Refund.objects.select_related("purchase").get(pk=refund_id)
    if asked.state != Refund.State.ASKED:
        return asked
    try:
        made = stripe_gateway.refund(
            refund_id=asked.pk, intent=asked.purchase.payment_intent or "", amount=asked.amount
        )
    except stripe_gateway.Away as error:
        Refund.objects.filter(pk=asked.pk).update(problem=str(error)[:2000])
        raise
    except stripe_gateway.Refused as error:
        Refund.objects.filter(pk=asked.pk).update(state=Refund.State.REFUSED, problem=str(error)[:2000])
    else:
        # First the purchase, then the refund: between them it counts twice, never not at all.
        settle(purchase_id=asked.purchase_id)
        Refund.objects.filter(pk=asked.pk).update(state=Refund.State.DONE, stripe_id=made, problem="")
    asked.refresh_from_db()
    return asked


def refundable(*, purchase: Purchase) -> int:
    """What is left to send back: not what went already, nor what a dispute holds, nor what was asked for just now."""
    asked = purchase.refunds.filter(state=Refund.State.ASKED).aggregate(sum=Sum("amount"))["sum"] or 0
    return max(0, purchase.amount - purchase.refunded - purchase.disputed - asked)


def refunds_unanswered() -> list[UUID]:
    since = timezone.now() - KEY_LASTS
    return list(Refund.objects.filter(state=Refund.State.ASKED, created__gte=since).values_list("pk", flat=True))


@transaction.atomic
def _ask(purchase_id: UUID, amount: int, reason: str, operator: Person) -> Refund:
    # Two operators at once wait for each other here, and the second sees what the first asked for.
    Purchase.objects.filter(pk=purchase_id).update(version=F("version") + 1)
    purchase = Purchase.objects.get(pk=purchase_id)
    if purchase.state not in (Purchase.State.PAID, Purchase.State.RETURNED) or not purchase.payment_intent:
        raise CannotRefund("Nothing was paid, so nothing can be sent back.")
    if not 0 < amount <= refundable(purchase=purchase):
        raise CannotRefund("That is more than can still be sent back, or nothing.")
    if not reason:
        raise CannotRefund("Say why: it is kept.")
    return Refund.objects.create(purchase=purchase, amount=amount, reason=reason, operator=operator)
