"""The handler of pages: one thread a request, the same threads again, everything closed behind it."""

import io
import threading
from collections.abc import Iterator
from typing import Any

from asgiref.testing import ApplicationCommunicator
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path
from pytest_django import Settings

from dalle_site.pages import THREADS, Pages

visits: list[int] = []
opened: list[io.BytesIO] = []


def note_thread(request: HttpRequest) -> HttpResponse:
    visits.append(threading.get_ident())
    return HttpResponse(request.body)


def stream(request: HttpRequest) -> FileResponse:
    opened.append(io.BytesIO(b"tessera" * 100_000))
    return FileResponse(opened[-1], filename="tesserae.txt")


def drip(request: HttpRequest) -> StreamingHttpResponse:
    def drops() -> Iterator[bytes]:
        for _ in range(3):
            visits.append(threading.get_ident())
            yield b"drop"

    return StreamingHttpResponse(drops())


def flow(request: HttpRequest) -> StreamingHttpResponse:
    def drops() -> Iterator[bytes]:
        try:
            while True:
                visits.append(1)
                yield b"drop"
        finally:
            visits.append(-1)

    return StreamingHttpResponse(drops())


def break_down(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a fault of the view")


urlpatterns = [
    path("thread", note_thread),
    path("stream", stream),
    path("drip", drip),
    path("flow", flow),
    path("broken", break_down),
]


async def ask(pages: Pages, address: str, *, body: bytes = b"", method: str = "GET") -> tuple[int, bytes]:
    headers = [(b"host", b"127.0.0.1"), (b"content-length", str(len(body)).encode())]
    scope: dict[str, Any] = {"type": "http", "method": method, "path": address, "query_string": b"", "headers": headers}
    asked = ApplicationCommunicator(pages, scope)
    await asked.send_input({"type": "http.request", "body": body})
    start = await asked.receive_output(timeout=5)
    answer, more = b"", True
    while more:
        part = await asked.receive_output(timeout=5)
        answer += part.get("body", b"")
        more = part.get("more_body", False)
    await asked.wait(timeout=5)
    return start["status"], answer


def plain(settings: Settings) -> Pages:
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = []
    return Pages()


async def test_requests_visit_few_threads_and_never_the_loop_s(settings: Settings) -> None:
    pages = plain(settings)
    visits.clear()
    for number in range(3 * THREADS):
        assert await ask(pages, "/thread", body=str(number).encode()) == (200, str(number).encode())
    assert 1 <= len(set(visits)) <= THREADS
    assert threading.get_ident() not in visits


async def test_a_file_comes_whole_and_is_closed(settings: Settings) -> None:
    assert await ask(plain(settings), "/stream") == (200, b"tessera" * 100_000)
    assert opened[-1].closed


async def test_a_stream_is_sent_as_it_is_made(settings: Settings) -> None:
    visits.clear()
    headers = [(b"host", b"127.0.0.1")]
    scope = {"type": "http", "method": "GET", "path": "/drip", "query_string": b"", "headers": headers}
    asked = ApplicationCommunicator(plain(settings), scope)
    await asked.send_input({"type": "http.request", "body": b""})
    await asked.receive_output(timeout=5)
    parts = [await asked.receive_output(timeout=5) for _ in range(4)]
    assert [part.get("body", b"") for part in parts] == [b"drop", b"drop", b"drop", b""]
    assert threading.get_ident() not in visits
    await asked.wait(timeout=5)


async def test_a_fault_is_answered_and_the_next_request_is_served(settings: Settings) -> None:
    pages = plain(settings)
    assert (await ask(pages, "/broken"))[0] == 500
    assert (await ask(pages, "/thread"))[0] == 200


async def test_who_goes_away_before_the_body_is_there_is_not_served(settings: Settings) -> None:
    pages = plain(settings)
    visits.clear()
    scope = {"type": "http", "method": "GET", "path": "/thread", "query_string": b"", "headers": []}
    asked = ApplicationCommunicator(pages, scope)
    await asked.send_input({"type": "http.request", "body": b"half", "more_body": True})
    await asked.send_input({"type": "http.disconnect"})
    await asked.wait(timeout=5)
    assert asked.output_queue.empty()
    assert not visits


async def test_nothing_more_is_made_for_who_went_away(settings: Settings) -> None:
    visits.clear()
    headers = [(b"host", b"127.0.0.1")]
    scope = {"type": "http", "method": "GET", "path": "/flow", "query_string": b"", "headers": headers}
    asked = ApplicationCommunicator(plain(settings), scope)
    await asked.send_input({"type": "http.request", "body": b""})
    for _ in range(3):
        await asked.receive_output(timeout=5)
    await asked.send_input({"type": "http.disconnect"})
    await asked.wait(timeout=5)  # a stream without an end has one now
    assert visits[-1] == -1
