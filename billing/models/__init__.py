"""Credits and money as rows."""

from billing.models.grants import FreeCredits
from billing.models.ledger import Account, Entry, Lot, Portion, Unit

__all__ = ["Account", "Entry", "FreeCredits", "Lot", "Portion", "Unit"]
