"""Bodies that no page asks for are refused at the door, before Django reads them."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class _TooLarge(Exception):
    pass


def limit_body(app: App) -> App:
    async def limited(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await app(scope, receive, send)
        limit, read, begun = settings.BODY_LIMIT, 0, False
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > limit:
            return await _refuse(send)

        async def counted() -> MutableMapping[str, Any]:
            # A chunked body declares no length, so it is counted as it comes.
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit:
                raise _TooLarge
            return message

        async def noted(message: MutableMapping[str, Any]) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await app(scope, counted, noted)
        except _TooLarge:
            if not begun:
                await _refuse(send)

    return limited


async def _refuse(send: Send) -> None:
    page = render_to_string("413.html").encode()
    headers = [(b"content-type", b"text/html; charset=utf-8"), (b"connection", b"close")]
    headers.append((b"content-length", str(len(page)).encode()))
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": page})
