"""Jobs that nobody waits for: begun, looked at, cancelled, followed; and what was used."""

import asyncio
import json

import pytest
from asgiref.sync import sync_to_async

from accounts.models import Person
from generation import services
from generation.models import Job
from generation.services import api
from tests.generation.api.caller import DOLLAR, Program, balance, draw_one, jobs, make_program, working
from tests.generation.api.test_calls import holed
from tests.pictures import png

pytestmark = pytest.mark.django_db(transaction=True)

JOBS = "/v1/images/jobs"
FIELDS = {"kind": "generation", "prompt": "a white cat", "size": "256x256", "n": 2, "seed": 5}


async def test_begun_looked_at_and_drawn(program: Program, alice: Person) -> None:
    begun = await program.ask(JOBS, FIELDS)
    assert (begun.status, begun.body["status"], begun.body["data"]) == (202, "queued", None)
    path = f"{JOBS}/{begun.body['id']}"
    assert (await program.ask(path, method="GET")).body == begun.body
    # Nobody is waited for, so nobody can be missed.
    await sync_to_async(api.sweep_calls)()
    assert await sync_to_async(draw_one)()
    done = (await program.ask(path, method="GET")).body
    assert (done["status"], done["error"], [entry["seed"] for entry in done["data"]]) == ("completed", None, [5, 6])
    picture = await program.ask(done["data"][0]["url"].removeprefix("http://127.0.0.1"), method="GET")
    assert picture.status == 200
    assert await sync_to_async(balance)(alice) == 5 * DOLLAR - 32_000


async def test_edits_and_variations(program: Program) -> None:
    for kind, file in (("edit", holed()), ("variation", png(64))):
        reply = await program.ask(JOBS, {"kind": kind, "prompt": "x", "size": "256x256"}, files=[("image", file)])
        assert (reply.status, reply.body["kind"]) == (202, kind)
    assert {job.kind for job in await jobs(2)} == {"edit", "variation"}


async def test_what_cannot_be(program: Program) -> None:
    for fields in ({}, {"kind": "collage"}, {"kind": 5}, {"kind": "generation"}, {"kind": "edit", "prompt": "x"}):
        reply = await program.ask(JOBS, fields)
        assert (reply.status, reply.error["type"]) == (400, "invalid_request_error"), fields


async def test_cancelled(program: Program, alice: Person) -> None:
    begun = await program.ask(JOBS, FIELDS)
    for _time in range(2):
        reply = await program.ask(f"{JOBS}/{begun.body['id']}/cancel", {})
        assert (reply.status, reply.body["status"], reply.body["error"]) == (200, "cancelled", None)
    assert await sync_to_async(balance)(alice) == 5 * DOLLAR


async def test_refused(program: Program, settings: object) -> None:
    settings.BLOCKED_WORDS_FILE.write_text("forbidden\n")
    begun = await program.ask(JOBS, {**FIELDS, "prompt": "a forbidden thing"})
    assert not await sync_to_async(draw_one)()
    job = (await program.ask(f"{JOBS}/{begun.body['id']}", method="GET")).body
    assert (job["status"], job["error"]["code"]) == ("failed", "content_policy_violation")


async def test_one_idempotency_key_is_one_job(program: Program) -> None:
    asked = [program.ask(JOBS, FIELDS, headers={"idempotency-key": "k"}) for _ in range(4)]
    replies = await asyncio.gather(*asked)
    assert {reply.status for reply in replies} == {202}
    assert len({reply.body["id"] for reply in replies}) == 1
    other = await program.ask("/v1/images/generations", FIELDS, headers={"idempotency-key": "k"})
    assert other.status == 409


async def test_somebody_elses_is_not_there(program: Program, bob: Person, alice: Person) -> None:
    begun = await program.ask(JOBS, FIELDS)
    of_site = await sync_to_async(services.start_job)(person=alice, prompt="an owl", key="k")
    others = await sync_to_async(make_program)(bob)
    for asker, job in ((others, begun.body["id"]), (program, of_site.pk), (program, "0" * 36)):
        for method, end in (("GET", ""), ("POST", "/cancel"), ("GET", "/events")):
            reply = await asker.ask(f"{JOBS}/{job}{end}", method=method)
            assert (reply.status, reply.error["type"]) == (404, "invalid_request_error")
    assert await Job.objects.filter(finished_at=None).acount() == 2


async def test_followed_to_its_end(program: Program, alice: Person) -> None:
    begun = await program.ask(JOBS, FIELDS)
    following = program.begin(f"{JOBS}/{begun.body['id']}/events", method="GET")
    await asyncio.sleep(0.1)

    def draw() -> None:
        services.screen_next()
        claim = services.claim_drawing()
        services.report_progress(claim, step=3, steps=20, images=(b"webp",) * 2)

    await sync_to_async(draw)()
    for _look in range(100):
        if any(b"previews" in message.get("body", b"") for message in following.said):
            break
        await asyncio.sleep(0.05)
    claim = await Job.objects.aget()
    await sync_to_async(services.cancel_job)(person=alice, job_id=claim.pk)
    reply = await following.reply()
    assert (reply.status, reply.headers["content-type"]) == (200, "text/event-stream")
    told = [part.split("\n") for part in reply.raw.decode().split("\n\n") if part.startswith("event")]
    facts = [json.loads(line.removeprefix("data: ")) for _name, line in told]
    assert facts[0]["status"] == "queued"
    assert any(fact["progress"] == {"step": 3, "steps": 20} and len(fact["previews"]) == 2 for fact in facts)
    assert (told[-1][0], facts[-1]["status"]) == ("event: ended", "cancelled")


async def test_who_follows_may_go(program: Program) -> None:
    begun = await program.ask(JOBS, FIELDS)
    following = program.begin(f"{JOBS}/{begun.body['id']}/events", method="GET")
    await asyncio.sleep(0.1)
    following.cut()
    await asyncio.wait_for(following.task, 5)
    assert await Job.objects.filter(finished_at=None).acount() == 1


async def test_usage(program: Program, alice: Person, bob: Person) -> None:
    async with working():
        await program.draw(size="256x256", n=2)
        await program.draw(size="1024x1024")
    await program.ask(JOBS, FIELDS)  # not drawn, so not used
    used = (await program.ask("/v1/usage?days=1", method="GET")).body
    [day] = used["data"]
    assert (day["calls"], day["images"], day["cost_micro_usd"]) == (2, 3, 52_000)
    assert (used["total_micro_usd"], used["balance_micro_usd"]) == (52_000, 5 * DOLLAR - 52_000 - 32_000)
    other = await sync_to_async(make_program)(bob)
    assert (await other.ask("/v1/usage", method="GET")).body["data"] == []
    for days in ("0", "367", "x", "-1"):
        assert (await program.ask(f"/v1/usage?days={days}", method="GET")).error["param"] == "days"
