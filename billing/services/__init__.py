"""Credits and money: what comes in lots, is reserved, captured when pictures arrive, released when they do not."""

from billing.services.book import BalanceMoved
from billing.services.buying import (
    BuyingOff,
    Offer,
    PackWithdrawn,
    PressedBefore,
    TooManyPurchases,
    purchase_for,
    start_purchase,
)
from billing.services.catching_up import catch_up
from billing.services.grants import (
    free_credits_refusal,
    next_refill,
    on_person_verified,
    refill_due,
)
from billing.services.hearing import Malformed, NotStripe, hear
from billing.services.lots import NoSuchLot, NothingToRestore, add_lot, claw_back, expire_due, restore
from billing.services.money import digits_of, given, money, smallest
from billing.services.packs import buying_is_on, is_live, is_test_mode, packs_for_sale, was_bought
from billing.services.pages import PaymentsPage, come_back, payments, shop
from billing.services.reading import StatementPage, balance_of, debt_of, lots_of, statement
from billing.services.receipts import mail_receipts
from billing.services.reconcile import Reconciliation, reconcile, unbalanced
from billing.services.refunding import CannotRefund, refund, refundable, send_refund
from billing.services.settling import Contended, settle
from billing.services.spending import InDebt, OutOfCredits, capture, release, reserve
from billing.services.words import why_none
from billing.stripe_gateway import Away, Refused

__all__ = [
    "Away",
    "BalanceMoved",
    "BuyingOff",
    "CannotRefund",
    "Contended",
    "InDebt",
    "Malformed",
    "NoSuchLot",
    "NotStripe",
    "NothingToRestore",
    "Offer",
    "OutOfCredits",
    "PackWithdrawn",
    "PaymentsPage",
    "PressedBefore",
    "Reconciliation",
    "Refused",
    "StatementPage",
    "TooManyPurchases",
    "add_lot",
    "balance_of",
    "buying_is_on",
    "capture",
    "catch_up",
    "claw_back",
    "come_back",
    "debt_of",
    "digits_of",
    "expire_due",
    "free_credits_refusal",
    "given",
    "hear",
    "is_live",
    "is_test_mode",
    "lots_of",
    "mail_receipts",
    "money",
    "next_refill",
    "on_person_verified",
    "packs_for_sale",
    "payments",
    "purchase_for",
    "reconcile",
    "refill_due",
    "refund",
    "refundable",
    "release",
    "reserve",
    "restore",
    "send_refund",
    "settle",
    "shop",
    "smallest",
    "start_purchase",
    "statement",
    "unbalanced",
    "was_bought",
    "why_none",
]
