"""Money, limits and keys in special states: the rows for which an operator has to prepare something."""

import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from secrets import token_hex

from ..asks import Outcome
from ..check import PROMPT, It, check, delivered, expect, is_error, refused
from ..pictures import file, in_format, scene
from ..wire import HangUp
from .repeats import repeating

SMALL = "256x256"
PRICE = "0.016"


def out_of_money(outcome: Outcome) -> None:
    words = "Billing hard limit has been reached"
    refused(outcome, 400, code="billing_hard_limit_reached", message=words)
    expect(outcome.last.headers.get("x-should-retry") == "false", "expected x-should-retry: false")
    expect(len(outcome.exchanges) == 1, f"the client asked {len(outcome.exchanges)} times")


@check("money/empty", "400 billing_hard_limit_reached: Billing hard limit has been reached", needs=["money"])
def empty(it: It) -> None:
    key = it.operator.take("money", usd="0")
    out_of_money(it.generate(key=key, size=SMALL, repeats=2))
    out_of_money(it.vary(image=file(scene()), key=key, size=SMALL, repeats=2))


@check("money/prices", "$0.020, $0.018, $0.016 for 1024, 512, 256", needs=["money"])
def prices(it: It) -> None:
    key = it.operator.take("money", usd="0.054")
    for size in (1024, 512, 256):
        delivered(it.generate(key=key, size=f"{size}x{size}"), size=size)
    out_of_money(it.generate(key=key, size=SMALL))


@check("money/errors-are-free", "nothing is charged for what is not delivered", needs=["money"])
def errors_are_free(it: It) -> None:
    key = it.operator.take("money", usd=PRICE)
    refused(it.generate(key=key, size=SMALL, prompt=it.refused_prompt), 400, code="content_policy_violation")
    refused(it.generate(key=key, size="300x300"), 400)
    refused(it.generate(key=key, n=11), 400)
    refused(it.generate(key=key, model="dall-e-9"), 404)
    refused(it.vary(image=file(in_format("JPEG")), key=key, size=SMALL), 400)
    delivered(it.generate(key=key, size=SMALL), size=256)
    out_of_money(it.generate(key=key, size=SMALL))


@check("money/all-or-nothing", "reserved per image: what cannot be paid whole is not begun", needs=["money"])
def all_or_nothing(it: It) -> None:
    key = it.operator.take("money", usd="0.032")
    out_of_money(it.generate(key=key, size=SMALL, n=3))
    delivered(it.generate(key=key, size=SMALL, n=2), count=2, size=256)
    out_of_money(it.generate(key=key, size=SMALL))


@check("money/repeat-with-a-key", "Idempotency-Key: the second answer costs nothing", needs=["money"])
def repeat_with_a_key(it: It) -> None:
    key, headers = it.operator.take("money", usd=PRICE), {"Idempotency-Key": token_hex(12)}
    for _ in range(3):
        delivered(it.generate(key=key, size=SMALL, headers=headers), size=256)
    out_of_money(it.generate(key=key, size=SMALL))


@check("money/repeat-after-hang-up", "the earlier call's connection is closed: one job, one charge", needs=["money"])
def repeat_after_hang_up(it: It) -> None:
    key = it.operator.take("money", usd=PRICE)
    if it.client.name == "http":
        body = b'{"prompt": "a fox", "size": "256x256"}'
        sent = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Content-Length": str(len(body))}
        with it.raw.opened() as connection:
            connection.sendall(it.raw.head("POST", "/images/generations", sent) + body)
            time.sleep(0.15)
        delivered(it.generate(key=key, prompt="a fox", size=SMALL), size=256)
    else:
        delivered(repeating(it, HangUp(after=0.15), key=key), size=256)
    out_of_money(it.generate(key=key, size=SMALL))


@check(
    "money/two-live-are-two", "Two live connections are two jobs, and two charges", needs=["money"], every_client=False
)
def two_live(it: It) -> None:
    key = it.operator.take("money", usd="0.032")
    with ThreadPoolExecutor(2) as pool:
        for outcome in pool.map(lambda _: it.generate(key=key, size=SMALL), range(2)):
            delivered(outcome, size=256)
    out_of_money(it.generate(key=key, size=SMALL))


