"""The way to the filters: a child process that is asked, given a time, and killed where it does not keep it.

It starts at the first question, or before (`start`), and again after a death. One for each process that screens: the
screening worker, the gpu worker, or the one process of the embedded site. The web process of the full mode has none.
"""

import atexit
import json
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[1]
MOST_BYTES = 4 << 20
# One core for the filters' sums where there are two: what else runs here must go on.
DEFAULTS = {"OMP_WAIT_POLICY": "PASSIVE", "MALLOC_ARENA_MAX": "2", "OPENBLAS_NUM_THREADS": "1"}
STARTING_SECONDS = 120.0


class FilterDown(Exception):
    """The filters could not be asked, or did not answer in time: nothing is let through, it is tried again."""


@dataclass(frozen=True)
class State:
    up: bool
    starts: int
    problem: str


class Screener:
    """Safe to be used from many threads: one asks at a time."""

    def __init__(self, command: Sequence[str] | None = None) -> None:
        self._command = list(command or (sys.executable, "-P", "-m", "moderation.screener.serve"))
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self._rules = ""
        self._starts = 0
        self._problem = ""
        self._up = threading.Event()
        self._starting: threading.Thread | None = None

    @property
    def state(self) -> State:
        process = self._process
        return State(process is not None and process.poll() is None, self._starts, self._problem)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self) -> None:
        """In the background: weights take some seconds to load."""
        if self._starting is None or not self._starting.is_alive():
            self._starting = threading.Thread(target=self._start, name="screener", daemon=True)
            self._starting.start()

    @property
    def loading(self) -> bool:
        """It will be there soon: better to wait than to ask. False too where it could not be started."""
        if self._up.is_set() or self._problem:
            return False
        self.start()
        return True

    def ask(
        self,
        question: Mapping[str, Any],
        *,
        files: Sequence[bytes] = (),
        rules: Sequence[Mapping[str, Any]],
        digest: str,
        seconds: float,
    ) -> dict[str, Any]:
        """`rules` are sent where `digest` says that they changed. FilterDown: no answer that could be trusted."""
        with self._lock:
            connection = self._running()
            try:
                if digest != self._rules:
                    self._asked(connection, {"do": "rules", "rules": list(rules)}, (), seconds)
                    self._rules = digest
                return self._asked(connection, question, files, seconds)
            except (OSError, EOFError, ValueError) as wrong:
                self._end(f"it ended, or took longer than {seconds:g} s ({type(wrong).__name__})")
                raise FilterDown(self._problem) from wrong

    def close(self) -> None:
        with self._lock:
            self._end("")

    def _start(self) -> None:
        with self._lock, suppress(FilterDown):
            self._running()

    def _asked(
        self, connection: Connection, question: Mapping[str, Any], files: Sequence[bytes], seconds: float
    ) -> dict[str, Any]:
        assert self._process is not None
        # Killed when its time is up, so that no read and no write here can wait for ever.
        watch = threading.Timer(seconds, self._process.kill)
        watch.daemon = True
        watch.start()
        try:
            connection.send_bytes(json.dumps({**question, "files": len(files)}).encode())
            for file in files:
                connection.send_bytes(file)
            found: dict[str, Any] = json.loads(connection.recv_bytes(MOST_BYTES))
        finally:
            watch.cancel()
        if "error" in found:
            self._problem = str(found["error"])
            raise FilterDown(self._problem)
        return found

    def _running(self) -> Connection:
        if self._connection is not None and self._process is not None and self._process.poll() is None:
            return self._connection
        self._end("it ended by itself" if self._process is not None else "")
        ours, theirs = socket.socketpair()
        began = time.monotonic()
        environment = {**DEFAULTS, **os.environ}
        environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, [environment.get("PYTHONPATH")])])
        self._process = subprocess.Popen(
            [*self._command, "--socket", str(theirs.fileno())],
            env=environment,
            stdin=subprocess.DEVNULL,
            pass_fds=(theirs.fileno(),),
            # A session of its own: Ctrl-C in the terminal is for the parent, whose end is then the child's.
            start_new_session=True,
        )
        theirs.close()
        self._starts += 1
        self._rules = ""
        self._connection = Connection(ours.detach())
        try:
            if not self._connection.poll(STARTING_SECONDS):
                raise EOFError
            json.loads(self._connection.recv_bytes(MOST_BYTES))
        except (OSError, EOFError, ValueError) as wrong:
            self._end("it did not start")
            raise FilterDown(self._problem) from wrong
        self._problem = ""
        self._up.set()
        logger.info("the filters are up after %.1f s", time.monotonic() - began)
        return self._connection

    def _end(self, why: str) -> None:
        self._up.clear()
        if self._connection is not None:
            self._connection.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._connection = self._process = None
        if why:
            self._problem = f"The filters' process is not there: {why}."
            logger.warning(self._problem)


screener = Screener()
atexit.register(screener.close)
