"""Money of the API: held before, spent for what was delivered, back for the rest; and the limits beside it."""

import asyncio
from datetime import timedelta

import pytest
import time_machine
from asgiref.sync import sync_to_async
from django.utils import timezone

from accounts.models import Person
from billing import services as billing
from generation import services
from generation.models import Call, Job
from generation.services import api
from tests.generation.api.caller import DOLLAR, Program, balance, draw_one, jobs, make_program, working
from tests.pictures import png

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_hundred_at_once_with_money_for_three(alice: Person, woken: list[str], settings: object) -> None:
    settings.API_IMAGES_A_MINUTE = 1000
    await sync_to_async(services.make_origin)()
    program = await sync_to_async(make_program)(alice, usd=0.05)
    async with working():
        replies = await asyncio.gather(*(program.draw(size="256x256") for _ in range(100)))
    refused = [reply for reply in replies if reply.status != 200]
    assert len(refused) == 97
    told = {(reply.status, reply.error["code"], reply.headers["x-should-retry"]) for reply in refused}
    assert told == {(400, "billing_hard_limit_reached", "false")}
    assert refused[0].error["message"] == "Billing hard limit has been reached"
    assert await sync_to_async(balance)(alice) == 50_000 - 3 * 16_000
    assert await Job.objects.filter(status=Job.Status.DELIVERED).acount() == await Job.objects.acount() == 3


async def test_only_what_was_delivered_is_paid_for(program: Program, alice: Person) -> None:
    connection = program.begin("/v1/images/generations", {"prompt": "x", "n": 4})
    await jobs(1)
    assert await sync_to_async(balance)(alice) == 5 * DOLLAR - 80_000

    def three() -> None:
        while services.screen_next():
            pass
        services.deliver(services.claim_drawing(), pictures=(png(1024),) * 3)

    await sync_to_async(three)()
    assert len((await connection.reply()).body["data"]) == 3
    assert await sync_to_async(balance)(alice) == 5 * DOLLAR - 60_000
    assert not await sync_to_async(billing.unbalanced)()


async def test_what_failed_is_not_paid_for(program: Program, alice: Person) -> None:
    connection = program.begin("/v1/images/generations", {"prompt": "x"})
    await jobs(1)

    def fail() -> None:
        while services.screen_next():
            pass
        services.refuse(services.claim_drawing(), reason="No.")

    await sync_to_async(fail)()
    reply = await connection.reply()
    assert (reply.status, reply.error["type"], reply.error["code"]) == (500, "server_error", None)
    assert await sync_to_async(balance)(alice) == 5 * DOLLAR


async def test_a_keys_own_budget(alice: Person, woken: list[str]) -> None:
    await sync_to_async(services.make_origin)()
    program = await sync_to_async(make_program)(alice, monthly_budget=40_000)
    async with working():
        assert (await program.draw(n=2)).status == 200
        reply = await program.draw(size="256x256")
        assert (reply.status, reply.error["code"], reply.error["type"]) == (429, *["insufficient_quota"] * 2)
        assert reply.headers["x-should-retry"] == "false"
        assert "retry-after" not in reply.headers
        # Last month's do not count.
        await Call.objects.aupdate(created=timezone.now() - timedelta(days=40))
        assert (await program.draw(size="256x256")).status == 200
    assert await sync_to_async(balance)(alice) == 5 * DOLLAR - 56_000


async def test_images_a_minute(alice: Person, woken: list[str], settings: object) -> None:
    settings.API_IMAGES_A_MINUTE = 6
    await sync_to_async(services.make_origin)()
    program = await sync_to_async(make_program)(alice, images_a_minute=5)
    other = Program((await sync_to_async(api.make_key)(person=alice, name="other")).secret, program.app)
    async with working():
        first = await program.draw(n=4, size="256x256")
        assert first.headers["x-ratelimit-remaining-requests"] == "1"
        reply = await program.draw(n=2)
        assert (reply.status, reply.error["code"], reply.error["type"]) == (429, "rate_limit_exceeded", "requests")
        assert reply.error["message"] == ("Rate limit exceeded for images per minute. Limit: 5/1min. Current: 6/1min.")
        assert 1 <= int(reply.headers["retry-after"]) <= 60
        assert "x-should-retry" not in reply.headers
        # The account's other key has what the account has left.
        assert (await other.draw(n=3)).error["message"].endswith("Limit: 6/1min. Current: 7/1min.")
        assert (await other.draw(n=2, size="256x256")).status == 200
        with time_machine.travel(timezone.now() + timedelta(seconds=61)):
            assert (await program.draw(n=4, size="256x256")).status == 200
    assert (await program.draw(n=7)).headers["x-should-retry"] == "false"
    assert await sync_to_async(balance)(alice) == 5 * DOLLAR - 10 * 16_000


async def test_a_debt_blocks(program: Program, alice: Person) -> None:
    from billing.models import Account

    await Account.objects.filter(person=alice, unit="micro_dollar").aupdate(debt=1)
    assert (await program.draw()).error["code"] == "billing_hard_limit_reached"


async def test_a_closing_account_gets_its_money_back(program: Program, alice: Person) -> None:
    from accounts import services as accounts

    connection = program.begin("/v1/images/generations", {"prompt": "x"})
    await jobs(1)
    await sync_to_async(accounts.close_account)(person=alice, typed=alice.email)
    reply = await connection.reply()
    assert (reply.status, reply.error["code"]) == (403, "account_deactivated")
    assert await sync_to_async(balance)(alice) == 5 * DOLLAR
    assert not await sync_to_async(draw_one)()
