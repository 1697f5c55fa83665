"""What is asked twice: by a key of its own, by a client that repeats by itself, and by people who want variety."""

import threading
from collections.abc import Callable
from secrets import token_hex

from ..asks import CannotSay, Exchange, Outcome
from ..check import It, check, decoded, delivered, expect, fetched, is_error, refused
from ..pictures import file, scene
from ..wire import HangUp, Swap

SMALL = "256x256"


def header() -> dict[str, str]:
    return {"Idempotency-Key": token_hex(12)}


def drawn(exchange: Exchange) -> tuple[int, list[bytes]]:
    """What an answer gave: its moment, and the pictures themselves, since an address may be signed anew."""
    expect(exchange.status == 200, f"expected 200; got {exchange.words()}")
    answer = exchange.json
    pictures = [
        decoded(entry["b64_json"]) if entry.get("b64_json") else fetched(entry["url"]) for entry in answer["data"]
    ]
    return answer["created"], pictures


def same(first: Outcome, second: Outcome) -> None:
    delivered(first, count=len(first.answer["data"]) if first.answer else 1, size=256)
    delivered(second, count=len(first.answer["data"]), size=256)
    expect(drawn(first.last) == drawn(second.last), "expected the same answer twice; it was drawn again")


def different(first: Outcome, second: Outcome) -> None:
    pictures = [delivered(outcome, size=256) for outcome in (first, second)]
    expect(pictures[0] != pictures[1], "expected two drawings; the second call got the first one's picture")


@check("repeats/key-same-body", "Idempotency-Key: same body, same answer")
def key_same_body(it: It) -> None:
    headers = header()
    same(it.generate(size=SMALL, n=2, headers=headers), it.generate(size=SMALL, n=2, headers=headers))


@check("repeats/key-same-form", "Idempotency-Key: same parsed fields and file hashes; multipart boundaries differ")
def key_same_form(it: It) -> None:
    headers = header()
    first, second = (it.vary(image=file(scene()), size=SMALL, headers=headers) for _ in range(2))
    same(first, second)


@check("repeats/key-other-body", "409 idempotency_key_in_use: other body")
def key_other_body(it: It) -> None:
    headers = header()
    delivered(it.generate(size=SMALL, headers=headers), size=256, download=False)
    refused(it.generate(size=SMALL, n=2, headers=headers), 409, code="idempotency_key_in_use")


@check("repeats/key-other-picture", "409 idempotency_key_in_use: other file")
def key_other_picture(it: It) -> None:
    headers = header()
    delivered(it.vary(image=file(scene()), size=SMALL, headers=headers), size=256, download=False)
    outcome = it.vary(image=file(scene(shade=140)), size=SMALL, headers=headers)
    refused(outcome, 409, code="idempotency_key_in_use")


@check("repeats/key-other-endpoint", "409 idempotency_key_in_use: other body", every_client=False)
def key_other_endpoint(it: It) -> None:
    headers = header()
    delivered(it.generate(size=SMALL, headers=headers), size=256, download=False)
    refused(it.vary(image=file(scene()), size=SMALL, headers=headers), 409, code="idempotency_key_in_use")


@check("repeats/odd-keys", "Idempotency-Key: contract answers", every_client=False)
def odd_keys(it: It) -> None:
    for value in ("", " ", "k" * 5000, "\xe9", "'; drop table --"):
        exchange = it.send(
            "POST",
            "/images/generations",
            b'{"prompt": "a fox", "size": "256x256"}',
            {"Content-Type": "application/json", "Idempotency-Key": value},
        )
        expect(exchange.status in (200, 400), f"expected pictures or 400 for {value[:20]!r}; got {exchange.words()}")
        if exchange.status == 400:
            is_error(exchange, 400)


def at_once(*calls: Callable[[], Outcome]) -> list[Outcome]:
    found: dict[int, Outcome] = {}
    threads = [
        threading.Thread(target=lambda n=n, call=call: found.update({n: call()})) for n, call in enumerate(calls)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expect(len(found) == len(calls), "a call broke off")
    return [found[number] for number in range(len(calls))]


@check("repeats/key-at-once", "Idempotency-Key: two live calls with one key are one job", every_client=False)
def key_at_once(it: It) -> None:
    headers = header()
    same(*at_once(*[lambda: it.generate(size=SMALL, headers=headers)] * 2))


@check("repeats/two-live-are-two", "Two live connections are two jobs", every_client=False)
def two_live(it: It) -> None:
    different(*at_once(*[lambda: it.generate(size=SMALL)] * 2))


@check("repeats/one-after-another-are-two", "joins only a marked repeat, a closed connection or a 5xx")
def one_after_another(it: It) -> None:
    different(it.generate(size=SMALL), it.generate(size=SMALL))


MARKED = {"x-stainless-retry-count": "1"}


@check("repeats/marked-joins", "a repeat joins if it says x-stainless-retry-count > 0", every_client=False)
def marked_joins(it: It) -> None:
    prompt = f"a fox number {token_hex(6)}"
    same(it.generate(prompt=prompt, size=SMALL), it.generate(prompt=prompt, size=SMALL, headers=MARKED))


@check(
    "repeats/marked-form-joins", "same parsed fields and file hashes; multipart boundaries differ", every_client=False
)
def marked_form_joins(it: It) -> None:
    shade = int(token_hex(1), 16)
    first = it.vary(image=file(scene(shade=shade)), size=SMALL)
    same(first, it.vary(image=file(scene(shade=shade), name="other.png"), size=SMALL, headers=MARKED))


@check("repeats/unmarked-0-is-new", "x-stainless-retry-count: 0 is no repeat", every_client=False)
def unmarked(it: It) -> None:
    headers = {"x-stainless-retry-count": "0"}
    different(it.generate(size=SMALL, headers=headers), it.generate(size=SMALL, headers=headers))


@check("repeats/marked-other-body-is-new", "a repeat has the same parsed fields", every_client=False)
def marked_other_body(it: It) -> None:
    different(it.generate(prompt="a fox", size=SMALL), it.generate(prompt="a red fox", size=SMALL, headers=MARKED))


@check("repeats/marked-without-a-first", "a marked repeat of nothing is a call", every_client=False)
def marked_without_a_first(it: It) -> None:
    delivered(it.generate(prompt=f"fox {token_hex(6)}", size=SMALL, headers=MARKED), size=256)


def repeating(it: It, fault: HangUp | Swap, **more: object) -> Outcome:
    """One call of a client that repeats by itself, the first try of which is broken on the wire."""
    outcome = it.generate(fault, prompt=f"a fox number {token_hex(6)}", size=SMALL, repeats=2, **more)
    if len(outcome.exchanges) < 2:
        raise CannotSay("repeats nothing by itself")
    return outcome


@check("repeats/by-the-client-after-500", "a 500 after the GPU ran: a marked repeat joins the earlier job")
def after_500(it: It) -> None:
    outcome = repeating(it, Swap(status=500))
    delivered(outcome, size=256)
    if outcome.last.sent.get("x-stainless-retry-count", "0") != "0":
        expect(drawn(outcome.exchanges[0]) == drawn(outcome.last), "the repeat was drawn again")


@check("repeats/by-the-client-after-hang-up", "the earlier call's connection is closed: the repeat joins")
def after_hang_up(it: It) -> None:
    delivered(repeating(it, HangUp(after=0.15)), size=256)
