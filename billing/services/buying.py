"""From the press of Buy to Stripe's page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone

from accounts.models import Person
from billing import stripe_gateway
from billing.models import Pack, Purchase
from billing.services.packs import buying_is_on

# Stripe allows half an hour to a day; the price on its page holds for as long.
SESSION_LASTS = timedelta(hours=2)
MOST_AN_HOUR = 20


class BuyingOff(Exception):
    """No keys are set: nothing can be bought here."""


class PackWithdrawn(Exception):
    """It is not sold any more, or not for what the page said. Nothing was charged."""


class TooManyPurchases(Exception):
    """So many begun within an hour are nobody's wish."""


class PressedBefore(Exception):
    """This page's button has done its work already, or for another pack."""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What the page said when the person pressed."""

    pack_id: int
    gives: int
    amount: int
    currency: str


def start_purchase(*, person: Person, offer: Offer, key: str, page: Callable[[UUID], str]) -> Purchase:
    """The purchase with the address of Stripe's page. The same key again is the same purchase and the same session,
    also where the first answer was lost. Raises `stripe_gateway.Away` when Stripe did not answer: press again."""
    if not buying_is_on():
        raise BuyingOff
    purchase = Purchase.objects.filter(person=person, key=key).first() or _begin(person, offer, key, page)
    over = purchase.created + SESSION_LASTS < timezone.now()
    if purchase.pack_id != offer.pack_id or purchase.state != Purchase.State.OPEN or over:
        raise PressedBefore
    return purchase if purchase.session else _open_checkout(purchase)


def purchase_for(*, person: Person, purchase_id: UUID) -> Purchase:
    """The person's own; another's is not there."""
    found = Purchase.objects.filter(person=person, pk=purchase_id).first()
    if found is None:
        raise Http404
    return found


def _begin(person: Person, offer: Offer, key: str, page: Callable[[UUID], str]) -> Purchase:
    pack = Pack.objects.filter(pk=offer.pack_id, active=True).first()
    if pack is None or (pack.gives, pack.amount, pack.currency) != (offer.gives, offer.amount, offer.currency):
        raise PackWithdrawn
    hour = timezone.now() - timedelta(hours=1)
    if Purchase.objects.filter(person=person, created__gte=hour).count() >= MOST_AN_HOUR:
        raise TooManyPurchases
    purchase = Purchase(
        person=person,
        pack=pack,
        key=key,
        name=pack.name,
        unit=pack.unit,
        gives=pack.gives,
        amount=pack.amount,
        currency=pack.currency,
        email=person.email,
    )
    purchase.page = page(purchase.pk)
    try:
        with transaction.atomic():
            purchase.save(force_insert=True)
    except IntegrityError:
        # The other press of the same button was quicker.
        return Purchase.objects.get(person=person, key=key)
    return purchase


def _open_checkout(purchase: Purchase) -> Purchase:
    """Outside of any transaction: Stripe may take seconds. A retry says the same, so Stripe knows it as one."""
    made = stripe_gateway.create_checkout(
        stripe_gateway.Order(
            purchase=purchase.pk,
            name=purchase.name,
            amount=purchase.amount,
            currency=purchase.currency,
            email=purchase.email,
            page=purchase.page,
            ends=purchase.created + SESSION_LASTS,
        )
    )
    Purchase.objects.filter(pk=purchase.pk, session=None).update(session=made.session, session_url=made.url)
    purchase.refresh_from_db()
    return purchase
