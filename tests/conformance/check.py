"""A check has a name, the row of the contract it stands for, and a function that is handed a client.

What fails raises Wrong with what was expected and what came; the table is made from that.
"""

import base64
import binascii
import io
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests
from PIL import Image

from .asks import Ask, Exchange, File, Outcome
from .clients import Client
from .operator import Operator
from .raw import Raw
from .wire import HangUp, Swap

PROMPT = "a lighthouse folded from paper"
ANY = object()

# What the clients call the answers, so that code which catches them goes on working.
EXCEPTIONS = {
    400: {"BadRequestError", "InvalidRequestError"},
    401: {"AuthenticationError"},
    403: {"PermissionDeniedError", "PermissionError"},
    404: {"NotFoundError", "InvalidRequestError"},
    409: {"ConflictError", "TryAgain"},
    429: {"RateLimitError"},
    500: {"InternalServerError", "APIError"},
}


class Wrong(AssertionError):
    """The server's answer is not the contract's."""


def expect(good: object, words: str) -> None:
    if not good:
        raise Wrong(words)


@dataclass(frozen=True, kw_only=True)
class Check:
    name: str
    row: str
    run: "Callable[[It], None]"
    every_client: bool
    needs: Sequence[str] = ()

    @property
    def family(self) -> str:
        return self.name.partition("/")[0]


CHECKS: dict[str, Check] = {}


def check(
    name: str, row: str, *, every_client: bool = True, needs: Sequence[str] = ()
) -> "Callable[[Callable[[It], None]], Callable[[It], None]]":
    """Puts a function into the list. `needs` names what an operator has to prepare (see __main__)."""

    def put(run: Callable[[It], None]) -> Callable[[It], None]:
        assert name not in CHECKS, name
        CHECKS[name] = Check(name=name, row=row, run=run, every_client=every_client, needs=needs)
        return run

    return put


@dataclass(kw_only=True)
class It:
    """The server as one client meets it."""

    client: Client
    raw: Raw
    key: str
    refused_prompt: str
    operator: Operator = field(default_factory=lambda: Operator({}))

    def generate(self, *faults: HangUp | Swap, prompt: Any = PROMPT, **more: Any) -> Outcome:
        return self._ask("generate", faults, {"prompt": prompt}, {}, more)

    def edit(self, *faults: HangUp | Swap, files: Mapping[str, Any], prompt: Any = PROMPT, **more: Any) -> Outcome:
        return self._ask("edit", faults, {"prompt": prompt}, files, more)

    def vary(self, *faults: HangUp | Swap, image: File | Sequence[File], **more: Any) -> Outcome:
        return self._ask("vary", faults, {}, {"image": image}, more)

    def models(self, **more: Any) -> Outcome:
        return self._ask("models", (), {}, {}, more)

    def model(self, name: str, **more: Any) -> Outcome:
        return self._ask("model", (), {"model": name}, {}, more)

    def _ask(
        self,
        operation: str,
        faults: Sequence[HangUp | Swap],
        first: Mapping[str, Any],
        files: Mapping[str, File | Sequence[File]],
        more: dict[str, Any],
    ) -> Outcome:
        """`headers`, `key`, `repeats` and `timeout` are the ask's own; everything else is a field."""
        about = {name: more.pop(name) for name in ("headers", "key", "repeats", "timeout") if name in more}
        fields = {**first, **more}
        return self.client.ask(
            Ask(operation=operation, fields=fields, files=files, **{"key": self.key, **about}), *faults
        )

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Exchange:
        """By hand, with the key."""
        return self.raw.send(method, path, body, {"Authorization": f"Bearer {self.key}", **(headers or {})})


# What is expected of an answer


def delivered(
    outcome: Outcome, *, count: int = 1, size: int = 1024, form: str = "url", download: bool = True
) -> list[bytes]:
    """The call gave its pictures: the right number, each a PNG of the right size, in the form that was asked for."""
    expect(not outcome.exception, f"expected {count} picture(s); got {outcome.words()}")
    exchange = outcome.last
    expect(exchange.status == 200, f"expected 200; got {exchange.words()}")
    answer = exchange.json
    expect(isinstance(answer, dict) and {"created", "data"} <= set(answer), f"expected created and data; got {answer}")
    created = answer["created"]
    expect(type(created) is int, f"expected created as seconds; got {created!r}")
    expect(abs(created - time.time()) < 24 * 3600 + 600, f"created is {created}, the clock says {time.time():.0f}")
    expect(outcome.answer["created"] == created, f"the client gives created as {outcome.answer.get('created')!r}")
    data = outcome.answer["data"]
    expect(len(data) == count, f"expected {count} picture(s); got {len(data)}")
    other = {"url": "b64_json", "b64_json": "url"}[form]
    expect(all(entry.get(form) for entry in data), f"expected {form} in every entry; got {str(data)[:200]}")
    expect(not any(entry.get(other) for entry in data), f"expected no {other}; got {str(data)[:200]}")
    found = [entry[form] for entry in data]
    if not download:
        return []
    contents = [fetched(text) if form == "url" else decoded(text) for text in found]
    for content in contents:
        is_png(content, size=size)
    return contents


