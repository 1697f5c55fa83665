"""Announcements to open pages. State is never carried: a page that missed one finds the truth in the database."""

import asyncio
import logging
import threading
from typing import Any
from uuid import UUID

from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.db import transaction

logger = logging.getLogger(__name__)

EVERYONE = "line"
# The web processes, each of which holds calls of the API.
CALLS = "calls"
_listening: asyncio.AbstractEventLoop | None = None
_own: asyncio.AbstractEventLoop | None = None
_own_lock = threading.Lock()


def group_of(person_id: int) -> str:
    return f"person.{person_id}"


def listen_here() -> None:
    """Called on the loop that serves sockets: the in-memory layer must be used from there."""
    global _listening
    _listening = asyncio.get_running_loop()


def job_changed(*, person_id: int, job_id: UUID) -> None:
    transaction.on_commit(lambda: _send(group_of(person_id), {"type": "job.changed", "id": str(job_id)}))


def job_ended(*, job_id: UUID, api: bool) -> None:
    """Somebody may hold a connection open for it."""
    if api:
        transaction.on_commit(lambda: _send(CALLS, {"type": "job.ended", "id": str(job_id)}))


def inbox_changed(*, person_id: int) -> None:
    transaction.on_commit(lambda: _send(group_of(person_id), {"type": "inbox.changed"}))


def canvas_changed(*, person_id: int, canvas_id: UUID, version: int) -> None:
    """The version as well: a page that made it so knows its own."""
    message = {"type": "canvas.changed", "id": str(canvas_id), "version": version}
    transaction.on_commit(lambda: _send(group_of(person_id), message))


def line_moved() -> None:
    transaction.on_commit(lambda: _send(EVERYONE, {"type": "line.moved"}))


def progress(*, person_id: int, message: dict[str, Any]) -> None:
    _send(group_of(person_id), {"type": "job.progress", "message": message})


def _send(group: str, message: dict[str, Any]) -> None:
    layer = get_channel_layer()
    loop = _listening if isinstance(layer, InMemoryChannelLayer) else _loop_of_this_process()
    if loop is None or loop.is_closed():
        return  # in memory and nobody listens
    # Not async_to_sync: a loop for every send costs 35 ms, this 1 ms, and nobody waits for it.
    asyncio.run_coroutine_threadsafe(_deliver(layer, group, message), loop)


async def _deliver(layer: Any, group: str, message: dict[str, Any]) -> None:
    try:
        await asyncio.wait_for(layer.group_send(group, message), timeout=5)
    except Exception as error:  # a page that polls finds out all the same
        logger.warning("an announcement was not sent: %s", error)


def _loop_of_this_process() -> asyncio.AbstractEventLoop:
    global _own
    with _own_lock:
        if _own is None:
            _own = asyncio.new_event_loop()
            threading.Thread(target=_own.run_forever, name="announcements", daemon=True).start()
    return _own
