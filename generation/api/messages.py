"""A request of the API as its endpoints see it, and what they answer."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

from django.core.handlers.asgi import ASGIRequest

from generation.models import ApiKey
from generation.services import api


@dataclass
class Request:
    scope: Mapping[str, Any]
    listener: uuid.UUID
    """The process that it came to."""
    body: bytes = b""
    words: Mapping[str, str] = field(default_factory=dict)
    """What stands in the address."""
    key: ApiKey | None = None
    limit: api.Limit | None = None
    held: bool = False
    """Its connection is noted with a job."""
    connection: uuid.UUID = field(default_factory=uuid.uuid4)

    def __post_init__(self) -> None:
        self.method: str = self.scope["method"]
        self.path: str = self.scope["path"]
        self.query = dict(parse_qsl(self.scope.get("query_string", b"").decode("latin-1")))
        self.headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in self.scope["headers"]
        }

    def address(self, path: str) -> str:
        """Absolute, as the caller knows this site. Raises DisallowedHost."""
        return ASGIRequest(dict(self.scope), BytesIO()).build_absolute_uri(path)


@dataclass(frozen=True)
class Answer:
    body: Mapping[str, Any] | bytes
    status: int = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = "application/json"


@dataclass(frozen=True)
class Pending:
    """Answered once the job has ended, by `finish`."""

    job_id: uuid.UUID
    finish: Callable[[], Answer]
