"""A server process that ends with the test run, even when the run itself is killed."""

import atexit
import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1


class ServerMissing(RuntimeError):
    """No such server can be had on this machine; the text says what to install."""


def free_port() -> int:
    """A port that nobody held a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def private_folder(name: str, *, owner: str | None = None) -> Path:
    """A new folder of the run's own; for `owner`, where a server must not run as root."""
    folder = Path(tempfile.mkdtemp(prefix=f"tessera-{name}-"))
    if owner is not None:
        shutil.chown(folder, owner)
    return folder


class ServerProcess:
    """Starts, stops, kills and starts again one program, keeping its port and its folder."""

    name = "server"
    stop_signal = signal.SIGTERM

    def __init__(self, *, user: str | None = None) -> None:
        self.user = user
        self.port = free_port()
        self.folder = private_folder(self.name, owner=user)
        self.log = self.folder / "log.txt"
        self.process: subprocess.Popen[bytes] | None = None
        atexit.register(self.remove)

    def launch(self, command: Sequence[str], *, environment: Mapping[str, str] | None = None) -> None:
        """Starts the program and waits until it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env={**os.environ, **(environment or {})},
                # Ctrl-C in the terminal reaches the tests, which then stop the server in their own time.
                start_new_session=True,
                user=self.user,
                group=None if self.user is None else pwd.getpwnam(self.user).pw_gid,
                extra_groups=None if self.user is None else [],
                preexec_fn=end_with_parent(self.stop_signal),
            )
        deadline = time.monotonic() + 60
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                words = self.log.read_text(errors="replace").splitlines()[-15:]
                raise RuntimeError(f"{self.name} did not start:\n" + "\n".join(words))
            time.sleep(0.02)

    def answers(self) -> bool:
        raise NotImplementedError(f"{type(self).__name__} does not say how it shows that it is up")

    def stop(self) -> None:
        """Asks the server to end, as an operator would."""
        self._signal(self.stop_signal)

    def kill(self) -> None:
        """Ends the server as a power cut would."""
        self._signal(signal.SIGKILL)

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _signal(self, number: int) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            if number == signal.SIGKILL:
                # Its session is its own, so the group holds the server and its children alone.
                os.killpg(process.pid, number)
            else:
                process.send_signal(number)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def end_with_parent(number: int) -> Callable[[], None] | None:
    """Linux alone can tie a child's life to its parent's; elsewhere a killed run may leave its servers behind."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)

    def tie() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)

    return tie
