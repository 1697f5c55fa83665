"""What a check asks for and what came of it, in words that no client knows: each client has a way to say them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Fields = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class File:
    """A file as somebody's code hands it over: bare bytes, an opened file, or bytes with a name and a type."""

    content: bytes
    name: str = "picture.png"
    type: str = "image/png"
    way: str = "named"  # or "bytes", "opened"


@dataclass(frozen=True, kw_only=True)
class Ask:
    operation: str  # generate, edit, vary, models, model
    fields: Fields = field(default_factory=dict)
    files: Mapping[str, File | Sequence[File]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    key: str = ""
    repeats: int = 0
    timeout: float = 120.0


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One request and its answer as they went over the wire. Without an answer the status is 0."""

    method: str
    path: str
    sent: Mapping[str, str]
    body: bytes = b""
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    content: bytes = b""

    @property
    def json(self) -> Any:
        try:
            return json.loads(self.content)
        except ValueError:
            return None

    def words(self) -> str:
        return f"{self.method} {self.path} -> {self.status} {self.content[:300]!r}"


@dataclass(kw_only=True)
class Outcome:
    """`answer` and the words of an error are what the client hands to the code that uses it."""

    ask: Ask
    answer: Any = None
    exception: str = ""
    status: int = 0
    code: str | None = None
    param: str | None = None
    type: str | None = None
    message: str = ""
    cannot: str = ""
    exchanges: Sequence[Exchange] = ()

    @property
    def last(self) -> Exchange:
        assert self.exchanges, f"no request reached the wire: {self.exception} {self.message}"
        return self.exchanges[-1]

    def words(self) -> str:
        if self.exception:
            return f"{self.exception} {self.status} code={self.code} param={self.param}: {self.message[:300]}"
        return json.dumps(self.answer)[:300]


ADDRESSES = {
    "generate": ("POST", "/images/generations"),
    "edit": ("POST", "/images/edits"),
    "vary": ("POST", "/images/variations"),
    "models": ("GET", "/models"),
    "model": ("GET", "/models/{model}"),
}


class CannotSay(Exception):
    """This client has no way to send that."""
