"""Our Stripe with a page where a person pays: `emulate`'s hosted Checkout, for the browser tests and for the demo.

`emulate` shows the page and says when it was paid, in a signed message. What it lacks (amounts in a session, refunds,
disputes, ids of events, idempotency) our double has, which also tells the site.
"""

import json
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, Self

import requests
import stripe

from deploy.setup.browser_libraries import node_command
from deploy.setup.project import Project
from tests.servers.process import end_with_parent
from tests.site import free_port, wait_until
from tests.stripe_double import KEY, SECRET, Facts, StripeDouble, signed

EMULATE = "node_modules/emulate/dist/index.js"
_THEIR_SECRET = "whsec_between_emulate_and_the_double"
_TOLD = "/from-emulate"


@dataclass(repr=False)
class HostedStripe(StripeDouble):
    """`with HostedStripe() as stripe:`; a site started with `stripe.settings` sells, and `stripe.site` is told."""

    site: str = ""
    tells: bool = True

    def __enter__(self) -> Self:
        super().__enter__()
        self.folder = tempfile.TemporaryDirectory(prefix="emulate-")
        self.port = free_port()
        self.hosted = f"http://127.0.0.1:{self.port}"
        seed = Path(self.folder.name) / "seed.json"
        hook = {"url": self.address + _TOLD, "events": ["checkout.session.completed"], "secret": _THEIR_SECRET}
        seed.write_text(json.dumps({"stripe": {"webhooks": [hook], "baseUrl": self.hosted}}))
        options = ["start", "--service", "stripe", "--port", str(self.port), "--seed", str(seed)]
        project = Project()
        with (Path(self.folder.name) / "log").open("wb") as log:
            self.emulate = subprocess.Popen(
                [*node_command(project), str(project.root / EMULATE), *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=end_with_parent(15),
            )
        wait_until(lambda: requests.get(self.hosted + "/checkout/none", timeout=2).status_code == 404, what="emulate")
        return self

    def __exit__(self, *error: object) -> None:
        self.emulate.terminate()
        self.emulate.wait(10)
        self.folder.cleanup()
        super().__exit__(*error)

    @property
    def settings(self) -> Mapping[str, str]:
        return {
            "STRIPE_SECRET_KEY": KEY,
            "STRIPE_WEBHOOK_SECRET": SECRET,
            "STRIPE_API_BASE": self.address,
            "STRIPE_CHECKOUT": self.hosted,
        }

    def page_of(self, pk: str, name: str, amount: int, currency: str, asked: Facts) -> str:
        product = self._emulated("products", {"name": name})
        price = self._emulated("prices", {"product": product["id"], "unit_amount": amount, "currency": currency})
        session = {
            "mode": "payment",
            "line_items[0][price]": price["id"],
            "line_items[0][quantity]": 1,
            "success_url": asked["success_url"],
            "cancel_url": asked["cancel_url"],
            "metadata[session]": pk,
        }
        return str(self._emulated("checkout/sessions", session)["url"])

    def tell(self, event: Facts) -> int:
        """The message, as Stripe would send it to the site; its answer's status."""
        body, signature = signed(event)
        headers = {"Stripe-Signature": signature, "Content-Type": "application/json"}
        return requests.post(f"{self.site}/stripe/webhook", data=body, headers=headers, timeout=30).status_code

    def other(self, handler: BaseHTTPRequestHandler, method: str, body: str) -> bool:
        if (method, handler.path) == ("POST", _TOLD):
            # What `emulate` signs, Stripe's own package takes for good.
            signature = handler.headers.get("Stripe-Signature")
            stripe.WebhookSignature.verify_header(body, signature, _THEIR_SECRET, 60)
            event = self.pay(json.loads(body)["data"]["object"]["metadata"]["session"])
            if self.tells and self.site:
                self.tell(event)
            _show(handler, "ok")
        elif handler.path.startswith("/receipts/"):
            charge = self.charges.get(handler.path.rpartition("/")[2], {})
            _show(handler, f"Receipt: {charge.get('amount')} {charge.get('currency')}, smallest unit. A stand-in.")
        else:
            return False
        return True

    def _emulated(self, path: str, data: Mapping[str, Any]) -> Facts:
        answer = requests.post(f"{self.hosted}/v1/{path}", data=data, auth=(KEY, ""), timeout=10)
        answer.raise_for_status()
        return dict(answer.json())


def _show(handler: BaseHTTPRequestHandler, words: str) -> None:
    head = '<!DOCTYPE html><title>Stripe, played by tests</title><link rel="icon" href="data:,">'
    page = f"{head}<p>{escape(words)}</p>".encode()
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html; charset=utf-8")
    handler.send_header("Content-Length", str(len(page)))
    handler.end_headers()
    handler.wfile.write(page)
