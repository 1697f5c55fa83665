"""Credits and money as rows."""

from billing.models.grants import FreeCredits
from billing.models.ledger import Account, Entry, Lot, Portion, Unit
from billing.models.operators import Adjustment, Application, LedgerCheck
from billing.models.shop import Pack, Purchase, Refund, Resolution, StripeEvent

__all__ = [
    "Account",
    "Adjustment",
    "Application",
    "Entry",
    "FreeCredits",
    "LedgerCheck",
    "Lot",
    "Pack",
    "Portion",
    "Purchase",
    "Refund",
    "Resolution",
    "StripeEvent",
    "Unit",
]
