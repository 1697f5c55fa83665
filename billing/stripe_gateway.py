"""The only place that speaks to Stripe, in the types that Stripe's own package ships.

What comes back is ours: plain facts, because the objects of the package are no dicts and change with its version.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TypeVar
from uuid import UUID

import stripe
from django.conf import settings
from stripe.params.checkout import SessionCreateParams

# A page waits for this; the package tries a request again twice, under the same key.
TIMEOUT_SECONDS = 10
RETRIES = 2
EVENTS_AT_ONCE = 500
# While a dispute is undecided, and after it is lost, the money is with the buyer. An inquiry ("warning_…") moves none.
HOLDING = ("needs_response", "under_review", "lost")
KINDS = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "charge.refunded",
    "charge.refund.updated",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
)


Answer = TypeVar("Answer")


class Away(Exception):
    """Stripe cannot be reached, or asks us to come again later. Nothing is known of what it did."""


class Refused(Exception):
    """Stripe understood and says no."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a session is made from."""

    purchase: UUID
    name: str
    amount: int
    currency: str
    email: str
    page: str
    ends: datetime


@dataclass(frozen=True, kw_only=True)
class Checkout:
    session: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Payment:
    """How a session stands now, with what went back of its money."""

    purchase: str
    over: bool
    expired: bool
    paid: bool
    failed: bool
    amount: int | None
    currency: str | None
    intent: str | None = None
    receipt: str = ""
    paid_at: datetime | None = None
    refunded: int = 0
    disputed: int = 0


@cache
def _client(key: str, base: str) -> stripe.StripeClient:
    return stripe.StripeClient(
        key,
        base_addresses={"api": base},
        max_network_retries=RETRIES,
        http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
    )


def client() -> stripe.StripeClient:
    return _client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE)


def create_checkout(order: Order) -> Checkout:
    """The purchase's id is the key: however often this is called, there is one session."""
    params: SessionCreateParams = {
        "mode": "payment",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": order.currency,
                    "unit_amount": order.amount,
                    "product_data": {"name": order.name},
                },
            }
        ],
        "client_reference_id": str(order.purchase),
        "metadata": {"purchase": str(order.purchase)},
        "payment_intent_data": {"metadata": {"purchase": str(order.purchase)}, "receipt_email": order.email},
        "customer_email": order.email,
        "success_url": order.page,
        "cancel_url": order.page,
        "expires_at": int(order.ends.timestamp()),
    }
    made = _asked(
        lambda: client().v1.checkout.sessions.create(params, {"idempotency_key": f"purchase-{order.purchase}"})
    )
    if not made.url:
        raise Refused("The session is over already.")
    return Checkout(session=made.id, url=made.url)


def payment(session: str) -> Payment:
    found = _asked(
        lambda: client().v1.checkout.sessions.retrieve(session, {"expand": ["payment_intent.latest_charge"]})
    )
    intent = found.payment_intent
    charge = intent.latest_charge if isinstance(intent, stripe.PaymentIntent) else None
    paid = found.payment_status == "paid"
    over = found.status == "complete"
    failed = isinstance(intent, stripe.PaymentIntent) and intent.status in ("requires_payment_method", "canceled")
    facts = Payment(
        purchase=(found.metadata.to_dict() if found.metadata else {}).get("purchase", ""),
        over=over,
        expired=found.status == "expired",
        paid=over and paid,
        failed=over and not paid and failed,
        amount=found.amount_total,
        currency=found.currency,
        intent=intent if isinstance(intent, str) or intent is None else intent.id,
    )
    if not isinstance(charge, stripe.Charge):
        return facts
    return Payment(
        **{
            **vars(facts),
            "receipt": charge.receipt_url or "",
            "paid_at": datetime.fromtimestamp(charge.created, UTC),
            "refunded": charge.amount_refunded,
            "disputed": _held_by_disputes(charge.id) if charge.disputed else 0,
        }
    )


def purchase_of_intent(intent: str) -> str:
    """The purchase that a payment names; empty where it is none of ours."""
    try:
        found = _asked(lambda: client().v1.payment_intents.retrieve(intent))
    except Refused:
        return ""
    return str(found.metadata.to_dict().get("purchase", ""))


def refund(*, refund_id: UUID, intent: str, amount: int) -> str:
    made = _asked(
        lambda: client().v1.refunds.create(
            {"payment_intent": intent, "amount": amount, "metadata": {"refund": str(refund_id)}},
            {"idempotency_key": f"refund-{refund_id}"},
        )
    )
    if made.status in ("failed", "canceled"):
        raise Refused(f"The refund is {made.status}.")
    return made.id


def events_since(moment: datetime) -> Iterator[stripe.Event]:
    """The newest events of the kinds that matter here, at most so many."""
    found = _asked(
        lambda: client().v1.events.list(
            {"created": {"gte": int(moment.timestamp())}, "types": list(KINDS), "limit": 100}
        )
    )
    for number, event in enumerate(found.auto_paging_iter()):
        if number == EVENTS_AT_ONCE:
            return
        yield event


def _held_by_disputes(charge: str) -> int:
    found = _asked(lambda: client().v1.disputes.list({"charge": charge, "limit": 100}))
    return sum(dispute.amount for dispute in found.data if dispute.status in HOLDING)


def _asked(ask: Callable[[], Answer]) -> Answer:
    try:
        return ask()
    except (stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError) as error:
        raise Away(str(error)) from error
    except stripe.StripeError as error:
        raise Refused(error.user_message or str(error)) from error
