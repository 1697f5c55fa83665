"""Credits and money: what comes in lots, is reserved, captured when pictures arrive, released when they do not."""

from billing.services.book import BalanceMoved
from billing.services.grants import (
    free_credits_refusal,
    next_refill,
    on_person_verified,
    refill_due,
)
from billing.services.lots import NoSuchLot, NothingToRestore, add_lot, claw_back, expire_due, restore
from billing.services.reading import StatementPage, balance_of, debt_of, lots_of, statement
from billing.services.reconcile import Reconciliation, reconcile, unbalanced
from billing.services.spending import InDebt, OutOfCredits, capture, release, reserve
from billing.services.words import why_none

__all__ = [
    "BalanceMoved",
    "InDebt",
    "NoSuchLot",
    "NothingToRestore",
    "OutOfCredits",
    "Reconciliation",
    "StatementPage",
    "add_lot",
    "balance_of",
    "capture",
    "claw_back",
    "debt_of",
    "expire_due",
    "free_credits_refusal",
    "lots_of",
    "next_refill",
    "on_person_verified",
    "reconcile",
    "refill_due",
    "release",
    "reserve",
    "restore",
    "statement",
    "unbalanced",
    "why_none",
]
