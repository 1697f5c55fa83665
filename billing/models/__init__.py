"""Credits and money as rows."""

from billing.models.grants import FreeCredits
from billing.models.ledger import Account, Entry, Lot, Portion, Unit
from billing.models.shop import Pack, Purchase, Refund, StripeEvent

__all__ = ["Account", "Entry", "FreeCredits", "Lot", "Pack", "Portion", "Purchase", "Refund", "StripeEvent", "Unit"]
