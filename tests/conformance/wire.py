"""Stands between a client and the server: keeps what really went over the wire, and breaks it where a check says so.

The clients stay unmodified and need to tell nothing of headers or repeats; bytes are passed on as they came, but for
the Host line. Connections live as long as the client's own.
"""

import asyncio
import ssl
import threading
from collections import deque
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from .asks import Exchange

# The heads of requests are short; a chunk of an answer may be a whole picture.
LONGEST_LINE = 32 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class HangUp:
    """Both connections end so many seconds after the request was passed on."""

    after: float


@dataclass(frozen=True, kw_only=True)
class Swap:
    """The server's answer is kept, and the client gets this one instead."""

    status: int


Head = tuple[bytes, dict[str, str]]
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Wire:
    """`with Wire(base) as wire:`; clients are given `wire.base`."""

    def __init__(self, base: str) -> None:
        target = urlsplit(base)
        self.secure = target.scheme == "https"
        self.host, self.port = target.hostname or "", target.port or (443 if self.secure else 80)
        self.netloc, self.path = target.netloc, target.path.rstrip("/")
        self.base = ""
        self.exchanges: list[Exchange] = []
        self.faults: deque[HangUp | Swap] = deque()

    def __enter__(self) -> Self:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.served = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._serve, "127.0.0.1", 0, limit=LONGEST_LINE), self.loop
        ).result(10)
        self.base = f"http://127.0.0.1:{self.served.sockets[0].getsockname()[1]}{self.path}"
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        # Left to the collector of garbage, it complains at a moment of its own.
        self.loop.close()

    async def _end(self) -> None:
        self.served.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def taken(self) -> list[Exchange]:
        """What went over the wire since the last look."""
        found, self.exchanges = self.exchanges, []
        return found

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        onward: Streams | None = None
        try:
            while True:
                head, headers = await _next_head(reader, onward[0] if onward else None)
                body = await _body(reader, headers)
                onward = onward or await self._connect()
                if not await self._pass_on(head, headers, body, reader, writer, onward):
                    return
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            return
        finally:
            for end in (writer, onward[1] if onward else None):
                if end is not None:
                    end.close()

    async def _connect(self) -> Streams:
        context = ssl.create_default_context() if self.secure else None
        return await asyncio.open_connection(self.host, self.port, ssl=context, limit=LONGEST_LINE)

    async def _pass_on(
        self,
        head: bytes,
        headers: dict[str, str],
        body: bytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        onward: Streams,
    ) -> bool:
        """One request and its answer; whether the connections live on."""
        method, path = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")[:2]
        fault = self.faults.popleft() if self.faults else None
        onward[1].write(self._addressed(head) + body)
        await onward[1].drain()
        sent = Exchange(method=method, path=path, sent=headers, body=body)
        if isinstance(fault, HangUp):
            self.exchanges.append(sent)
            await asyncio.sleep(fault.after)
            return False
        answered = asyncio.ensure_future(_answer(onward[0], method))
        gone = asyncio.ensure_future(reader.read(1))
        await asyncio.wait({answered, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not answered.done():
            answered.cancel()
            self.exchanges.append(sent)
            return False
        gone.cancel()
        await asyncio.wait({gone})
        (line, told), content, raw = answered.result()
        status = int(line.split(b" ", 2)[1])
        self.exchanges.append(
            Exchange(method=method, path=path, sent=headers, body=body, status=status, headers=told, content=content)
        )
        writer.write(_canned(fault.status) if isinstance(fault, Swap) else raw)
        await writer.drain()
        return told.get("connection", "").lower() != "close"

    def _addressed(self, head: bytes) -> bytes:
        lines = head.split(b"\r\n")
        host = b"Host: " + self.netloc.encode()
        return b"\r\n".join(host if line.lower().startswith(b"host:") else line for line in lines)


async def _next_head(reader: asyncio.StreamReader, server: asyncio.StreamReader | None) -> Head:
    """Of the client's next request. Where the server ends the connection before there is one, so do we: the client
    must see that as it would without us, or it sends into the void."""
    heard = asyncio.ensure_future(_head(reader))
    if server is not None:
        ended = asyncio.ensure_future(server.read(1))
        await asyncio.wait({heard, ended}, return_when=asyncio.FIRST_COMPLETED)
        for one in {heard, ended} - ({heard} if heard.done() else set()):
            one.cancel()
            await asyncio.wait({one})
        if heard.cancelled():
            raise ConnectionResetError("the server ended the connection")
    return await heard


async def _head(reader: asyncio.StreamReader) -> Head:
    head = await reader.readuntil(b"\r\n\r\n")
    headers: dict[str, str] = {}
    for line in head.decode("latin-1").split("\r\n")[1:-2]:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return head, headers


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    """As it came, the frames of chunks included."""
    if "chunked" in headers.get("transfer-encoding", "").lower():
        return b"".join([raw + content for raw, content in await _chunks(reader)])
    return await reader.readexactly(int(headers.get("content-length") or 0))


async def _chunks(reader: asyncio.StreamReader) -> list[tuple[bytes, bytes]]:
    found: list[tuple[bytes, bytes]] = []
    while True:
        line = await reader.readuntil(b"\r\n")
        content = await reader.readexactly(int(line.split(b";")[0], 16) + 2)
        found.append((line, content))
        if len(content) == 2:
            return found


async def _answer(reader: asyncio.StreamReader, method: str) -> tuple[Head, bytes, bytes]:
    """The head, the content freed of its frames, and all of it as it came."""
    head, headers = await _head(reader)
    if "chunked" in headers.get("transfer-encoding", "").lower():
        chunks = await _chunks(reader)
        content = b"".join(content[:-2] for _, content in chunks)
        return (head, headers), content, head + b"".join(line + content for line, content in chunks)
    if "content-length" in headers:
        content = await reader.readexactly(0 if method == "HEAD" else int(headers["content-length"]))
    else:
        content = await reader.read(-1)
        headers["connection"] = "close"
    return (head, headers), content, head + content


def _canned(status: int) -> bytes:
    body = b'{"error": {"code": null, "message": "swapped on the wire", "param": null, "type": "server_error"}}'
    head = f"HTTP/1.1 {status} Swapped\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body
