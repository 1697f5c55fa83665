"""Bodies that no page asks for are refused at the door, before Django reads them."""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

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
        limit, read, begun = _limit_of(scope["path"]), 0, False
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > limit:
            return await _refuse(scope, send)

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
                await _refuse(scope, send)

    return limited


def _limit_of(path: str) -> int:
    """What is drawn on a canvas comes to addresses with an id in them."""
    if path not in settings.BODY_LIMITS and path.startswith("/canvases/"):
        return settings.CANVAS_BATCH_LIMIT
    return settings.BODY_LIMITS.get(path, settings.BODY_LIMIT)


async def _refuse(scope: Scope, send: Send) -> None:
    """A page, or what a script that sends a picture can show as it is."""
    path: str = scope["path"]
    on_a_canvas = path.startswith("/canvases/")
    megabytes = settings.UPLOAD_LIMIT // 1_000_000 if path in settings.BODY_LIMITS else None
    # What goes to a canvas comes from its script, whatever that says that it takes.
    if on_a_canvas or b"application/json" in dict(scope["headers"]).get(b"accept", b""):
        words = too_large_for_a_canvas(path) if on_a_canvas else too_large(megabytes)
        kind, body = b"application/json", json.dumps({"detail": words}).encode()
    else:
        kind, body = b"text/html; charset=utf-8", render_to_string("413.html", {"megabytes": megabytes}).encode()
    headers = [(b"content-type", kind), (b"connection", b"close"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def too_large_for_a_canvas(path: str) -> str:
    if path in settings.BODY_LIMITS:
        most = settings.PROJECT_LIMIT // 1_000_000
        return _("The project file is too large; at most %(most)d MB can be taken.") % {"most": most}
    most = settings.CANVAS_BATCH_LIMIT // 1_000_000
    return _("That is too large; a canvas takes %(most)d MB at once. What you drew is kept.") % {"most": most}


def too_large(megabytes: int | None) -> str:
    if megabytes is None:
        return _("More was sent than this site takes at once. Nothing was done with it and nothing was charged.")
    return _("The picture file is too large; at most %(most)d MB.") % {"most": megabytes}
