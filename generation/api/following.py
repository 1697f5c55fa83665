"""One job followed: server-sent events, as it changes, until it has ended or nobody listens."""

import asyncio
import json
import logging
import uuid
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from channels.layers import get_channel_layer

from generation import events

logger = logging.getLogger(__name__)
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
InThread = Callable[[Callable[[], Any]], Awaitable[Any]]

# A missed announcement costs this much; and a connection on which nothing is said is closed by those in between.
LOOK_SECONDS = 5.0
LONGEST_SECONDS = 3600.0


@dataclass(frozen=True)
class Following:
    job_id: uuid.UUID
    person_id: int
    now: Callable[[], Mapping[str, Any]]
    """The job as it stands, `ended` among its facts."""


async def stream(
    following: Following, headers: Mapping[str, str], receive: Receive, send: Send, in_thread: InThread
) -> None:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": 200, "headers": raw})
    told = asyncio.ensure_future(_tell(following, send, in_thread))
    gone = asyncio.ensure_future(_gone(receive))
    await asyncio.wait({told, gone}, timeout=LONGEST_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    for task in (told, gone):
        task.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await task
    await send({"type": "http.response.body", "body": b""})


async def _tell(following: Following, send: Send, in_thread: InThread) -> None:
    events.listen_here()
    layer, group, said = get_channel_layer(), events.group_of(following.person_id), ""
    channel = await layer.new_channel()
    await layer.group_add(group, channel)
    try:
        while True:
            facts = await in_thread(following.now)
            now = json.dumps(facts)
            name = "ended" if facts["ended"] else "changed"
            # Where nothing is new, a comment: those in between see that the connection lives.
            text = ": still there\n\n" if now == said else f"event: {name}\ndata: {now}\n\n"
            await send({"type": "http.response.body", "body": text.encode(), "more_body": True})
            said = now
            if facts["ended"]:
                return
            await _something(layer, channel, str(following.job_id))
    finally:
        await layer.group_discard(group, channel)


async def _something(layer: Any, channel: str, job_id: str) -> None:
    """Returns when there is news of this job, or it is time to look."""
    with suppress(TimeoutError):
        async with asyncio.timeout(LOOK_SECONDS):
            while True:
                message = await layer.receive(channel)
                if job_id in (message.get("id"), message.get("message", {}).get("id")):
                    return


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
