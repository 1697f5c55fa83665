"""Keys that would lose money stop the start, with an id and a hint."""

import pytest
from pytest_django import Settings

from billing import checks


@pytest.mark.parametrize(
    ("key", "debug", "base", "ids"),
    [
        ("", True, checks.STRIPE, []),
        ("sk_test_1", True, "http://127.0.0.1:1", []),
        ("sk_live_1", False, checks.STRIPE, []),
        ("sk_live_1", True, checks.STRIPE, ["tessera.E020"]),
        ("rk_live_1", True, checks.STRIPE, ["tessera.E020"]),
        ("sk_live_1", False, "http://127.0.0.1:1", ["tessera.E021"]),
        ("pk_live_1", False, checks.STRIPE, ["tessera.E022"]),
    ],
)
def test_keys(settings: Settings, key: str, debug: bool, base: str, ids: list[str]) -> None:
    settings.STRIPE_SECRET_KEY, settings.DEBUG, settings.STRIPE_API_BASE = key, debug, base
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_1"]
    found = checks.stripe()
    assert [message.id for message in found] == ids
    assert all(message.hint and key not in message.msg for message in found)


def test_a_key_without_the_secret_of_the_webhook(settings: Settings) -> None:
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRETS = "sk_test_1", []
    assert [message.id for message in checks.stripe()] == ["tessera.W020"]
