"""System checks: keys of Stripe that could lose money, or that nobody would miss until it is too late."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from billing import services

STRIPE = "https://api.stripe.com"


def stripe(**_: Any) -> list[CheckMessage]:
    key, base = settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE
    found: list[CheckMessage] = []
    if not key:
        return found
    if services.is_live(key) and settings.DEBUG:
        hint = "Unset DEBUG, or use a key that begins with sk_test_."
        found.append(Error("STRIPE_SECRET_KEY takes real money and DEBUG is on.", hint=hint, id="tessera.E020"))
    if services.is_live(key) and base != STRIPE:
        hint = "Unset STRIPE_API_BASE, or use a key that begins with sk_test_."
        found.append(Error(f"STRIPE_SECRET_KEY is real and would be sent to {base}.", hint=hint, id="tessera.E021"))
    if key.startswith(("pk_", "whsec_")):
        hint = "It begins with sk_ or rk_. pk_ is the key for browsers, whsec_ the secret of the webhook."
        found.append(Error("STRIPE_SECRET_KEY is another kind of key.", hint=hint, id="tessera.E022"))
    if not settings.STRIPE_WEBHOOK_SECRETS:
        words = "STRIPE_WEBHOOK_SECRET is not set: payments are only seen by who comes back, or minutes later."
        hint = "Make a webhook endpoint for /stripe/webhook at Stripe and set its secret."
        found.append(Warning(words, hint=hint, id="tessera.W020"))
    return found
