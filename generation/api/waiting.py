"""Waiting for jobs without a thread and without a connection to the database: one listener and one poll for a process,
however many wait in it."""

import asyncio
import logging
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from channels.layers import get_channel_layer
from django.db import close_old_connections

from generation import events
from generation.services import api

logger = logging.getLogger(__name__)

# A missed announcement costs this much.
POLL_SECONDS = 1.0
# Groups of the channel layer forget who was silent for a day.
JOIN_SECONDS = 3600.0


class Waiting:
    def __init__(self) -> None:
        self.listener = uuid.uuid4()
        self.waiters: dict[uuid.UUID, set[asyncio.Future[None]]] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        # Its own, so that whoever waits is known to be there while all others are at work.
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="waiting")

    async def until_ended(self, job_id: uuid.UUID, *, gone: asyncio.Future[Any], seconds: float) -> bool:
        """True once the job has ended; false where the time is over, or whoever waited is gone."""
        self._begin()
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiters.setdefault(job_id, set()).add(ended)
        try:
            await asyncio.wait({ended, gone}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            return ended.done()
        finally:
            ended.cancel()
            self.waiters[job_id].discard(ended)
            if not self.waiters[job_id]:
                del self.waiters[job_id]

    def waits(self, job_id: uuid.UUID) -> bool:
        return job_id in self.waiters

    def _begin(self) -> None:
        if not self.tasks:
            self.tasks = {asyncio.create_task(self._listen()), asyncio.create_task(self._poll())}

    async def _listen(self) -> None:
        while True:
            try:
                events.listen_here()
                layer = get_channel_layer()
                channel = await layer.new_channel()
                await layer.group_add(events.CALLS, channel)
                async with asyncio.timeout(JOIN_SECONDS):
                    while True:
                        self._ended(uuid.UUID((await layer.receive(channel))["id"]))
            except TimeoutError:
                continue
            except Exception as error:  # the poll finds out all the same
                logger.warning("announcements are not heard: %s", error)
                await asyncio.sleep(1)

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            if not self.waiters:
                continue
            try:
                for job_id in await self._in_thread(partial(self._look, list(self.waiters))):
                    self._ended(job_id)
            except Exception as error:  # the database is away: it is asked again
                logger.warning("nobody could look what has ended: %s", error)

    def _look(self, waited: list[uuid.UUID]) -> list[uuid.UUID]:
        api.listening(listener=self.listener)
        return api.ended_jobs(job_ids=waited)

    def _ended(self, job_id: uuid.UUID) -> None:
        for waiter in self.waiters.get(job_id, ()):
            if not waiter.done():
                waiter.set_result(None)

    async def _in_thread(self, act: Callable[[], Any]) -> Any:
        def acted() -> Any:
            close_old_connections()
            return act()

        return await asyncio.get_running_loop().run_in_executor(self.thread, acted)
