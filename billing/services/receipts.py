"""Letters that say what was paid. The row is the queue: whoever claims it sends it."""

import logging

from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.models import Purchase
from billing.services.money import given, money

logger = logging.getLogger(__name__)

AT_ONCE = 50


def mail_receipts() -> int:
    due = Purchase.objects.filter(state=Purchase.State.PAID, receipt_mailed_at=None).order_by("paid_at")
    return sum(_mail(purchase) for purchase in due[:AT_ONCE])


def _mail(purchase: Purchase) -> bool:
    mine = Purchase.objects.filter(pk=purchase.pk)
    if not mine.filter(receipt_mailed_at=None).update(receipt_mailed_at=timezone.now()):
        return False
    context = {
        "purchase": purchase,
        "what": given(purchase.gives, purchase.unit),
        "paid": money(purchase.amount, purchase.currency),
    }
    words = render_to_string("billing/email/receipt.txt", context)
    subject = _("Receipt: %(what)s, %(paid)s") % context
    try:
        send_mail(subject, words, None, [purchase.email])
    except Exception as error:  # each mail backend raises its own; the next run tries again
        mine.update(receipt_mailed_at=None)
        logger.warning("the receipt of purchase %s could not be sent: %s", purchase.pk, error)
        return False
    return True
