"""A page's socket without a browser, over the whole ASGI application. (channels.testing would bring in daphne.)"""

import json
from typing import Any

from asgiref.testing import ApplicationCommunicator
from django.test import Client

from dalle_site.asgi import application

HERE = b"http://127.0.0.1"


class Socket(ApplicationCommunicator):
    def __init__(self, client: Client, *, origin: bytes = HERE) -> None:
        cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
        headers = [(b"origin", origin), (b"host", b"127.0.0.1"), (b"cookie", cookie.encode())]
        scope = {"type": "websocket", "path": "/live", "raw_path": b"/live", "query_string": b"", "subprotocols": []}
        super().__init__(application, {**scope, "headers": headers})

    async def connect(self) -> bool:
        await self.send_input({"type": "websocket.connect"})
        answer = await self.receive_output(timeout=5)
        return bool(answer["type"] == "websocket.accept")

    async def disconnect(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(timeout=5)

    async def send(self, text: str) -> None:
        await self.send_input({"type": "websocket.receive", "text": text})

    async def next(self) -> dict[str, Any]:
        message = await self.receive_output(timeout=5)
        assert message["type"] == "websocket.send", message
        return dict(json.loads(message["text"]))

    async def until(self, sort: str) -> dict[str, Any]:
        """The next message of this sort; others before it are passed over."""
        while True:
            message = await self.next()
            if message["type"] == sort:
                return message