@check("money/hundred-at-once", "100 parallel requests with money for three", needs=["money"], every_client=False)
def hundred_at_once(it: It) -> None:
    key = it.operator.take("money", usd="0.048")

    def one(number: int) -> Outcome:
        return it.generate(key=key, prompt=f"{PROMPT}, number {number}", size=SMALL)

    with ThreadPoolExecutor(100) as pool:
        outcomes = list(pool.map(one, range(100)))
    counted = Counter(outcome.code if outcome.exception else "drawn" for outcome in outcomes)
    expect(counted["drawn"] == 3, f"expected three pictures; got {dict(counted)}")
    # Limits of images a minute may turn away some; nothing else may.
    allowed = {"drawn", "billing_hard_limit_reached", "rate_limit_exceeded"}
    expect(set(counted) <= allowed, f"expected only {sorted(allowed)}; got {dict(counted)}")


@check("keys/revoked", "401 invalid_api_key: revoke at once", needs=["revoked"])
def revoked(it: It) -> None:
    refused(it.generate(key=it.operator.take("revoked"), size=SMALL), 401, code="invalid_api_key")


@check("keys/expired", "401 invalid_api_key: expiry", needs=["expired"])
def expired(it: It) -> None:
    refused(it.generate(key=it.operator.take("expired"), size=SMALL), 401, code="invalid_api_key")


@check("keys/deactivated", "403 account_deactivated, with x-should-retry: false", needs=["deactivated"])
def deactivated(it: It) -> None:
    outcome = it.generate(key=it.operator.take("deactivated"), size=SMALL, repeats=2)
    refused(outcome, 403, code="account_deactivated")
    expect(outcome.last.headers.get("x-should-retry") == "false", "expected x-should-retry: false")


@check("keys/budget-spent", "429 insufficient_quota: You exceeded your current quota …", needs=["spent"])
def budget_spent(it: It) -> None:
    outcome = it.generate(key=it.operator.take("spent"), size=SMALL, repeats=2)
    words = r"You exceeded your current quota, please check your plan and billing details\."
    refused(outcome, 429, code="insufficient_quota", type="insufficient_quota", message=words)
    expect(outcome.last.headers.get("x-should-retry") == "false", "expected x-should-retry: false")
    expect(len(outcome.exchanges) == 1, f"the client asked {len(outcome.exchanges)} times")


@check("limits/images-a-minute", "429 rate_limit_exceeded; limits count images: n=4 uses 4", needs=["limited"])
def images_a_minute(it: It) -> None:
    key = it.operator.take("limited")
    left = []
    for n in (4, 10):
        outcome = it.generate(key=key, size=SMALL, n=n)
        delivered(outcome, count=n, size=256, download=False)
        expect(outcome.last.headers.get("x-ratelimit-limit-requests") == "15", f"limit: {outcome.last.headers}")
        left.append(int(outcome.last.headers["x-ratelimit-remaining-requests"]))
    # A limit that flows back has let some in again meanwhile.
    expect(11 <= left[0] <= 12 and 1 <= left[1] < 10, f"expected 11 and 1 left of 15; got {left}")
    outcome = it.generate(key=key, size=SMALL, n=10)
    words = r"^Rate limit exceeded for images per minute\. Limit: 15/1min\. Current: \d+/1min\."
    refused(outcome, 429, code="rate_limit_exceeded", type="requests", message=words)
    waits = outcome.last.headers.get("retry-after", "")
    expect(re.fullmatch(r"\d+", waits) and 0 < int(waits) <= 60, f"expected Retry-After up to 60; got {waits!r}")


@check("limits/not-for-looking", "limits count images, not requests", needs=["limited"], every_client=False)
def not_for_looking(it: It) -> None:
    key = it.operator.take("limited")
    for _ in range(40):
        expect(not it.models(key=key).exception, "looking at the models is limited as pictures are")
    is_error(it.raw.send("GET", "/models", None, {"Authorization": "Bearer sk-x"}), 401)


@check("repeats/of-another-key", "a repeat has the same API key", needs=["money"], every_client=False)
def of_another_key(it: It) -> None:
    headers = {"Idempotency-Key": token_hex(12)}
    first = delivered(it.generate(size=SMALL, headers=headers), size=256)
    other = it.operator.take("money", usd=PRICE)
    second = delivered(it.generate(size=SMALL, headers=headers, key=other), size=256)
    expect(first != second, "one account was given another's pictures")
