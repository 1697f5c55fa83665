"""What is for sale, and whether anything can be bought here at all."""

from collections.abc import Sequence

from django.conf import settings

from billing.models import Pack

# The names that an operator has to set, for the page that says so.
SETTINGS = ("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET")


def buying_is_on() -> bool:
    return bool(settings.STRIPE_SECRET_KEY)


def is_test_mode() -> bool:
    """No money moves with these keys. Pages say so, in plain sight."""
    return buying_is_on() and not is_live(settings.STRIPE_SECRET_KEY)


def is_live(key: str) -> bool:
    # Secret and restricted keys: sk_live_…, rk_live_….
    return "_live_" in key[:12]


def packs_for_sale() -> Sequence[Pack]:
    return list(Pack.objects.filter(active=True))


def was_bought(*, pack: Pack) -> bool:
    """A pack that somebody bought stays, as what they bought; it can be taken off sale."""
    return pack.purchases.exists()
