"""Everything under /v1, as one ASGI application of its own: no cookie, no form, no page, and nothing that could answer
otherwise than callers understand. (decision 50)"""

import asyncio
import json
import logging
import re
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import ceil
from typing import Any, TypeVar

from django.core.exceptions import DisallowedHost
from django.db import DatabaseError, close_old_connections

from generation import services
from generation.api import endpoints, errors, jobs, usage
from generation.api.errors import ApiError
from generation.api.following import Following, stream
from generation.api.messages import Answer, Pending, Request
from generation.api.waiting import Waiting
from generation.models import ApiKey
from generation.services import api

logger = logging.getLogger(__name__)
T = TypeVar("T")
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

THREADS = 8
# Two pictures of almost 4 MB, and what stands around them. More is read and dropped up to the second, so that whoever
# sends hears why.
BODY_LIMIT = 16_000_000
DRAIN_LIMIT = 64_000_000
# Clients wait 600 s; who is told before that comes again and joins.
LONGEST_SECONDS = 590.0
# Files are opened in processes of which there are few.
OPENED_AT_ONCE = 2
BUSY_SECONDS = 0.25
MOST_BUSY = 240
ID = "(?P<job>[0-9a-f-]{36})"


@dataclass(frozen=True)
class Endpoint:
    method: str
    path: re.Pattern[str]
    act: Callable[[Request], Answer | Pending | Following]
    scope: str = ""
    keyless: bool = False
    opens: bool = False


ENDPOINTS = (
    Endpoint("POST", re.compile("/v1/images/generations"), endpoints.generations, ApiKey.Scope.GENERATE),
    Endpoint("POST", re.compile("/v1/images/edits"), endpoints.edits, ApiKey.Scope.EDIT, opens=True),
    Endpoint("POST", re.compile("/v1/images/variations"), endpoints.variations, ApiKey.Scope.EDIT, opens=True),
    Endpoint("POST", re.compile("/v1/images/jobs"), endpoints.start_job, opens=True),
    Endpoint("GET", re.compile(f"/v1/images/jobs/{ID}"), jobs.look),
    Endpoint("POST", re.compile(f"/v1/images/jobs/{ID}/cancel"), jobs.cancel),
    Endpoint("GET", re.compile(f"/v1/images/jobs/{ID}/events"), jobs.follow),
    Endpoint("GET", re.compile("/v1/usage"), usage.usage, ApiKey.Scope.USAGE),
    Endpoint("GET", re.compile(r"/v1/openapi\.json"), endpoints.openapi, keyless=True),
    Endpoint("GET", re.compile("/v1/models"), endpoints.models),
    Endpoint("GET", re.compile("/v1/models/(?P<name>.+)"), endpoints.model),
    Endpoint(
        "GET",
        re.compile(r"/v1/images/files/(?P<until>\d{1,12})-(?P<signature>[\w-]+)/(?P<picture>[0-9a-f-]{36})\.png"),
        endpoints.file,
        keyless=True,
    ),
)


class Gone(Exception):
    """Nobody is there to be answered."""


