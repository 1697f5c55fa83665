"""What Stripe tells: proven to be Stripe's, stored once for each of its ids, and acted upon.

A message is a nudge. It says which purchase to look at, and nothing that it says of it is believed (settling.py).
"""

import json
import logging
import time
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import stripe
from django.conf import settings
from django.db.models import F
from django.utils import timezone

from billing import stripe_gateway
from billing.models import Purchase, StripeEvent
from billing.services.settling import settle

logger = logging.getLogger(__name__)

# How old a message may be, and how far its clock may be before ours.
TOLERANCE_SECONDS = 300


class NotStripe(Exception):
    """The signature is missing, wrong, too old, or of the future."""


class Malformed(Exception):
    """It is signed, and no event."""


def hear(*, payload: bytes, signature: str) -> None:
    """Everything a webhook does. Raises what went wrong in acting, so that Stripe sends it again."""
    _verify(payload, signature)
    event = _parse(payload)
    remember(event)
    act(event_id=event.pk)


def remember(event: StripeEvent) -> bool:
    """Stored, once; true the first time."""
    fields = {"kind": event.kind, "created": event.created, "about": event.about}
    _event, first = StripeEvent.objects.get_or_create(pk=event.pk, defaults=fields)
    return first


def act(*, event_id: str) -> None:
    """Settles what the event is about, unless that was done. To do it twice would be harmless."""
    event = StripeEvent.objects.get(pk=event_id)
    if event.acted_at:
        return
    mine = StripeEvent.objects.filter(pk=event_id)
    try:
        purchase_id = _purchase_of(event)
        if purchase_id is not None:
            settle(purchase_id=purchase_id)
    except Exception as error:
        mine.update(tries=F("tries") + 1, problem=f"{type(error).__name__}: {error}"[:2000])
        raise
    if purchase_id is None and event.kind in stripe_gateway.KINDS:
        logger.warning("Stripe's event %s (%s) is about nothing that was bought here", event.pk, event.kind)
    mine.update(tries=F("tries") + 1, problem="", acted_at=timezone.now(), purchase_id=purchase_id)


def event_of(told: stripe.Event) -> StripeEvent:
    """An event as Stripe lists it."""
    return _event(told.to_dict())


def _verify(payload: bytes, signature: str) -> None:
    for secret in settings.STRIPE_WEBHOOK_SECRETS:
        try:
            stripe.WebhookSignature.verify_header(payload, signature, secret, TOLERANCE_SECONDS)
        except (stripe.SignatureVerificationError, UnicodeDecodeError):
            continue
        # Stripe's package takes a signature of the future, with which an old message could be kept for later.
        if _signed_at(signature) <= time.time() + TOLERANCE_SECONDS:
            return
    raise NotStripe


def _signed_at(signature: str) -> int:
    """The moment that the signature covers: the first, as the package reads it."""
    return next(int(part[2:]) for part in signature.split(",") if part.startswith("t="))


def _parse(payload: bytes) -> StripeEvent:
    try:
        return _event(json.loads(payload))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise Malformed from error


def _event(told: dict[str, Any]) -> StripeEvent:
    thing = told["data"]["object"]
    about = {
        "session": thing["id"] if thing.get("object") == "checkout.session" else None,
        "purchase": (thing.get("metadata") or {}).get("purchase"),
        "intent": thing.get("payment_intent"),
    }
    for value in (told["id"], told["type"], *filter(None, about.values())):
        if not isinstance(value, str) or not 0 < len(value) <= 255 or "\0" in value:
            raise ValueError(value)
    created = datetime.fromtimestamp(told["created"], UTC)
    return StripeEvent(pk=told["id"], kind=told["type"][:100], created=created, about=about)


def _purchase_of(event: StripeEvent) -> UUID | None:
    """By what we were told when we asked for the session; by its metadata where that answer was lost. Not by
    client_reference_id, which whoever has a payment link of the same Stripe account may write."""
    if event.kind not in stripe_gateway.KINDS:
        return None
    session, intent, named = (event.about.get(name) for name in ("session", "intent", "purchase"))
    if session and (found := Purchase.objects.filter(session=session).first()):
        return found.pk
    if intent and (found := Purchase.objects.filter(payment_intent=intent).first()):
        return found.pk
    if not named and intent:
        named = stripe_gateway.purchase_of_intent(intent)
    return _ours(named, session)


def _ours(named: str | None, session: str | None) -> UUID | None:
    try:
        purchase_id = UUID(named or "")
    except ValueError:
        return None
    if session:
        Purchase.objects.filter(pk=purchase_id, session=None).update(session=session)
    found = Purchase.objects.filter(pk=purchase_id).first()
    return found.pk if found and (session is None or found.session == session) else None
