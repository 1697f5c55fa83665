"""What Stripe's messages should have done and did not: they were lost, or we were."""

import logging
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.db.models import F, Q
from django.db.models.functions import Coalesce
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
# Stripe lists what it sent for thirty days: a site that was off for less misses nothing.
MESSAGES_SINCE = timedelta(days=29)
OVERLAP = timedelta(hours=1)
# A bank debit takes two weeks at most; what nobody could tell us of in a month is nobody's any more.
GIVE_UP_AFTER = timedelta(days=30)
AT_ONCE = 50


def catch_up() -> int:
    """Looks at every purchase whose end is not known, acts on every message that was not acted upon, fetches those
    that never came, asks again for refunds without an answer. How many of these there were. Stops where Stripe is
    away: the next run does it all again."""
    if not buying_is_on():
        return 0
    fetched: list[str] = []
    try:
        # A key may lack the right to list them; the rest goes on without.
        _each(lambda: fetched.extend(fetch_messages()))
        return sum(_each(do) for do in _due(fetched))
    except stripe_gateway.Away as error:
        logger.warning("Stripe is away, the next run catches up: %s", error)
        return 0


def fetch_messages() -> list[str]:
    """Those that Stripe sent and we never got, stored now. We go on from what was listed, not from what was heard: a
    message can be heard after one that was lost."""
    known = StripeEvent.objects.exclude(listed_at=None).order_by("-created").values_list("created", flat=True).first()
    since = timezone.now() - MESSAGES_SINCE
    events = [event_of(told) for told in stripe_gateway.events_since(max(known - OVERLAP, since) if known else since)]
    listed = StripeEvent.objects.filter(pk__in=[event.pk for event in events])
    heard = set(listed.values_list("pk", flat=True))
    fetched = [event.pk for event in events if event.pk not in heard and remember(event)]
    # Only when all of them are stored: whoever dies before this lists them again.
    listed.filter(listed_at=None).update(listed_at=timezone.now())
    return fetched


def _due(fetched: list[str]) -> list[Callable[[], object]]:
    now = timezone.now()
    never = Purchase.objects.filter(state=Purchase.State.OPEN, session=None, created__lt=now - NEVER_BEGUN_AFTER)
    never.update(state=Purchase.State.EXPIRED)
    undecided = Q(pk__in=[])
    for state, after in LOOK_AFTER.items():
        # What is of the future is of a clock that was set right since: nobody waits for that time to come.
        old = Q(since__lt=now - after) | Q(since__gt=now)
        undecided |= Q(old, state=state, session__isnull=False)
    looked = Purchase.objects.annotate(since=Coalesce("looked_at", "created"))
    purchases = looked.filter(undecided, created__gte=now - GIVE_UP_AFTER).order_by(
        F("looked_at").asc(nulls_first=True), "created"
    )
    since = Q(received__range=(now - MESSAGES_SINCE, now - ACT_AGAIN_AFTER)) | Q(received__gt=now)
    late = StripeEvent.objects.filter(since, acted_at=None)
    events = [*fetched, *late.order_by("tries", "received").values_list("pk", flat=True)[:AT_ONCE]]
    return [
        *(lambda pk=pk: _look(pk) for pk in purchases.values_list("pk", flat=True)[:AT_ONCE]),
        *(lambda pk=pk: act(event_id=pk) for pk in dict.fromkeys(events)),
        *(lambda pk=pk: send_refund(refund_id=pk) for pk in refunds_unanswered()),
    ]


def _look(purchase_id: UUID) -> None:
    try:
        settle(purchase_id=purchase_id)
    except stripe_gateway.Refused as error:
        # Made with another key, for instance. It goes to the end of the line.
        Purchase.objects.filter(pk=purchase_id).update(looked_at=timezone.now())
        logger.warning("Stripe does not show the session of purchase %s: %s", purchase_id, error)


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
