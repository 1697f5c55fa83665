"""Little servers that keep the contract badly, each in its own way: what is green on all of them can never be red."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = tuple[int, dict[str, str], bytes]


def as_json(status: int, said: object, **headers: str) -> Answer:
    return status, {"Content-Type": "application/json", **headers}, json.dumps(said).encode()


def broken() -> Answer:
    """What a framework says that was left alone: an error without a code."""
    return as_json(500, {"detail": "Internal Server Error"})


def page() -> Answer:
    """What a proxy says by itself."""
    return 502, {"Content-Type": "text/html"}, b"<html><h1>502 Bad Gateway</h1></html>"


def yes() -> Answer:
    """Agrees to everything and gives nothing."""
    return as_json(200, {"created": 0, "data": []})


def no() -> Answer:
    """Refuses everything, well-formed and for no reason that was asked about."""
    error = {"code": "no", "message": "No.", "param": "no", "type": "no"}
    return as_json(400, {"error": error})


WRONG: tuple[Callable[[], Answer], ...] = (yes, no, broken, page)


class Quiet(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *about: object) -> None:
        """Clients that hang up are what the checks are about."""


@contextmanager
def serving(answer: Callable[[], Answer]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def reply(self) -> None:
            if "chunked" in self.headers.get("Transfer-Encoding", ""):
                self.close_connection = True
            else:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, headers, body = answer()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = reply  # noqa: N815

        def log_message(self, *words: object) -> None:
            pass

    server = Quiet(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()
