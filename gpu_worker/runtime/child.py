"""The worker's side of the model: a child process that can be killed, asked and listened to.

Plain standard library: the process that holds the leases never loads torch. The child is killed
rather than trusted, so everything here assumes that it may vanish, stall or speak nonsense at any moment.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

from gpu_worker.request import (
    Blobs,
    DrawRequest,
    EngineFacts,
    Message,
    NotAMessage,
    Preview,
    facts_from_wire,
    message_from_wire,
    to_wire,
)
from gpu_worker.runtime.protocol import Frame, ProtocolError, StreamCut, read_frame, write_frame

log = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[2]
# How long a child that was asked to leave may take before it is killed.
LEAVE_SECONDS = 2.0
# What can only be set before the child's libraries load. What the operator sets himself comes first.
# glibc hands blocks above 32 MB back to the system and faults them in again at every use; a net's activations
# are such blocks. OpenMP's threads spin while they have nothing to do, which takes the cores from the web side
# and, on a machine with few of them, from our own next step: passive, a first draw costs a third of the time.
CHILD_DEFAULTS = {
    "MALLOC_MMAP_THRESHOLD_": "268435456",
    "MALLOC_TRIM_THRESHOLD_": "268435456",
    "MALLOC_ARENA_MAX": "2",
    "OMP_WAIT_POLICY": "PASSIVE",
}


class ChildDied(Exception):
    """The model's process went away before it answered; the work may be tried again elsewhere."""


class Drawing:
    """One request under way. One thread reads it; any thread may cancel it."""

    def __init__(self, request: DrawRequest, send_cancel: Callable[[], None]) -> None:
        self.request = request
        self._send_cancel = send_cancel
        self._messages: queue.SimpleQueue[Message | ChildDied] = queue.SimpleQueue()
        self._death: ChildDied | None = None
        self._finished = False

    @property
    def finished(self) -> bool:
        """The last message (result, failed or cancelled) has been read, or the child's death."""
        return self._finished

    def next(self, timeout: float | None = None) -> Message | None:
        """The next message; None when none came in time, or when the last one has been read."""
        if self._death is not None:
            raise ChildDied(*self._death.args)
        if self._finished:
            return None
        try:
            message = self._messages.get(timeout=timeout)
        except queue.Empty:
            return None
        if isinstance(message, ChildDied):
            self._finished, self._death = True, message
            raise ChildDied(*message.args)
        self._finished = not isinstance(message, Preview)
        return message

    def cancel(self) -> None:
        """Ask for an end between two steps; the answer is Cancelled, or what was already on its way."""
        self._send_cancel()

    def deliver(self, message: Message | ChildDied) -> None:
        self._messages.put(message)


class ModelChild:
    """The child process with one engine in it. It starts at the first need and again after a death."""

    def __init__(
        self, *, engine: str, environment: Mapping[str, str] | None = None, stall_seconds: float = 300.0
    ) -> None:
        self.engine = engine
        self.stall_seconds = stall_seconds
        self._environment = dict(environment or {})
        self._lock = threading.Lock()
        self._run: _Run | None = None
        self._closed = False

    def start(self) -> None:
        """Start the child unless it runs. Does not wait until the engine is loaded."""
        with self._lock:
            self._running()

    def ready(self, timeout: float | None = None) -> EngineFacts | None:
        """The engine's facts once it is loaded; None if it is not within the time, or never will be."""
        run = self._run
        return None if run is None else run.wait_ready(timeout)

    @property
    def problem(self) -> str | None:
        """Why the child that was started last is not there, in a sentence; None while it is well."""
        run = self._run
        return None if run is None else run.death

    @property
    def pid(self) -> int | None:
        run = self._run
        return run.pid if run is not None and run.alive else None

    def submit(self, request: DrawRequest) -> Drawing:
        """Hand the request over. Many may wait at once; the child draws them one after the other."""
        while True:
            with self._lock:
                run = self._running()
            drawing = run.submit(request)
            if drawing is not None:
                return drawing

    def kill(self) -> None:
        """SIGKILL, now. Whoever waits for a drawing gets ChildDied; the next submit starts a new child."""
        run = self._run
        if run is not None:
            run.kill("it was told to stop")

    def close(self) -> None:
        """Let the child end and wait for it. Nothing can be submitted any more."""
        with self._lock:
            self._closed = True
            run = self._run
        if run is not None:
            run.close()

    def _running(self) -> _Run:
        if self._closed:
            raise RuntimeError("this ModelChild has been closed")
        if self._run is None or not self._run.alive:
            self._run = _Run(self._command(), self._child_environment(), self.stall_seconds)
        return self._run

    def _command(self) -> list[str]:
        # -P and PYTHONPATH: the child finds this very package, whatever lies in the current folder.
        command = [sys.executable, "-P", "-m", "gpu_worker.runtime.serve", "--engine", self.engine]
        return [*command, "--parent", str(os.getpid())]

    def _child_environment(self) -> dict[str, str]:
        environment = {**CHILD_DEFAULTS, **os.environ, **self._environment}
        paths = [str(ROOT), *filter(None, [environment.get("PYTHONPATH")])]
        environment["PYTHONPATH"] = os.pathsep.join(paths)
        return environment


