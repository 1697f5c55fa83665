"""Free credits: the first month's when the e-mail is verified, a refill on its day of every month after."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from billing.models import FreeCredits, Lot, Unit
from billing.services.book import BalanceMoved
from billing.services.identity import identity_of, is_disposable, network_of
from billing.services.lots import add_lot
from billing.services.periods import period_of

logger = logging.getLogger(__name__)

A_DAY = timedelta(days=1)
LOOK_AGAIN = timedelta(hours=1)


def on_person_verified(*, person: Person, asked_from: str = "", **_signal: Any) -> None:
    begin_free_credits(person=person, asked_from=asked_from)


@transaction.atomic
def begin_free_credits(*, person: Person, asked_from: str = "") -> None:
    """The first credits, or the reason why none come. Harmless when it has happened already."""
    if person.verified_at is None or FreeCredits.objects.filter(person=person).exists():
        return
    free = FreeCredits(
        person=person,
        identity=identity_of(person.email),
        network=network_of(asked_from),
        anchor=person.verified_at,
        next_at=person.verified_at,
    )
    try:
        with transaction.atomic():
            free.save(force_insert=True)
    except IntegrityError:
        # Somebody with another spelling of this address has them.
        free.identity, free.refusal, free.next_at = None, FreeCredits.Refusal.SAME_PERSON, None
        free.save(force_insert=True)
    else:
        refill(person=person)


def refill_due(*, limit: int = 500) -> int:
    """Refills everybody whose time has come; how many got something. What was missed has expired, so nobody gets it."""
    now = timezone.now()
    # A month granted ahead of its time was granted by a clock that was wrong, and the refill after it is late.
    due = FreeCredits.objects.filter(Q(next_at__lte=now) | Q(granted_for__gt=now), person__is_active=True)
    people = Person.objects.filter(pk__in=list(due.order_by("next_at").values_list("person", flat=True)[:limit]))
    came = 0
    for person in people:
        try:
            came += refill(person=person)
        except (DatabaseError, BalanceMoved):
            logger.exception("the free credits of person %s did not come", person.pk)
    return came


@transaction.atomic
def refill(*, person: Person) -> bool:
    """The free credits of the month that it is, once; true if they came with this call."""
    free = FreeCredits.objects.select_for_update().get(person=person)
    now = timezone.now()
    if free.next_at is None:
        return False
    began, ends = period_of(free.anchor, now)
    if is_disposable(person.email):
        free.refusal, free.next_at = FreeCredits.Refusal.DISPOSABLE, None
        free.save()
        return False
    if free.first_at is None and _network_is_busy(free, now):
        free.next_at = now + LOOK_AGAIN
        free.save()
        return False
    amount = settings.FIRST_MONTH_CREDITS if free.first_at is None else settings.MONTHLY_CREDITS
    free.first_at, free.granted_for, free.next_at = free.first_at or now, began, ends
    free.save()
    # Named for the month, not for what came with it: whatever the clock did, a month is granted once.
    month = "first-month" if began == free.anchor else f"{began:%Y-%m}"
    return amount > 0 and add_lot(
        person=person,
        unit=Unit.CREDIT,
        source=Lot.Source.FREE,
        amount=amount,
        expires_at=ends,
        reference=month,
        effect=f"grant:{month}:{person.pk}",
    )


def next_refill(*, person: Person) -> datetime | None:
    """When a month's free credits come next; None where none do, or where the first are still to come."""
    return FreeCredits.objects.filter(person=person).exclude(first_at=None).values_list("next_at", flat=True).first()


def free_credits_refusal(*, person: Person) -> str:
    """Why no free credits come, or not yet, in a sentence for the person. Empty where they come."""
    free = FreeCredits.objects.filter(person=person).first()
    if free is None:
        return ""
    if free.refusal == FreeCredits.Refusal.SAME_PERSON:
        return _("The free credits of this e-mail address go to another account of yours, so none come to this one.")
    if free.refusal == FreeCredits.Refusal.DISPOSABLE:
        return _("No free credits come to addresses of this e-mail provider. Everything else works.")
    if free.first_at is None:
        return _("Many accounts were made from your network today. Your free credits come within a day or two.")
    return ""


def _network_is_busy(free: FreeCredits, now: datetime) -> bool:
    if not free.network:
        return False
    given = FreeCredits.objects.filter(network=free.network, first_at__gt=now - A_DAY, first_at__lte=now)
    return given.count() >= settings.FIRST_MONTHS_A_NETWORK
