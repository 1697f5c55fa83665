"""Every row of the error table, whoever raises it: the error object, and nothing charged."""

import pytest
from asgiref.sync import sync_to_async
from PIL import Image

from accounts import services as accounts
from accounts.models import Person
from generation.api import endpoints
from generation.models import Job
from generation.services import api
from moderation import services as moderation
from tests.generation.api.caller import DOLLAR, Program, balance, form_of, working
from tests.generation.api.test_calls import holed
from tests.generation.files import bomb, moving, saved
from tests.pictures import png

pytestmark = pytest.mark.django_db(transaction=True)

GENERATIONS = "/v1/images/generations"
EDITS = "/v1/images/edits"
VARIATIONS = "/v1/images/variations"
INVALID = "invalid_request_error"
NOT_A_PNG = "Uploaded image must be a PNG and less than 4 MB."


def padded(size: int) -> bytes:
    """A sound PNG of so many bytes."""
    plain = png(64)
    return plain + b"\0" * (size - len(plain))


FIELDS = [
    ({"prompt": "x" * 1192}, "Prompt must be length 1000 or less. Your prompt length is 1192. Please reduce"),
    ({}, "'prompt' is a required property"),
    ({"prompt": None}, "'prompt' is a required property"),
    ({"prompt": ""}, "too short"),
    ({"prompt": "  \n "}, "Write what you want to see."),
    ({"prompt": "a\u0007b"}, "U+0007"),
    ({"prompt": "a\ud800b"}, "U+D800"),
    ({"prompt": 5}, "not of type 'string'"),
    ({"prompt": "x", "size": "300x300"}, "'300x300' is not one of ['256x256', '512x512', '1024x1024'] - 'size'"),
    ({"prompt": "x", "size": ""}, "'' is not one of"),
    ({"prompt": "x", "size": 256}, "is not one of"),
    ({"prompt": "x", "n": 11}, "11 is greater than the maximum of 10 - 'n'"),
    ({"prompt": "x", "n": 0}, "0 is less than the minimum of 1 - 'n'"),
    ({"prompt": "x", "n": 1.5}, "1.5 is not of type 'integer' - 'n'"),
    ({"prompt": "x", "n": True}, "True is not of type 'integer' - 'n'"),
    ({"prompt": "x", "n": [1]}, "is not of type 'integer' - 'n'"),
    ({"prompt": "x", "n": "9" * 400}, "is not of type 'integer' - 'n'"),
    ({"prompt": "x", "response_format": "xml"}, "'xml' is not one of ['url', 'b64_json'] - 'response_format'"),
    ({"prompt": "x", "stream": True}, "Streaming"),
    ({"prompt": "x", "quality": "hd"}, "'quality'"),
    ({"prompt": "x", "user": {}}, "- 'user'"),
    ({"prompt": "x", "model": 7}, "- 'model'"),
]


async def test_fields(program: Program) -> None:
    for fields, message in FIELDS:
        reply = await program.ask(GENERATIONS, fields)
        error = reply.error
        assert (reply.status, error["code"], error["type"]) == (400, None, INVALID), fields
        assert message in error["message"]
        assert "xxxx" not in error["message"]
    assert not await Job.objects.aexists()


BODIES = [
    (b"", "application/json"),
    (b"{", "application/json"),
    (b"[]", "application/json"),
    (b'{"prompt": NaN}', "application/json"),
    (b"\xff\xfe", "application/json"),
    (b"[" * 100_000, "application/json"),
    (b"hello", "text/plain"),
    (b"--b\r\n", "multipart/form-data"),
    (form_of({"prompt": "x"}, [])[1][:-30], "multipart/form-data; boundary=b0undary"),
    (b"prompt=%ff", "multipart/form-data; boundary=b0undary"),
]


async def test_bodies(program: Program) -> None:
    for body, kind in BODIES:
        reply = await program.ask(GENERATIONS, body=body, headers={"content-type": kind})
        assert (reply.status, reply.error["type"]) == (400, INVALID), body[:50]


FILES = [
    ([], None, "'image' is a required property"),
    ([("image", b"")], None, NOT_A_PNG),
    ([("image", b"hello")], None, NOT_A_PNG),
    ([("image", padded(4_300_000))], None, NOT_A_PNG),
    ([("image", padded(20_000)[:40])], None, NOT_A_PNG),
    ([("image", saved(Image.new("RGB", (64, 64)), "JPEG"))], "unsupported_file_mimetype", "'image/jpeg'"),
    ([("image", saved(Image.new("RGB", (64, 64)), "WEBP"))], "unsupported_file_mimetype", "'image/webp'"),
    ([("image", saved(Image.new("RGB", (64, 80)), "PNG"))], None, "square"),
    ([("image", moving("PNG"))], None, "moves"),
    ([("image", bomb())], None, "pixels"),
    ([("image", png(64)), ("image", png(64))], None, "Only one"),
    ([("image", png(64)), ("image[]", png(64))], None, "Only one"),
]


async def test_files(program: Program) -> None:
    for files, code, message in FILES:
        reply = await program.ask(VARIATIONS, {"n": 1}, files=files)
        error = reply.error
        assert (reply.status, error["code"], error["param"]) == (400, code, "image"), message
        assert message in error["message"]
    assert not await Job.objects.aexists()


MASKS = [
    ([("image", png(64))], "image", "transparent"),
    ([("image", png(64)), ("mask", png(64))], "mask", "transparent"),
    ([("image", png(64)), ("mask", holed(128))], "mask", "same size"),
    ([("image", png(64)), ("mask", b"no")], "mask", "must be a PNG"),
]


async def test_masks(program: Program) -> None:
    for files, param, message in MASKS:
        reply = await program.ask(EDITS, {"prompt": "x"}, files=files)
        assert (reply.status, reply.error["code"], reply.error["param"]) == (400, None, param)
        assert message in reply.error["message"]


