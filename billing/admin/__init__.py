"""What operators see and do: the books, changes by hand, applications, figures."""

from billing.admin import books, by_hand

__all__ = ["books", "by_hand"]
