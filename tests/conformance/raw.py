"""HTTP by hand, down to the byte: for what no client would send."""

import http.client
import json
import socket
import ssl
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from .asks import Exchange, Fields, File

BOUNDARY = "conformance-7f3a1c"


class Raw:
    def __init__(self, base: str) -> None:
        target = urlsplit(base)
        self.secure = target.scheme == "https"
        self.host, self.port = target.hostname or "", target.port or (443 if self.secure else 80)
        self.netloc, self.path = target.netloc, target.path.rstrip("/")

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        timeout: float = 60.0,
    ) -> Exchange:
        """A whole request on a connection of its own."""
        kind = http.client.HTTPSConnection if self.secure else http.client.HTTPConnection
        connection = kind(self.host, self.port, timeout=timeout)
        headers = dict(headers or {})
        try:
            connection.request(method, self.path + path, body, headers)
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            content = answer.read()
        finally:
            connection.close()
        return Exchange(
            method=method,
            path=path,
            sent=headers,
            body=body or b"",
            status=answer.status,
            headers=told,
            content=content,
        )

    def opened(self, timeout: float = 30.0) -> socket.socket:
        connection = socket.create_connection((self.host, self.port), timeout=timeout)
        if self.secure:
            return ssl.create_default_context().wrap_socket(connection, server_hostname=self.host)
        return connection

    def head(self, method: str, path: str, headers: Mapping[str, str]) -> bytes:
        lines = [f"{method} {self.path}{path} HTTP/1.1", f"Host: {self.netloc}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")

    def spoken(self, method: str, path: str, sent: bytes, *, ending: bool = False, timeout: float = 60.0) -> Exchange:
        """These very bytes; `ending` closes our side after them, as a client does that was cut off."""
        with self.opened(timeout) as connection:
            connection.sendall(sent)
            if ending:
                connection.shutdown(socket.SHUT_WR)
            answer = http.client.HTTPResponse(connection, method=method)
            try:
                answer.begin()
                content = answer.read()
            except (http.client.HTTPException, OSError):
                # No answer is a fair one to half a request.
                return Exchange(method=method, path=path, sent={})
        told = {name.lower(): value for name, value in answer.getheaders()}
        return Exchange(method=method, path=path, sent={}, status=answer.status, headers=told, content=content)


def form(fields: Fields, files: Mapping[str, File | Sequence[File]], *, boundary: str = BOUNDARY) -> tuple[bytes, str]:
    """A form's body and its content type, fields first."""
    pieces = [piece(name, as_text(value)) for name, value in fields.items()]
    for name, given in files.items():
        for file in [given] if isinstance(given, File) else given:
            pieces.append(piece(name, file.content, filename=file.name, type=file.type))
    return together(pieces, boundary=boundary), f"multipart/form-data; boundary={boundary}"


def piece(name: str, content: bytes, *, filename: str | None = None, type: str | None = None) -> bytes:
    named = "" if filename is None else f'; filename="{filename}"'
    typed = "" if type is None else f"Content-Type: {type}\r\n"
    return f'Content-Disposition: form-data; name="{name}"{named}\r\n{typed}\r\n'.encode() + content


def together(pieces: Sequence[bytes], *, boundary: str = BOUNDARY) -> bytes:
    line = b"--" + boundary.encode()
    return b"".join(line + b"\r\n" + one + b"\r\n" for one in pieces) + line + b"--\r\n"


def as_text(value: Any) -> bytes:
    return (value if isinstance(value, str) else json.dumps(value)).encode()
