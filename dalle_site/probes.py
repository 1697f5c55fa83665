"""What the site stands on, tried for real: the database, the broker, the store of pictures, the mail, disk and memory.

A probe may wait for something that hangs, so it is made once in a while for everybody who looks.
"""

import resource
import secrets
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.mail import get_connection
from django.db import DatabaseError, connection
from redis import Redis
from redis.exceptions import RedisError

AGAIN_SECONDS = 20
PATIENCE_SECONDS = 3
PLENTY_OF_DISK = 1_000_000_000
LEAST_DISK = 200_000_000
MB = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Probe:
    milliseconds: float
    problem: str = ""


def database() -> Probe:
    def ask() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    return _timed(ask, DatabaseError)


def broker() -> Probe | None:
    """None where it is in memory."""
    if not settings.REDIS_URL:
        return None
    timeouts = {"socket_connect_timeout": PATIENCE_SECONDS, "socket_timeout": PATIENCE_SECONDS}

    def ask() -> None:
        with Redis.from_url(settings.REDIS_URL, **timeouts) as server:
            server.ping()

    return _now_and_then("broker", lambda: _timed(ask, RedisError, OSError))


def storage() -> Probe:
    """Written, read and deleted, as pictures are."""
    wrote = secrets.token_bytes(64)

    def ask() -> None:
        name = default_storage.save(f"health/{secrets.token_hex(8)}", ContentFile(wrote))
        try:
            with default_storage.open(name) as file:
                if file.read() != wrote:
                    raise OSError("What was read is not what had been written.")
        finally:
            default_storage.delete(name)

    # Every kind of store raises its own.
    return _now_and_then("storage", lambda: _timed(ask, Exception))


def mail() -> Probe:
    """The server is spoken to; no letter is sent. Where letters are kept as files, the folder is written to."""

    def ask() -> None:
        if settings.EMAIL_BACKEND == "dalle_site.mail.FolderBackend":
            folder = Path(settings.MAIL_FOLDER)
            folder.mkdir(parents=True, exist_ok=True)
            probe = folder / ".probe"
            probe.write_bytes(b"0")
            probe.unlink()
            return
        server = get_connection(timeout=PATIENCE_SECONDS)
        try:
            server.open()
        finally:
            server.close()

    return _now_and_then("mail", lambda: _timed(ask, Exception))


def disk_free() -> int:
    """Of the disk that the data folder is on; letters, weights and, in one command, everything lie there."""
    folder = next(path for path in (settings.DATA, *settings.DATA.parents) if path.exists())
    return shutil.disk_usage(folder).free


def memory() -> tuple[int, int]:
    """What this web process holds, and the most that it ever held, in bytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    now = next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:")), most)
    return now, max(now, most)


def _timed(ask: Callable[[], None], *expected: type[Exception]) -> Probe:
    began = time.monotonic()
    problem = ""
    try:
        ask()
    except expected as error:
        problem = f"{type(error).__name__}: {error}"[:300]
    return Probe(milliseconds=(time.monotonic() - began) * 1000, problem=problem)


def _now_and_then(name: str, probe: Callable[[], Probe]) -> Probe:
    known: Probe | None = cache.get(f"probe.{name}")
    if known is None:
        known = probe()
        cache.set(f"probe.{name}", known, AGAIN_SECONDS)
    return known
