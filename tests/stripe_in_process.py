"""Stripe's real package over our double without a socket: for thousands of purchases a minute.

world = World(clock=...)
with stripe_is(world):
    purchase = services.start_purchase(...)
    services.hear(payload=..., signature=...)
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import stripe
from django.conf import settings

from billing import stripe_gateway
from tests.stripe_double import KEY, SECRET, World


class InProcess(stripe.HTTPClient):
    """What Stripe's package sends goes to the world, faults included, and its tries follow each other at once."""

    name = "in-process"

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        key, path = (headers or {}).get("Idempotency-Key"), url.removeprefix(stripe.DEFAULT_API_BASE)
        fault = self.world.next_fault()
        if fault in ("429", "500"):
            self.world.asked.append((method.upper(), urlsplit(path).path, key))
            return json.dumps({"error": {"message": f"a {fault} on purpose"}}), int(fault), {}
        if fault == "reset":
            raise stripe.APIConnectionError("reset", should_retry=True)
        status, answer = self.world.answer(method.upper(), path, post_data or "", key)
        if fault == "lost":
            raise stripe.APIConnectionError("lost", should_retry=True)
        return json.dumps(answer), status, {}

    def _sleep_time_seconds(self, num_retries: int) -> float:
        return 0


@contextmanager
def stripe_is(world: World) -> Iterator[World]:
    """Keys are set, and whatever is asked of Stripe is asked of this world."""
    client = stripe.StripeClient(KEY, http_client=InProcess(world), max_network_retries=stripe_gateway.RETRIES)
    with (
        mock.patch.object(settings, "STRIPE_SECRET_KEY", KEY),
        mock.patch.object(settings, "STRIPE_WEBHOOK_SECRETS", [SECRET]),
        mock.patch.object(stripe_gateway, "client", return_value=client),
    ):
        yield world
