"""Waking workers up. A message names no job: the worker looks for the oldest row that waits. A lost, doubled or
late message therefore changes nothing, and one that cannot be sent costs a few seconds (the sweeper sends another)."""

import logging
import time

from celery import current_app
from django.db import transaction

logger = logging.getLogger(__name__)

SCREEN = "generation.tasks.screen"
DRAW = "gpu_worker.tasks.draw"
EXPORT = "generation.tasks.export"
EXPORT_CANVAS = "generation.tasks.export_canvas"
NAMES = (SCREEN, DRAW, EXPORT, EXPORT_CANVAS)
QUEUES = {SCREEN: "screening", DRAW: "gpu", EXPORT: "slow", EXPORT_CANVAS: "slow"}

# While the broker is away, one try a second is enough: people who submit meanwhile must not wait for its time-outs.
PAUSE_SECONDS = 1.0
_quiet_until = 0.0


def wake(name: str, *, times: int = 1, expires: float | None = None) -> None:
    """Send once the transaction commits."""
    transaction.on_commit(lambda: _send(name, times, expires))


def _send(name: str, times: int, expires: float | None) -> None:
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return
    try:
        for _ in range(times):
            current_app.send_task(name, queue=QUEUES[name], expires=expires)
    except Exception as error:  # kombu lets every transport raise its own; none may fail a submit that is saved
        _quiet_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("the broker did not take a wake-up: %s", error)
