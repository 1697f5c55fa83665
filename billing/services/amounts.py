"""Amounts as figures, for columns and plots, where the heading says of what."""

from decimal import Decimal

from django.utils.formats import number_format

from billing.models import Unit

MINUS = "\u2212"


def counted(amount: int, unit: str) -> str:
    """1,150; of money as many digits as it has, and cents at least: $0.018"""
    sign = MINUS if amount < 0 else ""
    if unit == Unit.CREDIT:
        return f"{sign}{number_format(abs(amount), force_grouping=True)}"
    exact = Decimal(abs(amount)).scaleb(-6).normalize()
    places = max(2, -int(exact.as_tuple().exponent))
    return f"{sign}${number_format(exact, decimal_pos=places, force_grouping=True)}"
