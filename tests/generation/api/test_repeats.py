"""Repeats: one job for what is asked twice by mistake, two for what is wanted twice."""

import asyncio
from datetime import timedelta

import pytest
import time_machine
from asgiref.sync import sync_to_async
from django.utils import timezone

from accounts.models import Person
from generation import services
from generation.api import application as application_module
from generation.models import Call, Job, Listener
from generation.services import api
from tests.generation.api.caller import DOLLAR, Connection, Program, Reply, balance, draw_one, jobs, working
from tests.generation.api.test_calls import holed

pytestmark = pytest.mark.django_db(transaction=True)

GENERATIONS = "/v1/images/generations"
FIELDS = {"prompt": "a white cat", "size": "256x256"}
KEYED = {"idempotency-key": "order 7"}


def begin(program: Program, **headers: str) -> Connection:
    return program.begin(GENERATIONS, FIELDS, headers={name.replace("_", "-"): said for name, said in headers.items()})


async def lost(program: Program, **headers: str) -> Connection:
    """A call whose connection was cut while it waited."""
    connection = begin(program, **headers)
    await jobs(1)
    await asyncio.sleep(0.05)
    connection.cut()
    await connection.task
    assert connection.said == []
    return connection


async def count() -> int:
    return await Job.objects.acount()


async def drawn(*connections: Connection) -> list[Reply]:
    async with working():
        return [await connection.reply() for connection in connections]


async def test_one_idempotency_key_is_one_job_and_one_answer(program: Program, alice: Person) -> None:
    replies = await drawn(*(program.begin(GENERATIONS, FIELDS, headers=KEYED) for _ in range(5)))
    again = await program.ask(GENERATIONS, FIELDS, headers=KEYED)
    assert {reply.status for reply in (*replies, again)} == {200}
    assert len({reply.raw for reply in (*replies, again)}) == 1
    assert await count() == 1
    assert await sync_to_async(balance)(alice) == 5 * DOLLAR - 16_000


async def test_another_request_under_the_key_is_refused(program: Program) -> None:
    async with working():
        await program.ask(GENERATIONS, FIELDS, headers=KEYED)
    for changed in ({"n": 2}, {"prompt": "a dog"}, {"response_format": "b64_json"}, {"user": "x"}):
        reply = await program.ask(GENERATIONS, {**FIELDS, **changed}, headers=KEYED)
        assert (reply.status, reply.error["code"]) == (409, "idempotency_key_in_use")
    assert await count() == 1


async def test_files_are_part_of_it_and_boundaries_are_not(program: Program) -> None:
    path, fields = "/v1/images/edits", {"prompt": "a hat", "size": "256x256"}
    async with working():
        first = await program.ask(path, fields, files=[("image", holed())], headers=KEYED)
        same = await program.ask(path, fields, files=[("image[]", holed())], headers=KEYED)
        other = await program.ask(path, fields, files=[("image", holed(128))], headers=KEYED)
    assert first.raw == same.raw
    assert other.status == 409


async def test_the_key_is_good_for_a_day_and_for_its_own_api_key(program: Program, alice: Person) -> None:
    async with working():
        await program.ask(GENERATIONS, FIELDS, headers=KEYED)
        other = Program((await sync_to_async(api.make_key)(person=alice, name="other")).secret, program.app)
        await other.ask(GENERATIONS, FIELDS, headers=KEYED)
        assert await count() == 2
        with time_machine.travel(timezone.now() + timedelta(hours=25)):
            assert (await program.ask(GENERATIONS, {**FIELDS, "n": 2}, headers=KEYED)).status == 200
    assert await count() == 3


async def test_what_came_to_nothing_may_be_tried_again(program: Program) -> None:
    connection = program.begin(GENERATIONS, FIELDS, headers=KEYED)
    [job] = await jobs(1)
    await sync_to_async(services.cancel_job)(person=job.person_id and await _person(job), job_id=job.pk)
    assert (await connection.reply()).status == 500
    async with working():
        assert (await program.ask(GENERATIONS, FIELDS, headers=KEYED)).status == 200


async def _person(job: Job) -> Person:
    return await Person.objects.aget(pk=job.person_id)