def urls(outcome: Outcome) -> list[str]:
    return [str(entry["url"]) for entry in outcome.answer["data"]]


def fetched(url: str) -> bytes:
    """As anybody gets it who has the address: without a key."""
    answer = requests.get(url, timeout=30)
    expect(answer.status_code == 200, f"expected the picture at its address; got {answer.status_code}")
    kind = answer.headers.get("content-type", "").split(";")[0]
    expect(kind == "image/png", f"expected image/png at the address; got {kind!r}")
    return answer.content


def decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise Wrong(f"b64_json is no base64: {error}")


def is_png(content: bytes, *, size: int) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(content), formats=["PNG"])
        picture.load()
    except (OSError, SyntaxError) as error:
        raise Wrong(f"expected a PNG; got {content[:20]!r} ({error})")
    expect(picture.size == (size, size), f"expected {size} by {size}; got {picture.size}")
    return picture


def refused(
    outcome: Outcome,
    status: int,
    *,
    code: Any = ANY,
    type: str = "invalid_request_error",
    param: Any = ANY,
    message: str = "",
) -> None:
    """The call was turned down as the table of errors says, on the wire and in what the client raises."""
    expect(outcome.exception, f"expected {status} {'' if code is ANY else code}; got {outcome.words()}")
    error = is_error(outcome.last, status, code=code, type=type, param=param, message=message)
    never_echoed(error["message"], outcome.ask.fields.get("prompt"))
    if outcome.exception == "answered":
        return
    expect(outcome.status == status, f"the client says status {outcome.status}, the wire {status}")
    known = EXCEPTIONS.get(status)
    expect(
        known is None or outcome.exception in known, f"expected one of {known}; the client raised {outcome.exception}"
    )
    expect(error["message"] in outcome.message, f"the client hides the message: {outcome.message!r}")


def is_error(
    exchange: Exchange,
    status: int | Sequence[int],
    *,
    code: Any = ANY,
    type: str | object = "invalid_request_error",
    param: Any = ANY,
    message: str = "",
) -> dict[str, Any]:
    """The error object, all four keys of it; `message` is a pattern, `code` and `param` may be sets to choose from."""
    wanted = [status] if isinstance(status, int) else list(status)
    expect(exchange.status in wanted, f"expected {' or '.join(map(str, wanted))}; got {exchange.words()}")
    kind = exchange.headers.get("content-type", "")
    expect(kind.startswith("application/json"), f"expected JSON; got {kind!r}: {exchange.words()}")
    said = exchange.json
    expect(isinstance(said, dict) and isinstance(said.get("error"), dict), f"expected an error object; got {said}")
    error = dict(said["error"])
    expect(set(error) >= {"code", "message", "param", "type"}, f"expected all four keys; got {sorted(error)}")
    expect(isinstance(error["message"], str) and error["message"], f"expected words; got {error['message']!r}")
    for name, want in (("code", code), ("type", type), ("param", param)):
        allowed = want if isinstance(want, set | frozenset) else {want}
        expect(want is ANY or error[name] in allowed, f"expected {name} {want!r}; got {error}")
    expect(re.search(message, error["message"]), f"expected words like {message!r}; got {error['message']!r}")
    return error


def understood_or_refused(outcome: Outcome, *, count: int = 1, size: int = 256, param: Any = ANY) -> None:
    """Where the contract leaves both open: pictures, or a 400 that says why. Nothing between."""
    if outcome.exception:
        refused(outcome, 400, param=param)
    else:
        delivered(outcome, count=count, size=size)


def never_echoed(message: str, prompt: object) -> None:
    if isinstance(prompt, str) and len(prompt) > 11:
        expect(prompt[:40] not in message, f"the prompt is echoed: {message[:200]!r}")


def alive(it: It) -> None:
    """After an assault: the server answers, in the same words as ever."""
    exchange = it.send("GET", "/models")
    expect(exchange.status == 200, f"expected the server to go on; got {exchange.words()}")
