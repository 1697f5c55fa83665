"""What the pages of buying show."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.models import Person
from billing import stripe_gateway
from billing.models import Purchase, Unit
from billing.services.buying import purchase_for
from billing.services.packs import SETTINGS, buying_is_on, is_test_mode, packs_for_sale
from billing.services.reading import debt_of
from billing.services.settling import Contended, settle

logger = logging.getLogger(__name__)

PAGE = 50
# Somebody who loads the page again and again does not make us ask Stripe each time.
LOOKED_JUST_NOW = timedelta(seconds=2)
UNDECIDED = (Purchase.State.OPEN, Purchase.State.WAITING)
NO_PAYMENT = (Purchase.State.OPEN, Purchase.State.EXPIRED)


@dataclass(frozen=True)
class PaymentsPage:
    purchases: Sequence[Purchase]
    older: datetime | None


def shop(*, person: Person | None) -> dict[str, Any]:
    packs = packs_for_sale() if buying_is_on() else ()
    return {
        "buying_is_on": buying_is_on(),
        "test_mode": is_test_mode(),
        "settings_to_set": SETTINGS if person is not None and person.is_staff else (),
        "debt": debt_of(person=person) if person is not None else 0,
        "packs": [pack for pack in packs if pack.unit == Unit.CREDIT],
        "top_ups": [pack for pack in packs if pack.unit == Unit.MICRO_DOLLAR],
    }


def come_back(*, person: Person, purchase_id: UUID) -> Purchase:
    """The person's purchase, after a look at how it stands. Stripe's page leads here with nothing that we believe: not
    even which session it was, for that we know. Where Stripe is away, what was paid is found later."""
    found = purchase_for(person=person, purchase_id=purchase_id)
    since = timezone.now() - (found.looked_at or found.created)
    # Not before it, as after a clock was set back.
    just_now = found.looked_at is not None and timedelta(0) <= since < LOOKED_JUST_NOW
    if found.state not in UNDECIDED or just_now:
        return found
    try:
        return settle(purchase_id=found.pk)
    except (stripe_gateway.Away, stripe_gateway.Refused, Contended) as error:
        logger.warning("purchase %s could not be looked at: %s", found.pk, error)
        return found


def payments(*, person: Person, before: datetime | None = None, size: int = PAGE) -> PaymentsPage:
    """Newest first. What was begun and never paid is no payment."""
    found = Purchase.objects.filter(person=person).exclude(state__in=NO_PAYMENT)
    if before is not None:
        found = found.filter(created__lt=before)
    rows = list(found.order_by("-created")[: size + 1])
    return PaymentsPage(rows[:size], rows[size - 1].created if len(rows) > size else None)
