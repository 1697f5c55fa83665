"""A program that calls the API, without a network: the whole ASGI application, bytes in, bytes out."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from asgiref.sync import sync_to_async
from django.db import connections

from accounts.models import Person
from billing import services as billing
from generation import services
from generation.api import Api
from generation.models import Job
from generation.services import api
from tests.pictures import png

HOST = "127.0.0.1"
DOLLAR = 1_000_000
File = tuple[str, bytes]
MADE: list[Api] = []


@dataclass
class Reply:
    status: int
    headers: Mapping[str, str]
    raw: bytes

    @property
    def body(self) -> dict[str, Any]:
        return dict(json.loads(self.raw))

    @property
    def error(self) -> dict[str, Any]:
        assert set(self.body) == {"error"}, self.body
        assert set(self.body["error"]) == {"code", "message", "param", "type"}
        return dict(self.body["error"])


class Connection:
    """One request and its connection, which may be cut before the answer."""

    def __init__(self, app: Any, method: str, path: str, headers: Mapping[str, str], body: bytes) -> None:
        self.said: list[dict[str, Any]] = []
        self.messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        half = len(body) // 2
        for part, more in ((body[:half], True), (body[half:], False)):
            self.messages.put_nowait({"type": "http.request", "body": part, "more_body": more})
        raw = [(name.lower().encode(), value.encode()) for name, value in {"host": HOST, **headers}.items()]
        path, _, query = path.partition("?")
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": raw,
            "scheme": "http",
            "server": (HOST, 80),
        }
        self.task = asyncio.ensure_future(app(scope, self.messages.get, self._send))

    async def _send(self, message: dict[str, Any]) -> None:
        self.said.append(message)

    def cut(self) -> None:
        self.messages.put_nowait({"type": "http.disconnect"})

    async def reply(self) -> Reply:
        await asyncio.wait_for(self.task, 30)
        start, *bodies = self.said
        headers = {name.decode(): value.decode() for name, value in start["headers"]}
        return Reply(start["status"], headers, b"".join(message["body"] for message in bodies))


def made_api() -> Api:
    MADE.append(Api())
    return MADE[-1]


def end_apis() -> None:
    """Their threads, and with them their connections: the next test empties the tables."""
    for app in MADE:
        for pool in (app.threads, app.waiting.thread):
            alive = len(pool._threads)
            meeting = threading.Barrier(alive) if alive else None

            def close(_thread: int, meeting: threading.Barrier | None = meeting) -> None:
                if meeting is not None:
                    meeting.wait(10)
                connections.close_all()

            list(pool.map(close, range(alive)))
            pool.shutdown()
    MADE.clear()


@dataclass
class Program:
    """`ask` waits for the answer, `begin` does not."""

    key: str
    app: Any = field(default_factory=made_api)

    def begin(
        self,
        path: str,
        fields: Mapping[str, Any] | None = None,
        *,
        method: str = "POST",
        files: Sequence[File] = (),
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Connection:
        kind = "application/json"
        if files:
            kind, sent = form_of(fields or {}, files)
        else:
            sent = b"" if fields is None else json.dumps(fields).encode()
        shown = {"authorization": f"Bearer {self.key}", "content-type": kind, **(headers or {})}
        return Connection(self.app, method, path, shown, sent if body is None else body)

    async def ask(self, path: str, fields: Mapping[str, Any] | None = None, **more: Any) -> Reply:
        return await self.begin(path, fields, **more).reply()

    async def draw(self, **fields: Any) -> Reply:
        return await self.ask("/v1/images/generations", {"prompt": "a white cat", **fields})


def form_of(fields: Mapping[str, Any], files: Sequence[File], boundary: str = "b0undary") -> tuple[str, bytes]:
    parts = [(f'form-data; name="{name}"', str(value).encode()) for name, value in fields.items()]
    parts += [(f'form-data; name="{name}"; filename="a.png"', content) for name, content in files]
    body = b"".join(
        f"--{boundary}\r\nContent-Disposition: {said}\r\n\r\n".encode() + content + b"\r\n" for said, content in parts
    )
    return f"multipart/form-data; boundary={boundary}", body + f"--{boundary}--\r\n".encode()


def make_program(person: Person, *, usd: float = 5, **key: Any) -> Program:
    if usd:
        billing.top_up(person=person, amount=int(usd * DOLLAR), reference=f"for {person.pk} {usd}")
    return Program(api.make_key(person=person, name="a program", **key).secret)


def balance(person: Person) -> int:
    return billing.balance_of(person=person, unit=billing.Unit.MICRO_DOLLAR)


def draw_one() -> bool:
    """What workers do with the oldest job; false if none waits."""
    while services.screen_next():
        pass
    claim = services.claim_drawing()
    if claim is None:
        return False
    side = claim.options.get("size", 1024)
    services.inputs_of(claim)
    drawn = tuple(png(side, (10 + index * 20, 80, 120)) for index in range(len(claim.seeds)))
    return services.deliver(claim, pictures=drawn)


def unfinished() -> int:
    return Job.objects.filter(finished_at=None).count()


async def jobs(count: int) -> list[Job]:
    """All of them, once there are so many."""
    found: list[Job] = []
    for _look in range(500):
        found = [job async for job in Job.objects.order_by("created")]
        if len(found) >= count:
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(f"there are {len(found)} jobs")


@asynccontextmanager
async def working() -> AsyncIterator[None]:
    """Somebody draws whatever waits, until the end of the block."""

    async def work() -> None:
        while True:
            if not await sync_to_async(draw_one)():
                await asyncio.sleep(0.02)

    task = asyncio.ensure_future(work())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
