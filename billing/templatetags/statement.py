from decimal import Decimal

from django import template
from django.utils.formats import number_format

from billing.services import Unit

register = template.Library()

MINUS = "\u2212"


@register.filter
def counted(amount: int, unit: str) -> str:
    """`{{ line.balance|counted:unit }}`: 1,150; of money as many digits as it has, and cents at least: $0.018"""
    if unit == Unit.CREDIT:
        return f"{MINUS if amount < 0 else ''}{number_format(abs(amount), force_grouping=True)}"
    exact = (Decimal(abs(amount)).scaleb(-6)).normalize()
    places = max(2, -int(exact.as_tuple().exponent))
    return f"{MINUS if amount < 0 else ''}${number_format(exact, decimal_pos=places, force_grouping=True)}"


@register.filter
def signed(amount: int, unit: str) -> str:
    """The same with its sign: +115"""
    return f"{'+' if amount > 0 else ''}{counted(amount, unit)}"