class Api:
    def __init__(self) -> None:
        self.threads = ThreadPoolExecutor(THREADS, thread_name_prefix="api")
        self.waiting = Waiting()
        self.opening = asyncio.Semaphore(OPENED_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began, request = time.monotonic(), Request(scope, listener=self.waiting.listener)
        try:
            answer = await self._answered(request, receive)
        except Gone:
            return
        if isinstance(answer, Following):
            await stream(answer, _headers(request, "text/event-stream", began), receive, send, self._in_thread)
            return
        await _send(send, request, answer, began)
        if request.held:
            await self._in_thread(lambda: api.call_answered(connection=request.connection, status=answer.status))

    async def _answered(self, request: Request, receive: Receive) -> Answer | Following:
        try:
            return await self._handled(request, receive)
        except Gone:
            raise
        except Exception as error:
            told = _told(request, error)
            return Answer(told.body, status=told.status, headers=told.headers)

    async def _handled(self, request: Request, receive: Receive) -> Answer | Following:
        try:
            endpoint = _endpoint(request)
            await self._in_thread(lambda: _let_in(request, endpoint))
        except Exception:
            # Who is refused at once is still sending.
            await _body(receive, keep=0)
            raise
        request.body = await _body(receive, keep=BODY_LIMIT)
        gone = asyncio.ensure_future(_gone(receive))
        try:
            begun = await self._begun(endpoint, request)
            return await self._finished(begun, request, gone) if isinstance(begun, Pending) else begun
        finally:
            gone.cancel()

    async def _begun(self, endpoint: Endpoint, request: Request) -> Answer | Pending | Following:
        if not endpoint.opens:
            return await self._in_thread(lambda: endpoint.act(request))
        async with self.opening:
            for _turn in range(MOST_BUSY):
                try:
                    return await self._in_thread(lambda: endpoint.act(request))
                except services.Busy:
                    await asyncio.sleep(BUSY_SECONDS)
        raise ApiError(503, "Too many pictures came at once. Try again in a moment.", type="server_error")

    async def _finished(self, pending: Pending, request: Request, gone: asyncio.Future[None]) -> Answer:
        request.held = True
        request.body = b""
        await self.waiting.until_ended(pending.job_id, gone=gone, seconds=LONGEST_SECONDS)
        try:
            answer = None if gone.done() else await self._in_thread(pending.finish)
        finally:
            if gone.done():
                await self._in_thread(lambda: api.call_lost(connection=request.connection))
        if answer is None or gone.done():
            raise Gone
        return answer

    async def _in_thread(self, act: Callable[[], T]) -> T:
        def acted() -> T:
            close_old_connections()
            return act()

        return await asyncio.get_running_loop().run_in_executor(self.threads, acted)


def _endpoint(request: Request) -> Endpoint:
    request.address("/")  # an address that is not this site's is refused here
    path = request.path.rstrip("/")
    found = [(endpoint, match) for endpoint in ENDPOINTS if (match := endpoint.path.fullmatch(path))]
    if not found:
        raise errors.no_such_address(request.method, request.path[:200])
    for endpoint, match in found:
        if endpoint.method == request.method:
            request.words = match.groupdict()
            return endpoint
    raise errors.wrong_method(request.method[:20], ", ".join(endpoint.method for endpoint, _match in found))


def _let_in(request: Request, endpoint: Endpoint) -> None:
    if endpoint.keyless:
        return
    endpoints.person_of(request)
    assert request.key is not None
    if endpoint.scope and endpoint.scope not in request.key.scopes:
        raise errors.out_of_scope(endpoint.scope)


async def _body(receive: Receive, *, keep: int) -> bytes:
    parts: list[bytes] = []
    read = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        part = message.get("body", b"")
        read += len(part)
        if read <= keep:
            parts.append(part)
        more = message.get("more_body", False)
        if keep and read > keep and (not more or read > DRAIN_LIMIT):
            raise errors.too_large(keep)
        if not more or read > DRAIN_LIMIT:
            return b"".join(parts)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _told(request: Request, error: Exception) -> ApiError:
    if isinstance(error, DisallowedHost):
        return errors.bad("This site is not called by that host name.")
    if isinstance(error, DatabaseError):
        logger.exception("%s %s: the database", request.method, request.path)
        return errors.server_error("The server cannot reach its database just now. Try again in a moment.")
    told = endpoints.explained(error)
    if told is None:
        logger.error("%s %s failed", request.method, request.path, exc_info=error)
        return errors.server_error()
    return told


async def _send(send: Send, request: Request, answer: Answer, began: float) -> None:
    body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
    headers = {**_headers(request, answer.kind, began), "content-length": str(len(body)), **answer.headers}
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": int(answer.status), "headers": raw})
    await send({"type": "http.response.body", "body": body})


def _headers(request: Request, kind: str, began: float) -> dict[str, str]:
    return {
        "content-type": kind,
        "x-request-id": f"req_{uuid.uuid4().hex}",
        "openai-processing-ms": str(ceil((time.monotonic() - began) * 1000)),
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        **_limits(request),
    }


def _limits(request: Request) -> Mapping[str, str]:
    """In images: OpenAI counts requests."""
    if request.limit is None:
        return {}
    return {
        "x-ratelimit-limit-requests": str(request.limit.most),
        "x-ratelimit-remaining-requests": str(request.limit.left),
        "x-ratelimit-reset-requests": f"{ceil(request.limit.seconds)}s",
    }
