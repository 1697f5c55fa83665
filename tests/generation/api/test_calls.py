"""What a call of each kind is answered: pictures as asked for, and at what price."""

import base64
import io
import time

import pytest
from asgiref.sync import sync_to_async
from PIL import Image

from accounts.models import Person
from generation import services
from generation.models import Call, Job, Picture, Upload
from tests.generation.api.caller import DOLLAR, Program, balance, draw_one, jobs, working
from tests.generation.files import saved
from tests.pictures import opened, png

pytestmark = pytest.mark.django_db(transaction=True)


def holed(side: int = 256) -> bytes:
    """Red, and nothing in its right half."""
    image = Image.new("RGBA", (side, side), "red")
    image.paste((0, 0, 0, 0), (side // 2, 0, side, side))
    return saved(image, "PNG")


async def test_addresses_unless_told_otherwise(program: Program, alice: Person) -> None:
    async with working():
        reply = await program.draw()
    assert reply.status == 200, reply.raw
    assert set(reply.body) == {"created", "data"}
    assert abs(reply.body["created"] - time.time()) < 60
    [entry] = reply.body["data"]
    assert set(entry) == {"url"}
    assert entry["url"].startswith("http://127.0.0.1/v1/images/files/")
    path = entry["url"].removeprefix("http://127.0.0.1")
    shown = await program.ask(path, method="GET", headers={"authorization": ""})
    assert (shown.status, shown.headers["content-type"]) == (200, "image/png")
    assert opened(shown.raw).size == (1024, 1024)
    assert await sync_to_async(balance)(alice) == 5 * DOLLAR - 20_000


@pytest.mark.parametrize(("size", "price"), [("256x256", 16_000), ("512x512", 18_000), ("1024x1024", 20_000)])
async def test_sizes_have_their_prices(program: Program, alice: Person, size: str, price: int) -> None:
    async with working():
        reply = await program.draw(n=2, size=size, response_format="b64_json")
    assert reply.status == 200
    sizes = {opened(base64.b64decode(entry["b64_json"])).size for entry in reply.body["data"]}
    assert sizes == {(int(size.partition("x")[0]),) * 2}
    assert len(reply.body["data"]) == 2
    assert await sync_to_async(balance)(alice) == 5 * DOLLAR - 2 * price


async def test_null_and_auto_and_unknown_fields_mean_nothing(program: Program) -> None:
    nothing = dict.fromkeys(("model", "n", "size", "response_format", "user", "quality", "style", "seed"))
    async with working():
        first = await program.draw(**nothing)
        second = await program.draw(size="auto", quality="standard", output_format="png", moderation="auto", colour=1)
    assert [first.status, second.status] == [200, 200]
    [job, _other] = await jobs(2)
    assert (job.options["size"], len(job.seeds)) == (1024, 1)


async def test_text_is_understood_where_numbers_are_meant(program: Program) -> None:
    async with working():
        reply = await program.draw(n="3", seed=7, user="someone", size="256x256")
    assert len(reply.body["data"]) == 3
    [job] = await jobs(1)
    assert job.seeds == [7, 8, 9]
    assert [call.user async for call in Call.objects.all()] == ["someone"]


async def test_an_edit_with_the_images_own_holes(program: Program) -> None:
    async with working():
        fields = {"prompt": "a hat", "size": "256x256"}
        reply = await program.ask("/v1/images/edits", fields, files=[("image", holed())])
    assert reply.status == 200, reply.raw
    [job] = await jobs(1)
    assert (job.kind, job.options["size"]) == ("edit", 256)
    upload = await Upload.objects.aget()
    assert (upload.status, upload.crop) == (Upload.Status.READY, "api 256")


async def test_an_edit_with_a_mask_draws_where_the_mask_is_transparent(program: Program) -> None:
    fields = {"prompt": "a hat", "size": "256x256", "n": ""}
    connection = program.begin("/v1/images/edits", fields, files=[("image[]", png(256)), ("mask", holed())])
    await jobs(1)
    inputs = await sync_to_async(_inputs)()
    mask = Image.open(io.BytesIO(inputs.mask)).convert("LA")
    alpha = mask.getchannel("A")
    assert (alpha.getpixel((10, 10)), alpha.getpixel((250, 10))) == (255, 0)
    assert opened(inputs.sources[0]).size == (256, 256)
    assert opened(inputs.sources[0]).getpixel((250, 10)) == (200, 85, 61)
    connection.cut()
    await connection.task


def _inputs() -> services.Inputs:
    while services.screen_next():
        pass
    claim = services.claim_drawing()
    assert claim is not None
    return services.inputs_of(claim)


async def test_variations(program: Program, alice: Person) -> None:
    async with working():
        fields = {"n": 2, "size": "512x512", "model": "dall-e-2"}
        reply = await program.ask("/v1/images/variations", fields, files=[("image", png(300))])
    assert (reply.status, len(reply.body["data"])) == (200, 2)
    assert (await jobs(1))[0].kind == Job.Kind.VARIATION


async def test_json_may_hold_the_picture(program: Program) -> None:
    written = "data:image/png;base64," + base64.b64encode(png(64)).decode()
    async with working():
        reply = await program.ask("/v1/images/variations", {"image": written, "size": "256x256"})
    assert reply.status == 200, reply.raw


async def test_headers(program: Program) -> None:
    async with working():
        reply = await program.draw(n=4, size="256x256")
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["x-request-id"].startswith("req_")
    assert int(reply.headers["openai-processing-ms"]) > 0
    limits = {name: value for name, value in reply.headers.items() if name.startswith("x-ratelimit")}
    assert limits["x-ratelimit-limit-requests"] == "50"
    assert limits["x-ratelimit-remaining-requests"] == "46"
    assert 50 < int(limits["x-ratelimit-reset-requests"].removesuffix("s")) <= 60


async def test_models(program: Program) -> None:
    reply = await program.ask("/v1/models", method="GET")
    assert [model["id"] for model in reply.body["data"]] == ["dall-e-2", "tiny"]
    assert reply.body["object"] == "list"
    one = await program.ask("/v1/models/dall-e-2", method="GET")
    assert one.body == reply.body["data"][0]


async def test_pictures_stand_in_the_own_history_and_on_no_desk(program: Program, alice: Person) -> None:
    async with working():
        await program.draw(size="256x256")
    job = await Job.objects.aget()
    assert (job.api, job.seen_at is not None) == (True, True)
    page = await sync_to_async(services.history_page)(person=alice)
    assert [shown["api"] for shown in page.jobs] == [True]
    assert await sync_to_async(services.jobs_on_desk)(person=alice) == []
    assert await sync_to_async(services.live_jobs)(person=alice) == []
    assert not await Picture.objects.filter(share__isnull=False).aexists()


async def test_the_person_edits_a_small_one_on_the_site(program: Program, alice: Person) -> None:
    async with working():
        await program.draw(size="256x256")
    picture = await Picture.objects.select_related("job").aget()
    mask = saved(Image.new("LA", (64, 64)), "PNG")
    start = sync_to_async(services.start_edit)
    job = await start(person=alice, source=picture, mask=mask, prompt="a hat", key="k")
    inputs = await sync_to_async(_inputs)()
    assert (opened(inputs.sources[0]).size, opened(inputs.mask).size) == ((1024, 1024), (1024, 1024))
    assert not job.api
    assert not await sync_to_async(draw_one)()
