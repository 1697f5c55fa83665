"""The load: keep-alive clients in a process of their own, which shares no interpreter with anything that is measured.

    echo '{"port": …, "path": …, "cookies": […], "token": …, "seconds": 5}' | python -m tests.bench.load

One client a cookie; each posts the next request when the answer to the last is there. HTTP is spoken by hand: the
usual libraries take longer for a request than the site does. `python -m tests.bench.load nothing` is a server that
does nothing, to see what the client itself costs.
"""

import asyncio
import json
import resource
import sys
import time
from typing import Any
from uuid import uuid4

SENTENCE = "a lighthouse folded from paper in a storm"


class Client(asyncio.Protocol):
    def __init__(self, head: bytes, until: float, ended: asyncio.Future[None]) -> None:
        self.head, self.until, self.ended = head, until, ended
        self.times: list[float] = []
        self.statuses: dict[int, int] = {}
        self.received = b""
        self.wanted: int | None = None
        self.sent = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_exception(error or ConnectionError("the server closed a kept connection"))

    def send(self) -> None:
        self.sent = time.perf_counter()
        self.transport.write(self.head + uuid4().hex.encode())

    def data_received(self, data: bytes) -> None:
        self.received += data
        if self.wanted is None:
            end = self.received.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self.received[:end].lower()
            at = head.index(b"content-length:") + 15
            self.wanted = end + 4 + int(head[at:].split(b"\r\n", 1)[0])
        if len(self.received) < self.wanted:
            return
        now = time.perf_counter()
        status = int(self.received[9:12])
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.times.append(now - self.sent)
        self.received, self.wanted = b"", None
        if now < self.until:
            self.send()
        else:
            self.ended.set_result(None)
            self.transport.close()


async def load(*, port: int, path: str, cookies: list[str], token: str, seconds: float) -> dict[str, Any]:
    loop = asyncio.get_running_loop()
    body = f"prompt={SENTENCE.replace(' ', '+')}&key=".encode()
    began, cpu = time.perf_counter(), time.process_time()
    clients: list[Client] = []
    for cookie in cookies:
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n"
            f"Cookie: {cookie}\r\nX-CSRFToken: {token}\r\nHX-Request: true\r\nAccept-Language: en\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body) + 32}\r\n\r\n"
        ).encode()
        client = Client(head + body, began + seconds, loop.create_future())
        clients.append(client)
        await loop.create_connection(lambda client=client: client, "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.gather(*(client.ended for client in clients))
    statuses: dict[int, int] = {}
    for client in clients:
        for status, count in client.statuses.items():
            statuses[status] = statuses.get(status, 0) + count
    return {
        "seconds": time.perf_counter() - began,
        "cpu": time.process_time() - cpu,
        "times": [moment for client in clients for moment in client.times],
        "statuses": statuses,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    }


class Nothing(asyncio.Protocol):
    """Answers every request at once, at the length of the site's usual answer."""

    ANSWER = b"HTTP/1.1 201 Created\r\nContent-Type: text/html\r\nContent-Length: 4000\r\n\r\n" + b"." * 4000

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(self.ANSWER)


async def serve_nothing() -> None:
    server = await asyncio.get_running_loop().create_server(Nothing, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    if sys.argv[1:] == ["nothing"]:
        asyncio.run(serve_nothing())
    else:
        json.dump(asyncio.run(load(**json.load(sys.stdin))), sys.stdout)