async def test_two_live_connections_are_two_jobs(program: Program, alice: Person) -> None:
    first, second = await drawn(begin(program), begin(program))
    assert first.body["data"] != second.body["data"]
    assert await sync_to_async(balance)(alice) == 5 * DOLLAR - 32_000


async def test_one_after_the_other_are_two_jobs(program: Program) -> None:
    async with working():
        await begin(program).reply()
        await begin(program).reply()
    assert await count() == 2


async def test_a_repeat_after_a_lost_connection_joins(program: Program, alice: Person) -> None:
    await lost(program)
    [reply] = await drawn(begin(program))
    assert reply.status == 200
    assert await count() == 1
    assert await sync_to_async(balance)(alice) == 5 * DOLLAR - 16_000


async def test_even_when_it_was_drawn_meanwhile(program: Program) -> None:
    await lost(program)
    assert await sync_to_async(draw_one)()
    assert (await begin(program).reply()).status == 200
    assert await count() == 1


async def test_of_two_repeats_one_joins(program: Program) -> None:
    await lost(program)
    await drawn(begin(program), begin(program))
    assert await count() == 2


async def test_something_else_does_not_join(program: Program) -> None:
    await lost(program)
    async with working():
        await program.ask(GENERATIONS, {**FIELDS, "n": 2})
    assert await count() == 2


async def test_who_says_that_it_repeats_joins_a_live_one(program: Program) -> None:
    earlier = begin(program)
    await jobs(1)
    await drawn(begin(program, x_stainless_retry_count="1"), earlier)
    assert await count() == 1
    async with working():
        await begin(program, x_stainless_retry_count="0").reply()
    assert await count() == 2


async def test_after_two_minutes_it_is_a_new_wish(program: Program) -> None:
    await lost(program)
    assert await sync_to_async(draw_one)()
    with time_machine.travel(timezone.now() + timedelta(seconds=121)):
        async with working():
            await begin(program).reply()
            await begin(program, x_stainless_retry_count="1").reply()
    assert await count() == 2


async def test_after_an_error_of_ours_it_joins(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> bytes:
        raise OSError("the storage is away")

    with monkeypatch.context() as storage:
        storage.setattr(api, "address_path", broken)
        assert [reply.status for reply in await drawn(begin(program))] == [500]
    assert (await begin(program).reply()).status == 200
    assert await count() == 1


async def test_of_a_process_that_died_connections_are_lost(program: Program) -> None:
    connection = begin(program)
    await jobs(1)
    connection.task.cancel()
    await Listener.objects.aupdate(seen_at=timezone.now() - timedelta(seconds=11))
    [reply] = await drawn(begin(Program(program.key)))
    assert reply.status == 200
    assert await count() == 1


async def test_what_nobody_waits_for_is_not_drawn(program: Program, alice: Person) -> None:
    await lost(program)
    await sync_to_async(api.sweep_calls)()
    assert await Job.objects.filter(finished_at=None).acount() == 1
    with time_machine.travel(timezone.now() + timedelta(seconds=11)):
        await sync_to_async(api.sweep_calls)()
    assert (await Job.objects.aget()).status == Job.Status.CANCELLED
    assert await sync_to_async(balance)(alice) == 5 * DOLLAR
    # Whoever comes now begins anew.
    await drawn(begin(program))
    assert await count() == 2


async def test_who_waits_and_who_came_back_is_not_swept(program: Program) -> None:
    await lost(program)
    again = begin(program)
    await asyncio.sleep(0.2)
    with time_machine.travel(timezone.now() + timedelta(seconds=11)):
        await sync_to_async(api.listening)(listener=program.app.waiting.listener)
        await sync_to_async(api.sweep_calls)()
    assert [reply.status for reply in await drawn(again)] == [200]
    assert (await Call.objects.aget()).status == 200


async def test_told_before_the_client_gives_up_it_comes_again(program: Program, monkeypatch) -> None:
    monkeypatch.setattr(application_module, "LONGEST_SECONDS", 0.1)
    reply = await begin(program).reply()
    assert (reply.status, reply.error["type"]) == (500, "server_error")
    assert await sync_to_async(draw_one)()
    assert (await begin(program).reply()).status == 200
    assert await count() == 1
