"""A Stripe of our own for tests: what the npm `emulate` lacks, and what Stripe does on its worst days.

`World` is the state and the answers, without a socket. `StripeDouble` serves it over HTTP, where the real package
reaches it by STRIPE_API_BASE. Acts of the world (`pay`, `refund`, `dispute`) make events, which are kept until somebody
delivers them, in whatever order; so nothing here knows of the site.

With `hosted`, the address of a running `emulate`, its hosted page stands in for Stripe's own (tests/stripe_hosted.py).
"""

import itertools
import json
import secrets
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

import stripe

SECRET = "whsec_only_for_tests"
KEY = "sk_test_only_for_tests"
Facts = dict[str, Any]


class Refusal(Exception):
    def __init__(self, status: int, kind: str, message: str, code: str = "") -> None:
        self.status = status
        self.body = {"error": {"type": kind, "message": message, "code": code}}


@dataclass(repr=False)
class World:
    """Everything that Stripe would know."""

    address: str = "http://stripe.invalid"
    sessions: dict[str, Facts] = field(default_factory=dict)
    intents: dict[str, Facts] = field(default_factory=dict)
    charges: dict[str, Facts] = field(default_factory=dict)
    refunds: dict[str, Facts] = field(default_factory=dict)
    disputes: dict[str, Facts] = field(default_factory=dict)
    events: list[Facts] = field(default_factory=list)
    # Idempotency: the key, with what was asked and answered under it.
    keys: dict[str, tuple[Any, Facts]] = field(default_factory=dict)
    # Faults to come, the next first: "429", "500", "reset" (before it is done), "lost" (after it was done).
    faults: list[str] = field(default_factory=list)
    # Every request that came, with its key.
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)
    clock: Callable[[], float] = time.time
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    # A database may outlive this world (the demo's does), and Stripe gives no id twice.
    token: str = field(default_factory=lambda: secrets.token_hex(4))

    # What the buyer, the bank and the operator do

    def session_of(self, purchase: object) -> str:
        """The session that was made for this purchase of ours."""
        return next(pk for pk, session in self.sessions.items() if session["metadata"].get("purchase") == str(purchase))

    def pay(self, session_id: str, *, amount: int | None = None, currency: str | None = None) -> Facts:
        """The card was good: complete and paid, in one."""
        with self.lock:
            self._complete(session_id, "succeeded", amount, currency)
            self._charge(session_id)
            return self._tell("checkout.session.completed", self.sessions[session_id])

    def pay_later(self, session_id: str) -> Facts:
        """A bank debit: complete, and not paid."""
        with self.lock:
            self._complete(session_id, "processing", None, None)
            return self._tell("checkout.session.completed", self.sessions[session_id])

    def bank_says(self, session_id: str, *, yes: bool) -> Facts:
        with self.lock:
            session = self.sessions[session_id]
            self.intents[session["payment_intent"]]["status"] = "succeeded" if yes else "requires_payment_method"
            if yes:
                self._charge(session_id)
            word = "succeeded" if yes else "failed"
            return self._tell(f"checkout.session.async_payment_{word}", session)

    def expire(self, session_id: str) -> Facts:
        with self.lock:
            self.sessions[session_id].update(status="expired", url=None)
            return self._tell("checkout.session.expired", self.sessions[session_id])

    def refund(self, session_id: str, amount: int) -> Facts:
        """By somebody in Stripe's dashboard."""
        with self.lock:
            self._refund(self.sessions[session_id]["payment_intent"], amount, {})
            return self.events[-1]

    def fail_refund(self, session_id: str) -> Facts:
        """The last one did not arrive; the money is with the seller again."""
        with self.lock:
            charge = self.charge_of(session_id)
            refund = [one for one in self.refunds.values() if one["charge"] == charge["id"]][-1]
            refund["status"] = "failed"
            charge["amount_refunded"] -= refund["amount"]
            return self._tell("refund.failed", refund)

    def dispute(self, session_id: str, amount: int | None = None, *, status: str = "needs_response") -> Facts:
        with self.lock:
            charge = self.charge_of(session_id)
            charge["disputed"] = True
            made = {
                "id": self._id("dp"),
                "object": "dispute",
                "amount": amount or charge["amount"] - charge["amount_refunded"],
                "currency": charge["currency"],
                "charge": charge["id"],
                "payment_intent": charge["payment_intent"],
                "status": status,
                "metadata": {},
                "created": int(self.clock()),
            }
            self.disputes[made["id"]] = made
            return self._tell("charge.dispute.created", made)

    def close_dispute(self, session_id: str, *, won: bool) -> Facts:
        with self.lock:
            charge = self.charge_of(session_id)
            dispute = [one for one in self.disputes.values() if one["charge"] == charge["id"]][-1]
            dispute["status"] = "won" if won else "lost"
            return self._tell("charge.dispute.closed", dispute)

    def charge_of(self, session_id: str) -> Facts:
        return self.charges[self.intents[self.sessions[session_id]["payment_intent"]]["latest_charge"]]

    # Stripe's side of the wire

    def answer(self, method: str, target: str, body: str, key: str | None) -> tuple[int, Facts]:
        """One request, in Stripe's terms: status and body. Faults are the caller's to bring about (`next_fault`)."""
        parts = urlsplit(target)
        asked = _nested(parse_qsl(body if method == "POST" else parts.query, keep_blank_values=True))
        with self.lock:
            self.asked.append((method, parts.path, key))
            try:
                return 200, self._once(method, parts.path, asked, key)
            except Refusal as refusal:
                return refusal.status, refusal.body

    def next_fault(self) -> str:
        with self.lock:
            return self.faults.pop(0) if self.faults else ""

    def _once(self, method: str, path: str, asked: Facts, key: str | None) -> Facts:
        if method != "POST":
            return self._get(path, asked)
        if key is None:
            raise Refusal(400, "invalid_request_error", "This double takes no POST without an Idempotency-Key.")
        if key in self.keys:
            before, answered = self.keys[key]
            if before != (path, asked):
                raise Refusal(400, "idempotency_error", "The key was used with other parameters.")
            return answered
        answered = json.loads(json.dumps(self._post(path, asked)))
        self.keys[key] = ((path, asked), answered)
        return answered

    def _get(self, path: str, asked: Facts) -> Facts:
        match path.removeprefix("/v1/").split("/"):
            case ["checkout", "sessions", pk]:
                session = dict(_found(self.sessions, pk))
                if "payment_intent.latest_charge" in asked.get("expand", {}).values() and session["payment_intent"]:
                    session["payment_intent"] = self._intent(session["payment_intent"], expanded=True)
                return session
            case ["payment_intents", pk]:
                return self._intent(pk, expanded=False)
            case ["disputes"]:
                return _listed([one for one in self.disputes.values() if one["charge"] == asked["charge"]])
            case ["events"]:
                return self._events(asked)
        raise Refusal(404, "invalid_request_error", f"Unrecognized request URL ({path}).")

    def _post(self, path: str, asked: Facts) -> Facts:
        if path == "/v1/checkout/sessions":
            return self._session(asked)
        if path == "/v1/refunds":
            return self._refund(asked["payment_intent"], int(asked["amount"]), asked.get("metadata", {}))
        raise Refusal(404, "invalid_request_error", f"Unrecognized request URL ({path}).")

    def _session(self, asked: Facts) -> Facts:
        line = asked["line_items"]["0"]
        price, quantity = line["price_data"], int(line["quantity"])
        pk = self._id("cs_test")
        self.sessions[pk] = {
            "id": pk,
            "object": "checkout.session",
            "mode": asked["mode"],
            "status": "open",
            "payment_status": "unpaid",
            "amount_total": int(price["unit_amount"]) * quantity,
            "currency": price["currency"],
            "client_reference_id": asked.get("client_reference_id"),
            "metadata": asked.get("metadata", {}),
            "intent_metadata": asked.get("payment_intent_data", {}).get("metadata", {}),
            "payment_intent": None,
            "success_url": asked["success_url"],
            "cancel_url": asked["cancel_url"],
            "customer_email": asked.get("customer_email"),
            "expires_at": int(asked["expires_at"]),
            "livemode": False,
            "created": int(self.clock()),
            "url": self.page_of(pk, price["product_data"]["name"], int(price["unit_amount"]), price["currency"], asked),
        }
        return self.sessions[pk]

    def page_of(self, pk: str, name: str, amount: int, currency: str, asked: Facts) -> str:
        """Nobody opens it."""
        return f"{self.address}/pay/{pk}"

    def _refund(self, intent: str, amount: int, metadata: Facts) -> Facts:
        charge = _found(self.charges, _found(self.intents, intent)["latest_charge"] or "")
        if amount > charge["amount"] - charge["amount_refunded"]:
            raise Refusal(400, "invalid_request_error", "More than is left of the charge.", "amount_too_large")
        made = {
            "id": self._id("re"),
            "object": "refund",
            "amount": amount,
            "charge": charge["id"],
            "payment_intent": intent,
            "status": "succeeded",
            "metadata": metadata,
            "created": int(self.clock()),
        }
        self.refunds[made["id"]] = made
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        self._tell("charge.refunded", charge)
        return made

    def _complete(self, session_id: str, status: str, amount: int | None, currency: str | None) -> None:
        session = self.sessions[session_id]
        assert session["status"] == "open", session["status"]
        intent = {
            "id": self._id("pi"),
            "object": "payment_intent",
            "status": status,
            "metadata": session["intent_metadata"],
            "latest_charge": None,
        }
        self.intents[intent["id"]] = intent
        session.update(status="complete", payment_intent=intent["id"], url=None)
        session["amount_total"] = session["amount_total"] if amount is None else amount
        session["currency"] = currency or session["currency"]

    def _charge(self, session_id: str) -> None:
        session = self.sessions[session_id]
        pk = self._id("ch")
        session["payment_status"] = "paid"
        self.intents[session["payment_intent"]]["latest_charge"] = pk
        self.charges[pk] = {
            "id": pk,
            "object": "charge",
            "amount": session["amount_total"],
            "amount_refunded": 0,
            "currency": session["currency"],
            "disputed": False,
            "refunded": False,
            "metadata": session["intent_metadata"],
            "payment_intent": session["payment_intent"],
            "receipt_url": f"{self.address}/receipts/{pk}",
            "created": int(self.clock()),
        }

    def _intent(self, pk: str, *, expanded: bool) -> Facts:
        intent = dict(_found(self.intents, pk))
        if expanded and intent["latest_charge"]:
            intent["latest_charge"] = self.charges[intent["latest_charge"]]
        return intent

    def _events(self, asked: Facts) -> Facts:
        kinds, since = asked.get("types", {}).values(), int(asked["created"]["gte"])
        found = [one for one in reversed(self.events) if one["created"] >= since and one["type"] in kinds]
        if after := asked.get("starting_after"):
            ids = [one["id"] for one in found]
            found = found[ids.index(after) + 1 :]
        most = int(asked.get("limit", 10))
        return {**_listed(found[:most], "/v1/events"), "has_more": len(found) > most}

    def _tell(self, kind: str, thing: Facts) -> Facts:
        event = {
            "id": self._id("evt"),
            "object": "event",
            "type": kind,
            "created": int(self.clock()),
            "livemode": False,
            "api_version": stripe.api_version,
            "data": {"object": json.loads(json.dumps(thing))},
        }
        self.events.append(event)
        return event

    def _id(self, prefix: str) -> str:
        return f"{prefix}_{self.token}{next(self.numbers):06d}"


