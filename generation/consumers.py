"""The live socket: one for each open page, everything of the person who is signed in there and nothing else."""

import asyncio
from contextlib import suppress
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from accounts.services import unread_count
from billing.services import balance_of
from generation import events, services
from generation.services import canvases

NOT_UNDERSTOOD = 4400
SIGNED_OUT = 4401
# Positions move with every job that anybody finishes; a page needs to hear of it once a second at most.
LINE_SECONDS = 1.0


class LiveConsumer(AsyncJsonWebsocketConsumer):
    async def connect(self) -> None:
        self.person = self.scope.get("user")
        self.moving: asyncio.Task[None] | None = None
        if self.person is None or not self.person.is_authenticated:
            await self.close(code=SIGNED_OUT)
            return
        events.listen_here()
        # Join first, then read: what changes in between is told twice, never missed.
        await self.channel_layer.group_add(events.group_of(self.person.pk), self.channel_name)
        await self.channel_layer.group_add(events.EVERYONE, self.channel_name)
        await self.accept()
        await self.send_snapshot()
        if await self._unread():  # the page may be older than the news
            await self.inbox_changed({})

    async def disconnect(self, code: int) -> None:
        if self.moving:
            self.moving.cancel()
        if self.person is not None and self.person.is_authenticated:
            await self.channel_layer.group_discard(events.group_of(self.person.pk), self.channel_name)
            await self.channel_layer.group_discard(events.EVERYONE, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any) -> None:
        try:
            await super().receive(text_data=text_data, bytes_data=bytes_data, **kwargs)
        except ValueError:
            await self.close(code=NOT_UNDERSTOOD)

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        match content:
            case {"type": "seen", "id": str(job_id)}:
                await self._mark_seen(UUID(job_id))
            case _:
                raise ValueError("not a message of this socket")

    async def send_json(self, content: Any, close: bool = False) -> None:
        # A page that has just gone: word of that is on its way, and `disconnect` must still run to leave the groups.
        with suppress(OSError):
            await super().send_json(content, close=close)

    async def send_snapshot(self) -> None:
        jobs, balance = await self._state()
        await self.send_json({"type": "snapshot", "jobs": jobs, "balance": balance})

    # What the channel layer brings

    async def job_changed(self, event: dict[str, Any]) -> None:
        job, balance = await self._job(UUID(event["id"]))
        if job is not None:
            await self.send_json({"type": "job", "job": job, "balance": balance})

    async def job_progress(self, event: dict[str, Any]) -> None:
        await self.send_json(event["message"])

    async def inbox_changed(self, event: dict[str, Any]) -> None:
        await self.send_json({"type": "inbox", "unread": await self._unread()})

    async def balance_changed(self, event: dict[str, Any]) -> None:
        await self.send_json({"type": "balance", "balance": await self._balance()})

    async def canvas_changed(self, event: dict[str, Any]) -> None:
        await self.send_json({"type": "canvas", "id": event["id"], "version": event["version"]})

    async def export_changed(self, event: dict[str, Any]) -> None:
        if (export := await self._export(UUID(event["id"]))) is not None:
            await self.send_json({"type": "export", "export": export})

    async def line_moved(self, event: dict[str, Any]) -> None:
        if self.moving is None or self.moving.done():
            self.moving = asyncio.create_task(self._after_a_while())

    async def _after_a_while(self) -> None:
        await asyncio.sleep(LINE_SECONDS)
        await self.send_snapshot()

    @database_sync_to_async
    def _state(self) -> tuple[list[services.Snapshot], int]:
        return services.live_jobs(person=self.person), balance_of(person=self.person)

    @database_sync_to_async
    def _job(self, job_id: UUID) -> tuple[services.Snapshot | None, int]:
        return services.job_snapshot(person=self.person, job_id=job_id), balance_of(person=self.person)

    @database_sync_to_async
    def _balance(self) -> int:
        return balance_of(person=self.person)

    @database_sync_to_async
    def _export(self, export_id: UUID) -> dict[str, Any] | None:
        return canvases.canvas_export_facts(person=self.person, export_id=export_id)

    @database_sync_to_async
    def _unread(self) -> int:
        return unread_count(person=self.person)

    @database_sync_to_async
    def _mark_seen(self, job_id: UUID) -> None:
        services.mark_seen(person=self.person, job_id=job_id)