async def test_just_under_four_megabytes(program: Program) -> None:
    async with working():
        reply = await program.ask(VARIATIONS, {"size": "256x256"}, files=[("image", padded(3_990_000))])
    assert reply.status == 200, reply.raw


async def test_too_large_a_body_is_read_to_its_end(program: Program) -> None:
    reply = await program.ask(GENERATIONS, body=b" " * 17_000_000)
    assert (reply.status, reply.error["type"]) == (413, INVALID)


KEYS = ["", "Bearer", "Bearer ", "Basic abc", "Bearer sk-wrong-and-long-enough-to-show", "Bearer \xff\xe9"]


async def test_keys(program: Program) -> None:
    for header in KEYS:
        reply = await program.ask("/v1/models", method="GET", headers={"authorization": header})
        assert (reply.status, reply.error["code"], reply.error["type"]) == (401, "invalid_api_key", INVALID)
        assert "wrong-and-long" not in reply.error["message"]


async def test_addresses_that_are_none(program: Program) -> None:
    for path in ("/v1", "/v1/", "/v1/chat/completions", "/v1/images", "/v1/images/files/1-a/b.png"):
        reply = await program.ask(path)
        assert (reply.status, reply.error["type"]) == (404, INVALID)
        assert reply.headers["x-request-id"] and reply.headers["openai-processing-ms"]


async def test_methods(program: Program) -> None:
    reply = await program.ask(GENERATIONS, method="GET")
    assert (reply.status, reply.headers["allow"], reply.error["type"]) == (405, "POST", INVALID)


async def test_a_host_that_is_not_ours(program: Program) -> None:
    reply = await program.ask("/v1/models", method="GET", headers={"host": "evil.example"})
    assert (reply.status, reply.error["type"]) == (400, INVALID)


async def test_models_that_are_none(program: Program) -> None:
    for reply in (await program.draw(model="x"), await program.ask("/v1/models/x", method="GET")):
        assert (reply.status, reply.error["code"]) == (404, "model_not_found")
        assert reply.error["message"] == "The model `x` does not exist"


async def test_a_crash_says_nothing_of_its_cause(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object, **__: object) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr(endpoints, "_models", crash)
    reply = await program.ask("/v1/models", method="GET")
    assert (reply.status, reply.error["type"], reply.error["code"]) == (500, "server_error", None)
    assert b"secret" not in reply.raw


async def test_a_scope_that_the_key_lacks(program: Program, alice: Person) -> None:
    made = await sync_to_async(api.make_key)(person=alice, name="narrow", scopes=["usage"])
    reply = await Program(made.secret, program.app).draw()
    assert (reply.status, reply.error["code"]) == (403, "insufficient_permissions")


async def test_keys_freeze_with_their_account(program: Program, alice: Person) -> None:
    await sync_to_async(accounts.close_account)(person=alice, typed=alice.email)
    closing = await program.draw()
    assert (closing.status, closing.error["code"]) == (403, "account_deactivated")
    assert closing.headers["x-should-retry"] == "false"
    await sync_to_async(accounts.keep_account)(person=alice)
    async with working():
        assert (await program.draw(size="256x256")).status == 200
    await Person.objects.filter(pk=alice.pk).aupdate(is_active=False)
    assert (await program.draw()).error["code"] == "account_deactivated"


async def test_a_sentence_that_the_policy_refuses(program: Program, alice: Person, settings: object) -> None:
    settings.BLOCKED_WORDS_FILE.write_text("forbidden\n")
    async with working():
        reply = await program.draw(prompt="a forbidden thing")
    assert (reply.status, reply.error["code"]) == (400, "content_policy_violation")
    assert reply.error["message"] == (
        "Your request was rejected as a result of our safety system. "
        "Your prompt may contain text that is not allowed by our safety system."
    )
    assert reply.headers["x-should-retry"] == "false"
    assert await sync_to_async(balance)(alice) == 5 * DOLLAR


async def test_a_picture_that_the_policy_refuses(program: Program, alice: Person, monkeypatch: object) -> None:
    bad = moderation.Verdict(allowed=False, category="sexual")
    monkeypatch.setattr(moderation, "screen_upload", lambda **_: bad)
    async with working():
        for _time in range(2):  # the second time it is known before anything begins
            reply = await program.ask(VARIATIONS, {"size": "256x256"}, files=[("image", png(64))])
            assert (reply.status, reply.error["code"]) == (400, "content_policy_violation")
            assert "Your input image may contain content" in reply.error["message"]
    assert await Job.objects.acount() == 1
    assert await sync_to_async(balance)(alice) == 5 * DOLLAR


async def test_one_drawn_picture_that_is_refused_is_all_of_them(program: Program, alice: Person, monkeypatch) -> None:
    verdicts = iter([True, False, False])

    def verdict(**_: object) -> moderation.Verdict:
        return moderation.Verdict(allowed=next(verdicts), category="sexual")

    monkeypatch.setattr(moderation, "screen_output", verdict)
    async with working():
        reply = await program.draw(n=3, size="256x256")
    assert (reply.status, reply.error["code"]) == (400, "content_policy_violation")
    assert await sync_to_async(balance)(alice) == 5 * DOLLAR


async def test_pages_know_nothing_of_it() -> None:
    """The whole application sends what begins with /v1 past the pages, and nothing else."""
    from dalle_site.asgi import application as whole

    reply = await Program("sk-none", whole).ask("/v1/nothing")
    assert reply.error["code"] == "unknown_url"
    page = await Program("sk-none", whole).ask("/v1nothing", method="GET")
    assert page.status == 404 and b"<html" in page.raw
