"""An open page's socket, over a real connection that can be cut."""

import json
import socket
import struct
from typing import Any, Self

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.site import Visitor

HERE = ""


class Page:
    """`origin` is where the page says that it came from: this site, unless told otherwise; None says nothing."""

    def __init__(self, visitor: Visitor, *, origin: str | None = HERE) -> None:
        said = visitor.address if origin == HERE else origin
        self._opening = connect(
            visitor.address.replace("http", "ws", 1) + "/live",
            origin=None if said is None else Origin(said),
            additional_headers={"Cookie": visitor.cookie},
            proxy=None,
            open_timeout=20,
        )

    def __enter__(self) -> Self:
        """Opens; a site that refuses raises InvalidStatus."""
        self.socket: ClientConnection = self._opening.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._opening.__exit__(*error)

    def next(self, *, seconds: float = 30) -> dict[str, Any]:
        return dict(json.loads(self.socket.recv(timeout=seconds)))

    def until(self, sort: str, **fields: Any) -> dict[str, Any]:
        """The next message of this sort whose fields have these values; those before it are passed over."""
        while True:
            message = self.next()
            if message["type"] == sort and all(message[name] == value for name, value in fields.items()):
                return message

    def job(self, job_id: str, status: str) -> dict[str, Any]:
        """What the page is told of this job once it has this status."""
        while True:
            message = self.next()
            for job in [message["job"]] if message["type"] == "job" else message.get("jobs", []):
                if (job["id"], job["status"]) == (job_id, status):
                    return dict(job)

    def send(self, message: dict[str, Any]) -> None:
        self.socket.send(json.dumps(message))

    def cut(self) -> None:
        """The connection is gone, without a word of goodbye."""
        self.socket.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close_socket()