class StripeDouble(World):
    """The world behind an address, until the end of the `with`."""

    def __enter__(self) -> Self:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self.server.daemon_threads = True
        self.server.double = self  # type: ignore[attr-defined]
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def other(self, handler: "BaseHTTPRequestHandler", method: str, body: str) -> bool:
        """Answers what is no part of Stripe's API; true if it did."""
        return False


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def _answer(self, method: str) -> None:
        double: StripeDouble = self.server.double  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        if not self.path.startswith("/v1/"):
            if not double.other(self, method, body):
                self._send(404, {"error": {"message": "not here"}})
            return
        fault = double.next_fault()
        key = self.headers.get("Idempotency-Key")
        if fault in ("429", "500"):
            double.asked.append((method, urlsplit(self.path).path, key))
            kind = "rate_limit_error" if fault == "429" else "api_error"
            self._send(int(fault), {"error": {"type": kind, "message": f"a {fault} on purpose"}})
        elif fault == "reset":
            double.asked.append((method, urlsplit(self.path).path, key))
            self._reset()
        else:
            status, answer = double.answer(method, self.path, body, key)
            if fault == "lost":
                self._reset()
            else:
                self._send(status, answer)

    def _send(self, status: int, answer: Facts) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _reset(self) -> None:
        """The connection is gone, not closed."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def log_message(self, *_: object) -> None:
        """Quiet: the tests read `asked`."""


def signed(event: Mapping[str, Any] | str, *, secret: str = SECRET, at: float | None = None) -> tuple[str, str]:
    """A message as it would come: its body, and a signature computed over it by Stripe's own package."""
    body = event if isinstance(event, str) else json.dumps(event)
    moment = int(time.time() if at is None else at)
    return body, stripe.WebhookSignature.generate_signature_header(body, secret, moment)


def _found(rows: Mapping[str, Facts], pk: str) -> Facts:
    if pk not in rows:
        raise Refusal(404, "invalid_request_error", f"No such thing: '{pk}'", "resource_missing")
    return rows[pk]


def _listed(rows: list[Facts], url: str = "/v1/disputes") -> Facts:
    return {"object": "list", "url": url, "has_more": False, "data": rows}


def _nested(pairs: list[tuple[str, str]]) -> Facts:
    """`a[b][0]=c`, as Stripe's package writes it, as dictionaries within dictionaries."""
    made: Facts = {}
    for name, value in pairs:
        *path, last = name.replace("]", "").split("[")
        place = made
        for word in path:
            place = place.setdefault(word, {})
        place[last] = value
    return made
