"""Django's pages under ASGI, a thread to a request.

Every view and every middleware here is plain synchronous code. Django's own handler passes a request between the event
loop and a thread at each of them, some twenty times, and gives each request a new thread and so a new connection to the
database. Here it visits one thread of a pool, once; threads and connections stay.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.signals import request_started
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import set_script_prefix

# Most requests at work at once, and so the most connections that pages hold to the database.
THREADS = 16


class Pages(ASGIHandler):
    def __init__(self) -> None:
        super().__init__()
        self.threads = ThreadPoolExecutor(THREADS, thread_name_prefix="page")

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        with body:
            response = await self._in_thread(self._respond, scope, body)
        try:
            if isinstance(response, StreamingHttpResponse) and not response.is_async:
                response.streaming_content = self._chunk_by_chunk(iter(response), receive)
            await self.send_response(response, send)
        finally:
            await self._in_thread(response.close)

    def _respond(self, scope: Any, body: Any) -> HttpResponseBase:
        set_script_prefix(get_script_prefix(scope))
        request_started.send(sender=type(self), scope=scope)
        request, refusal = self.create_request(scope, body)
        response: HttpResponseBase = self.get_response(request) if request else refusal  # type: ignore[assignment]
        response._handler_class = type(self)  # type: ignore[attr-defined]
        if isinstance(response, FileResponse):
            response.block_size = self.chunk_size
        return response

    async def _chunk_by_chunk(self, chunks: Iterator[bytes], receive: Any) -> AsyncIterator[bytes]:
        """A stream is read where reading may block, and holds a thread only while it is read. What nobody is there to
        receive any more is not made: the server itself drops it without a word."""
        gone = asyncio.ensure_future(_gone(receive))
        try:
            while not gone.done() and (chunk := await self._in_thread(next, chunks, None)) is not None:
                yield chunk
        finally:
            gone.cancel()

    async def _in_thread(self, act: Callable[..., Any], *args: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self.threads, act, *args)


async def _gone(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
