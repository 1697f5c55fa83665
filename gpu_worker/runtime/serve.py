"""The child: one engine, frames in on stdin, frames out on stdout.

    python -m gpu_worker.runtime.serve --engine bundled

One thread reads, so that a cancel is heard and the parent's end is noticed in mid-draw; the main
thread draws one request after the other. Environment: GPU_WORKER_THREADS limits the cores used,
GPU_WORKER_STEP_SECONDS slows every step down (for tests of cancel, stall and lease).
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import gc
import logging
import os
import signal
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, BinaryIO

from gpu_worker.request import (
    BadRequest,
    Cancelled,
    DrawRequest,
    Failed,
    Message,
    Preview,
    request_from_wire,
    to_wire,
)
from gpu_worker.runtime.protocol import Frame, ProtocolError, StreamCut, read_frame, write_frame

if TYPE_CHECKING:
    from gpu_worker.engines import Engine

log = logging.getLogger("gpu_worker.serve")

# The web side shares a small machine's cores with us, and a page that hangs is worse than a slower picture.
NICENESS = 5
PARENT_CHECK_SECONDS = 1.0
OUT_OF_MEMORY_WORDS = ("out of memory", "can't allocate memory", "not enough memory")


class Desk:
    """Requests that wait, and the one that is being drawn. The reading thread fills it, the main one empties it."""

    def __init__(self, outgoing: BinaryIO) -> None:
        self._outgoing = outgoing
        self._out_lock = threading.Lock()
        self._changed = threading.Condition()
        self._waiting: deque[tuple[int, DrawRequest]] = deque()
        self._drawn: int | None = None
        self.cancelled = threading.Event()

    def take(self) -> tuple[int, DrawRequest]:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting)
            self._drawn, request = self._waiting.popleft()
            self.cancelled.clear()
            return self._drawn, request

    def done(self) -> None:
        with self._changed:
            self._drawn = None

    @property
    def idle(self) -> bool:
        with self._changed:
            return not self._waiting

    def hear(self, frame: Frame) -> None:
        sort, ticket = frame.header.get("type"), frame.header.get("ticket")
        if not isinstance(ticket, int):
            raise ProtocolError("a request without a ticket")
        if sort == "draw":
            try:
                request = request_from_wire(frame.header, frame.blobs)
                request.check()
            except BadRequest as refused:
                self.answer(ticket, Failed(str(frame.header.get("id")), "bad_request", str(refused)))
                return
            with self._changed:
                self._waiting.append((ticket, request))
                self._changed.notify()
        elif sort == "cancel":
            self._cancel(ticket)
        else:
            raise ProtocolError(f"{sort!r} is no request")

    def _cancel(self, ticket: int) -> None:
        with self._changed:
            if ticket == self._drawn:
                self.cancelled.set()
                return
            request = next((waiting for number, waiting in self._waiting if number == ticket), None)
            if request is None:
                return
            self._waiting.remove((ticket, request))
        self.answer(ticket, Cancelled(request.id))

    def answer(self, ticket: int, message: Message) -> None:
        header, blobs = to_wire(message)
        self.send({**header, "ticket": ticket}, blobs)

    def send(self, header: dict[str, Any], blobs: Sequence[bytes] = ()) -> None:
        with self._out_lock:
            try:
                write_frame(self._outgoing, header, blobs)
            except BrokenPipeError:
                os._exit(0)  # nobody is left to draw for


def draw_all(desk: Desk, engine: Engine, step_seconds: float) -> None:
    from gpu_worker.engines import DrawingCancelled  # noqa: PLC0415 - torch, only once the reading thread watches

    while True:
        ticket, request = desk.take()
        desk.send({"type": "started", "ticket": ticket})

        def progress(preview: Preview, ticket: int = ticket) -> None:
            desk.answer(ticket, preview)
            if step_seconds:
                desk.cancelled.wait(step_seconds)

        answer: Message
        try:
            answer = engine.draw(request, progress=progress, cancelled=desk.cancelled.is_set)
        except DrawingCancelled:
            answer = Cancelled(request.id)
        except BadRequest as refused:
            answer = Failed(request.id, "bad_request", str(refused))
        except Exception as wrong:  # the child outlives one request's failure; the parent decides what to do
            traceback.print_exc(file=sys.stderr)
            answer = _failure(request, wrong)
            gc.collect()
        desk.done()
        desk.answer(ticket, answer)
        del answer
        if desk.idle:
            give_back_memory()


def give_back_memory() -> None:
    """Return what is free to the system, which glibc does not do by itself once told to keep large blocks."""
    gc.collect()
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def _failure(request: DrawRequest, wrong: Exception) -> Failed:
    # torch.OutOfMemoryError is a RuntimeError; the CPU's allocator raises a plain one and only its words tell.
    words = str(wrong).lower()
    out_of_memory = isinstance(wrong, MemoryError) or any(phrase in words for phrase in OUT_OF_MEMORY_WORDS)
    if out_of_memory:
        return Failed(request.id, "out_of_memory", "There is not enough memory to draw this.")
    return Failed(request.id, "error", f"{type(wrong).__name__}: {wrong}")


def read_all(desk: Desk, incoming: BinaryIO) -> None:
    """Read until the parent closes the pipe or dies, then leave at once, even in mid-draw."""
    try:
        while (frame := read_frame(incoming)) is not None:
            desk.hear(frame)
    except StreamCut:
        pass
    except ProtocolError as wrong:
        log.error("the worker sent what is no request: %s", wrong)
        os._exit(4)
    except BaseException:
        traceback.print_exc(file=sys.stderr)
        os._exit(5)
    os._exit(0)


def watch_parent(parent: int) -> None:
    """Another child of our parent may hold the pipe's end open, so its end alone is no proof of life."""
    while os.getppid() == parent:
        time.sleep(PARENT_CHECK_SECONDS)
    os._exit(0)


def claim_streams() -> tuple[BinaryIO, BinaryIO]:
    """Keep the pipes for frames alone: what a library prints goes to stderr, what it reads is empty."""
    incoming, outgoing = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return os.fdopen(incoming, "rb"), os.fdopen(outgoing, "wb")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Draw what comes in on stdin.")
    parser.add_argument("--engine", required=True)
    parser.add_argument("--parent", type=int, default=os.getppid())
    options = parser.parse_args(arguments)

    incoming, outgoing = claim_streams()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(name)s: %(message)s")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        os.nice(NICENESS)
    desk = Desk(outgoing)
    threading.Thread(target=watch_parent, args=(options.parent,), name="watch", daemon=True).start()
    threading.Thread(target=read_all, args=(desk, incoming), name="read", daemon=True).start()

    try:
        step_seconds = float(os.environ.get("GPU_WORKER_STEP_SECONDS") or 0)
        from gpu_worker.engines import load_engine  # noqa: PLC0415 - torch, only once the reading thread watches

        engine = load_engine(options.engine)
    except Exception as wrong:
        traceback.print_exc(file=sys.stderr)
        desk.send({"type": "absent", "message": f"the engine {options.engine!r} could not be loaded: {wrong}"})
        return 3
    facts = engine.facts
    desk.send(
        {
            "type": "ready",
            "engine": facts.engine,
            "trained": facts.trained,
            "device": facts.device,
            "weights_hash": facts.weights_hash,
        }
    )
    draw_all(desk, engine, step_seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
