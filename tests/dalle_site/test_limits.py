import json
from collections.abc import MutableMapping
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.conf import settings

from dalle_site.limits import limit_body


async def swallow(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
    """An application that reads its whole body before it answers."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"read"})


def request(*headers: tuple[bytes, bytes], path: str = "/jobs") -> ApplicationCommunicator:
    scope = {"type": "http", "method": "POST", "path": path, "headers": list(headers)}
    return ApplicationCommunicator(limit_body(swallow), scope)


async def test_a_declared_giant_is_refused_unread() -> None:
    giant = request((b"content-length", b"10000000"))
    start = await giant.receive_output()
    assert start["status"] == 413
    assert b"</html>" in (await giant.receive_output())["body"]


async def test_an_undeclared_giant_is_refused_while_it_comes() -> None:
    giant = request()
    for _ in range(3):
        await giant.send_input({"type": "http.request", "body": b"x" * (settings.BODY_LIMIT // 2), "more_body": True})
    assert (await giant.receive_output())["status"] == 413


@pytest.mark.parametrize("size", [0, 1000, settings.BODY_LIMIT])
async def test_what_fits_passes(size: int) -> None:
    page = request((b"content-length", str(size).encode()))
    await page.send_input({"type": "http.request", "body": b"x" * size})
    assert (await page.receive_output())["status"] == 200


async def test_where_a_picture_is_sent_a_picture_fits() -> None:
    size = settings.UPLOAD_LIMIT
    page = request((b"content-length", str(size).encode()), path="/uploads")
    await page.send_input({"type": "http.request", "body": b"x" * size})
    assert (await page.receive_output())["status"] == 200


async def test_a_photo_of_fifty_megabytes_is_told_its_limit() -> None:
    most = settings.UPLOAD_LIMIT // 1_000_000
    for accepted, says in (
        (b"application/json", f'{{"detail": "The picture file is too large; at most {most} MB."}}'),
        (b"text/html", f"A picture has at most {most} MB."),
    ):
        photo = request((b"content-length", b"50000000"), (b"accept", accepted), path="/uploads")
        assert (await photo.receive_output())["status"] == 413
        assert says in (await photo.receive_output())["body"].decode()


@pytest.mark.parametrize(
    ("size", "status"), [(settings.CANVAS_BATCH_LIMIT, 200), (settings.CANVAS_BATCH_LIMIT + 1, 413)]
)
async def test_what_is_drawn_on_a_canvas_has_a_limit_of_its_own(size: int, status: int) -> None:
    batch = request((b"content-length", str(size).encode()), path="/canvases/0b1c/log")
    await batch.send_input({"type": "http.request", "body": b"x" * size})
    assert (await batch.receive_output())["status"] == status


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/canvases/0b1c/log", "a canvas takes 13 MB at once. What you drew is kept."),
        ("/canvases/import", f"at most {settings.PROJECT_LIMIT // 1_000_000} MB can be taken."),
    ],
)
async def test_five_hundred_megabytes_for_a_canvas_are_refused_unread_in_a_sentence(path: str, says: str) -> None:
    giant = request((b"content-length", b"500000000"), path=path)
    assert (await giant.receive_output())["status"] == 413
    assert says in json.loads((await giant.receive_output())["body"])["detail"]


async def test_a_project_file_may_be_larger_than_a_batch() -> None:
    project = request((b"content-length", b"50000000"), path="/canvases/import")
    await project.send_input({"type": "http.request", "body": b"x" * 50_000_000})
    assert (await project.receive_output())["status"] == 200
