"""Signed addresses of pictures: for whoever has one, for an hour."""

from datetime import timedelta

import pytest
import time_machine
from asgiref.sync import sync_to_async
from django.utils import timezone

from accounts.models import Person
from generation import services
from generation.models import Picture
from tests.generation.api.caller import Program, working

pytestmark = pytest.mark.django_db(transaction=True)


async def address(program: Program) -> str:
    async with working():
        reply = await program.draw(size="256x256")
    return str(reply.body["data"][0]["url"].removeprefix("http://127.0.0.1"))


async def test_they_die_after_an_hour(program: Program) -> None:
    path, began = await address(program), timezone.now()
    with time_machine.travel(began + timedelta(minutes=59)):
        assert (await program.ask(path, method="GET")).status == 200
    with time_machine.travel(began + timedelta(minutes=60, seconds=1)):
        reply = await program.ask(path, method="GET")
        assert (reply.status, reply.error["code"]) == (403, "address_expired")


async def test_only_ours_are_there(program: Program) -> None:
    path = await address(program)
    until, _, rest = path.removeprefix("/v1/images/files/").partition("-")
    longer = f"/v1/images/files/{int(until) + 60}-{rest}"
    swapped = path.replace(path[-10:], "0" * 6 + ".png")
    for wrong in (longer, swapped, path.replace("-", "", 1), path[:-4], "/v1/images/files/1-x/../../secret"):
        reply = await program.ask(wrong, method="GET")
        assert (reply.status, reply.error["type"]) == (404, "invalid_request_error"), wrong


async def test_not_what_was_thrown_away_or_removed(program: Program, alice: Person) -> None:
    path, picture = await address(program), await Picture.objects.aget()
    await sync_to_async(services.trash_pictures)(person=alice, picture_ids=[picture.pk])
    assert (await program.ask(path, method="GET")).status == 404
    await sync_to_async(services.restore_pictures)(person=alice, picture_ids=[picture.pk])
    assert (await program.ask(path, method="GET")).status == 200
    await Picture.objects.aupdate(removed_at=timezone.now())
    assert (await program.ask(path, method="GET")).status == 404
