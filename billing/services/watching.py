"""How money stands, for the operators' health page: whether the ledger adds up, and what Stripe told that waits."""

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Min
from django.utils import timezone

from billing.models import Application, LedgerCheck, Purchase, Refund, StripeEvent
from billing.services.packs import buying_is_on
from billing.services.reconcile import Reconciliation, reconcile

logger = logging.getLogger(__name__)

EVERY = timedelta(hours=6)
KEPT = timedelta(days=90)
RECENT = timedelta(days=1)
# A few hundred messages tell how late they come.
MESSAGES = 200
# A letter goes within seconds of what it tells of.
LETTER_LATE = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class StripeFigures:
    """Of the last day, but for what waits. Lags are in seconds, from Stripe's clock to ours."""

    heard: int
    last_heard: datetime | None
    lag: float
    worst_lag: float
    waiting: int
    waiting_since: datetime | None
    problem: str
    held: int
    refunds_asked: int


@dataclass(frozen=True, kw_only=True)
class MoneyFigures:
    check: LedgerCheck | None
    stripe: StripeFigures | None  # None: nothing is sold here
    letters_late: int


def check_ledger() -> Reconciliation:
    """Proves all of it, and keeps what came of that."""
    began = time.monotonic()
    found = reconcile()
    LedgerCheck.objects.create(
        seconds=time.monotonic() - began,
        accounts=found.accounts,
        entries=found.entries,
        differences=len(found.differences),
        first=found.differences[0] if found.differences else "",
    )
    LedgerCheck.objects.filter(finished__lt=timezone.now() - KEPT).delete()
    for difference in found.differences[:20]:
        logger.error("the ledger does not add up: %s", difference)
    return found


def check_ledger_if_due() -> bool:
    """Asked often, for sites that are not up all day."""
    due = not LedgerCheck.objects.filter(finished__gt=timezone.now() - EVERY).exists()
    if due:
        check_ledger()
    return due


def money_figures() -> MoneyFigures:
    return MoneyFigures(
        check=LedgerCheck.objects.order_by("-finished").first(),
        stripe=_stripe() if buying_is_on() else None,
        letters_late=_letters_late(),
    )


def _stripe() -> StripeFigures:
    now = timezone.now()
    recent = StripeEvent.objects.filter(received__gt=now - RECENT)
    lags = _lags(recent.order_by("-received").values_list("created", "received")[:MESSAGES])
    waiting = StripeEvent.objects.filter(acted_at=None)
    worst = waiting.exclude(problem="").order_by("-received").values_list("problem", flat=True).first()
    newest = StripeEvent.objects.order_by("-received").values_list("received", flat=True).first()
    return StripeFigures(
        heard=recent.count(),
        last_heard=newest,
        lag=median(lags) if lags else 0.0,
        worst_lag=max(lags, default=0.0),
        waiting=waiting.count(),
        waiting_since=waiting.aggregate(first=Min("received"))["first"],
        problem=worst or "",
        held=Purchase.objects.filter(state=Purchase.State.HELD).count(),
        refunds_asked=Refund.objects.filter(state=Refund.State.ASKED).count(),
    )


def _lags(moments: Iterable[tuple[datetime, datetime]]) -> list[float]:
    # Stripe's clock counts whole seconds: what came within one may seem to have come before it was sent.
    return [max(0.0, (received - created).total_seconds()) for created, received in moments]


def _letters_late() -> int:
    since = timezone.now() - LETTER_LATE
    receipts = Purchase.objects.filter(state=Purchase.State.PAID, receipt_mailed_at=None, paid_at__lt=since)
    return receipts.count() + Application.objects.filter(told_at=None, decided_at__lt=since).count()
