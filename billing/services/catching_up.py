"""What Stripe's messages should have done and did not: they were lost, or we were."""

import logging
from collections.abc import Callable
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from billing import stripe_gateway
from billing.models import Purchase, StripeEvent
from billing.services.hearing import act, event_of, remember
from billing.services.packs import buying_is_on
from billing.services.refunding import refunds_unanswered, send_refund
from billing.services.settling import settle

logger = logging.getLogger(__name__)

# The message and the return page come first; a bank takes days and is asked rarely.
LOOK_AFTER = {Purchase.State.OPEN: timedelta(minutes=10), Purchase.State.WAITING: timedelta(hours=1)}
ACT_AGAIN_AFTER = timedelta(minutes=1)
NEVER_BEGUN_AFTER = timedelta(days=1)
MESSAGES_SINCE = timedelta(days=3)
OVERLAP = timedelta(hours=1)
AT_ONCE = 50


def catch_up() -> int:
    """Looks at every purchase whose end is not known, acts on every message that was not acted upon, fetches those
    that never came, asks again for refunds without an answer. How many of these there were. Stops where Stripe is
    away: the next run does it all again."""
    if not buying_is_on():
        return 0
    try:
        return sum(_each(do) for do in _due())
    except stripe_gateway.Away as error:
        logger.warning("Stripe is away, the next run catches up: %s", error)
        return 0


def _due() -> list[Callable[[], object]]:
    now = timezone.now()
    never = Purchase.objects.filter(state=Purchase.State.OPEN, session=None, created__lt=now - NEVER_BEGUN_AFTER)
    never.update(state=Purchase.State.EXPIRED)
    undecided = Q(pk__in=[])
    for state, after in LOOK_AFTER.items():
        old = Q(looked_at__lt=now - after) | Q(looked_at=None, created__lt=now - after)
        undecided |= Q(old, state=state, session__isnull=False)
    purchases = Purchase.objects.filter(undecided).order_by("looked_at").values_list("pk", flat=True)[:AT_ONCE]
    fetched = fetch_messages()
    late = StripeEvent.objects.filter(acted_at=None, received__lt=now - ACT_AGAIN_AFTER)
    events = [*fetched, *late.order_by("received").values_list("pk", flat=True)[:AT_ONCE]]
    return [
        *(lambda pk=pk: settle(purchase_id=pk) for pk in purchases),
        *(lambda pk=pk: act(event_id=pk) for pk in dict.fromkeys(events)),
        *(lambda pk=pk: send_refund(refund_id=pk) for pk in refunds_unanswered()),
    ]


def fetch_messages() -> list[str]:
    """Those that Stripe sent and we never got, stored now."""
    newest = StripeEvent.objects.order_by("-created").values_list("created", flat=True).first()
    since = max(newest - OVERLAP, timezone.now() - MESSAGES_SINCE) if newest else timezone.now() - MESSAGES_SINCE
    events = [event_of(told) for told in stripe_gateway.events_since(since)]
    return [event.pk for event in events if remember(event)]


def _each(do: Callable[[], object]) -> int:
    """One that cannot be done stops no other."""
    try:
        do()
    except stripe_gateway.Away:
        raise
    except Exception:
        logger.exception("catching up with Stripe")
        return 0
    return 1
