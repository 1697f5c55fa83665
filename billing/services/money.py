"""Money and what is sold, in words. Money is whole numbers of the smallest unit; it is never a float."""

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.models import Unit

# How many digits the smallest unit stands behind the point; two for every currency that is not named (Stripe's list).
_NONE = "bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf"
_THREE = "bhd jod kwd omr tnd"
_DIGITS = {**dict.fromkeys(_NONE.split(), 0), **dict.fromkeys(_THREE.split(), 3)}
_SIGNS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥"}
MICRO = 1_000_000


def digits_of(currency: str) -> int:
    return _DIGITS.get(currency, 2)


def money(amount: int, currency: str) -> str:
    """$15, $15.50, ¥1,500, 15.00 CHF."""
    digits = digits_of(currency)
    sign = _SIGNS.get(currency)
    whole = amount % 10**digits == 0
    shown = number_format(
        Decimal(amount).scaleb(-digits), decimal_pos=0 if sign and whole else digits, force_grouping=True
    )
    return f"{sign}{shown}" if sign else f"{shown} {currency.upper()}"


def smallest(amount: Decimal, currency: str) -> int | None:
    """What somebody typed, in the smallest unit; None where the currency has no such coin."""
    units = amount.scaleb(digits_of(currency))
    return int(units) if units == units.to_integral_value() else None


def given(gives: int, unit: str) -> str:
    """What a pack gives, as the statement and the letter say it."""
    if unit == Unit.MICRO_DOLLAR:
        return _("%(money)s for the API") % {"money": money(gives // (MICRO // 100), "usd")}
    return ngettext("%(count)s credit", "%(count)s credits", gives) % {
        "count": number_format(gives, force_grouping=True)
    }