class _Run:
    """One life of the child process: its pipes, its three threads and the drawings it owes."""

    def __init__(self, command: list[str], environment: Mapping[str, str], stall_seconds: float) -> None:
        self._stall_seconds = stall_seconds
        self._changed = threading.Condition()
        self._drawings: dict[int, Drawing] = {}
        self._tickets = itertools.count(1)
        self._drawn: int | None = None
        self._facts: EngineFacts | None = None
        self._verdict: str | None = None
        self.death: str | None = None
        self._heard = time.monotonic()
        self._outgoing: queue.SimpleQueue[tuple[dict[str, Any], Blobs] | None] = queue.SimpleQueue()
        # A session of its own: Ctrl-C in the terminal is for the parent, whose end is then the child's.
        self._process = subprocess.Popen(
            command,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        for work in (self._read, self._write, self._watch):
            threading.Thread(target=work, name=f"model-child-{work.__name__}", daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self.death is None and self._process.poll() is None

    def wait_ready(self, timeout: float | None) -> EngineFacts | None:
        with self._changed:
            self._changed.wait_for(lambda: self._facts is not None or self.death is not None, timeout)
            return self._facts if self.death is None else None

    def submit(self, request: DrawRequest) -> Drawing | None:
        """The drawing, or None when the child died just now."""
        with self._changed:
            if self.death is not None:
                return None
            ticket = next(self._tickets)
            drawing = Drawing(request, lambda: self._outgoing.put(({"type": "cancel", "ticket": ticket}, ())))
            if not self._drawings and self._facts is not None:
                self._heard = time.monotonic()
            self._drawings[ticket] = drawing
            header, blobs = to_wire(request)
            self._outgoing.put(({**header, "ticket": ticket}, blobs))
            self._changed.notify_all()
            return drawing

    def kill(self, verdict: str) -> None:
        with self._changed:
            if self._verdict is None:
                self._verdict = verdict
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGKILL)

    def close(self) -> None:
        self._outgoing.put(None)
        try:
            self._process.wait(LEAVE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill("it did not leave when asked")
            self._process.wait()

    def _write(self) -> None:
        """A thread of its own, so that a child which does not read cannot hold up whoever submits."""
        stdin = cast(BinaryIO, self._process.stdin)
        with contextlib.suppress(OSError):
            while (frame := self._outgoing.get()) is not None:
                write_frame(stdin, *frame)
        with contextlib.suppress(OSError):
            stdin.close()

    def _read(self) -> None:
        stdout = cast(BinaryIO, self._process.stdout)
        try:
            while (frame := read_frame(stdout)) is not None:
                self._hear(frame)
        except StreamCut:
            pass
        except (ProtocolError, NotAMessage) as wrong:
            self.kill(f"it sent what is no message: {wrong}")
        self._bury()

    def _hear(self, frame: Frame) -> None:
        sort, ticket = frame.header.get("type"), frame.header.get("ticket")
        with self._changed:
            if sort == "ready":
                self._facts = facts_from_wire(frame.header)
                self._heard = time.monotonic()
                self._changed.notify_all()
                return
            if sort == "absent":
                self._verdict = str(frame.header.get("message"))
                return
            if not isinstance(ticket, int):
                raise NotAMessage("the message names no ticket")
            if sort == "started":
                self._drawn, self._heard = ticket, time.monotonic()
                return
            message = message_from_wire(frame.header, frame.blobs)
            # An answer about a request that waits says nothing about the one that is being drawn.
            if ticket == self._drawn or self._drawn is None:
                self._heard = time.monotonic()
            drawing = self._drawings.get(ticket)
            if not isinstance(message, Preview):
                self._drawings.pop(ticket, None)
                if ticket == self._drawn:
                    self._drawn = None
        if drawing is not None:
            drawing.deliver(message)

    def _watch(self) -> None:
        """Kill a child that says nothing while it loads or owes something."""
        with self._changed:
            while self.death is None:
                owes = bool(self._drawings) or self._facts is None
                left = self._heard + self._stall_seconds - time.monotonic()
                if owes and left <= 0:
                    self._verdict = self._verdict or f"it said nothing for {self._stall_seconds:g} s and was stopped"
                    self._process.kill()
                self._changed.wait(max(left, 0.05) if owes else None)

    def _bury(self) -> None:
        try:
            code = self._process.wait(LEAVE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill("it closed its pipe")
            code = self._process.wait()
        cast(BinaryIO, self._process.stdout).close()
        self._outgoing.put(None)
        with self._changed:
            self.death = f"The model's process ended: {self._verdict or _how_it_ended(code)}."
            owed = list(self._drawings.values())
            self._drawings.clear()
            self._changed.notify_all()
        log.info("%s (%d drawings lost)", self.death, len(owed))
        for drawing in owed:
            drawing.deliver(ChildDied(self.death))


def _how_it_ended(code: int) -> str:
    if code >= 0:
        return f"exit status {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"
