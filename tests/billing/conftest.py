from collections.abc import Iterator

import pytest
from pytest_django import Settings
from stripe import HTTPClient

from tests.billing.shop import Shop
from tests.stripe_double import KEY, SECRET, StripeDouble


@pytest.fixture
def shop(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """Keys are set, and Stripe is our double. Stripe's package waits less between its tries."""
    monkeypatch.setattr(HTTPClient, "INITIAL_DELAY", 0.01)
    monkeypatch.setattr(HTTPClient, "MAX_DELAY", 0.02)
    with StripeDouble() as double:
        settings.STRIPE_SECRET_KEY = KEY
        settings.STRIPE_WEBHOOK_SECRETS = [SECRET]
        settings.STRIPE_API_BASE = double.address
        yield Shop(double)
