"""The live socket: whose it is, what it tells, and that the database is the truth after every reconnect."""

import json
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.test import Client

from accounts import services as accounts
from accounts.models import Person
from billing import services as billing
from generation import services
from generation.services import canvases
from tests import people
from tests.generation.steps import FOUR, claimed, started
from tests.sockets import Socket

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def live(as_alice: Client) -> AsyncIterator[Socket]:
    socket = Socket(as_alice)
    assert await socket.connect()
    yield socket
    await socket.disconnect()


async def test_tells_the_whole_way(live: Socket, alice: Person) -> None:
    assert (await live.until("snapshot")) == {
        "type": "snapshot",
        "jobs": [],
        "balance": settings.FIRST_MONTH_CREDITS,
    }
    claim = await sync_to_async(claimed)(alice)
    seen = await live.until("job")
    assert (seen["job"]["id"], seen["balance"]) == (str(claim.job_id), settings.FIRST_MONTH_CREDITS - 1)
    await sync_to_async(services.report_progress)(claim, step=3, steps=20, images=(b"webp",) * 4)
    progress = await live.until("progress")
    assert (progress["step"], progress["steps"], len(progress["previews"])) == (3, 20, 4)
    await sync_to_async(services.deliver)(claim, pictures=FOUR)
    while (seen := await live.until("job"))["job"]["status"] != "delivered":
        pass
    assert len(seen["job"]["pictures"]) == 4


async def test_other_pages_hear_of_a_canvas(live: Socket, alice: Person) -> None:
    made = await sync_to_async(canvases.create_canvas)(person=alice, name="Lakes")
    stroke = {"id": str(uuid4()), "do": "change_layer", "v": 1, "layer": 0, "hidden": True}
    batch = canvases.Batch(base=0, commands=[stroke])
    await sync_to_async(canvases.append_batch)(person=alice, canvas_id=made.pk, batch=batch)
    assert await live.until("canvas") == {"type": "canvas", "id": str(made.pk), "version": 1}


async def test_other_pages_hear_of_credits(live: Socket, alice: Person) -> None:
    """Of those that no request for pictures tells of: bought, given, taken back."""
    give = {"person": alice, "amount": 5, "reason": "a gift", "operator": alice, "key": "gift"}
    await sync_to_async(billing.adjust)(**give)
    assert await live.until("balance") == {"type": "balance", "balance": settings.FIRST_MONTH_CREDITS + 5}


async def test_after_a_cut_the_database_tells(as_alice: Client, alice: Person) -> None:
    first = Socket(as_alice)
    await first.connect()
    claim = await sync_to_async(claimed)(alice)
    await first.disconnect()
    await sync_to_async(services.report_progress)(claim, step=7, steps=20, images=(b"webp",) * 4)
    await sync_to_async(services.keep)(claim, step=7, steps=20)
    second = Socket(as_alice)
    await second.connect()
    job = (await second.until("snapshot"))["jobs"][0]
    assert (job["status"], job["step"], len(job["previews"])) == ("running", 7, 4)
    await second.disconnect()
    await sync_to_async(services.deliver)(claim, pictures=FOUR)
    third = Socket(as_alice)
    await third.connect()
    assert (await third.until("snapshot"))["jobs"][0]["status"] == "delivered"
    await third.disconnect()


async def test_bob_hears_nothing_of_alice(live: Socket, alice: Person, as_bob: Client) -> None:
    bobs = Socket(as_bob)
    await bobs.connect()
    assert (await bobs.until("snapshot"))["jobs"] == []
    job = await sync_to_async(started)(alice)
    assert (await live.until("job"))["job"]["id"] == str(job.pk)
    assert await bobs.receive_nothing(timeout=0.3)
    # Naming somebody else's job changes nothing and reveals nothing.
    await bobs.send(json.dumps({"type": "seen", "id": str(job.pk)}))
    assert await bobs.receive_nothing(timeout=0.3)
    await bobs.disconnect()


async def test_strangers_and_foreign_pages_are_refused(as_stranger: Client, as_alice: Client) -> None:
    assert SESSION_KEY in await sync_to_async(lambda: dict(as_alice.session))()
    for socket in (Socket(as_stranger), Socket(as_alice, origin=b"http://evil.example")):
        assert not await socket.connect()


@pytest.mark.parametrize("text", ["not json", "[]", '{"type": "watch"}', '{"type": "seen", "id": "no uuid"}'])
async def test_what_is_no_message_ends_the_socket(live: Socket, text: str) -> None:
    await live.until("snapshot")
    await live.send(text)
    ended = await live.receive_output(timeout=5)
    assert (ended["type"], ended["code"]) == ("websocket.close", 4400)


async def test_seen_is_kept(live: Socket, alice: Person) -> None:
    claim = await sync_to_async(claimed)(alice)
    await sync_to_async(services.deliver)(claim, pictures=FOUR)
    await live.send(json.dumps({"type": "seen", "id": str(claim.job_id)}))
    for _ in range(50):
        if await sync_to_async(services.unseen_jobs)(person=alice) == []:
            return
        await live.receive_nothing(timeout=0.05)
    raise AssertionError("the job is still unseen")


async def test_a_line_that_moves_is_told(live: Socket, alice: Person) -> None:
    bob = await sync_to_async(people.make)("bob")
    bobs = await sync_to_async(claimed)(bob, key="1")
    await sync_to_async(started)(alice, key="2")
    await sync_to_async(services.deliver)(bobs, pictures=FOUR)
    for _ in range(10):
        snapshot = await live.until("snapshot")
        if snapshot["jobs"] and snapshot["jobs"][0]["words"] == "You are next":
            return
    raise AssertionError("the page was not told that it is next")


async def test_word_of_the_inbox_comes_too(live: Socket, as_alice: Client, alice: Person, bob: Person) -> None:
    await live.until("snapshot")
    for person in (bob, alice):
        await sync_to_async(accounts.send_message)(person=person, kind="account", title="Hello")
    assert await live.until("inbox") == {"type": "inbox", "unread": 1}
    # A page that was away meanwhile hears of it when it comes back.
    again = Socket(as_alice)
    await again.connect()
    assert (await again.until("inbox"))["unread"] == 1
    await again.disconnect()
    await sync_to_async(accounts.mark_all_read)(person=alice)
    assert (await live.until("inbox"))["unread"] == 0
