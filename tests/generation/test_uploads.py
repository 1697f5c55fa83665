"""Bringing a picture: what is taken, what becomes of it, and a sentence for all that is not."""

import errno
import io
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from django.test import Client
from PIL import Image
from pytest_django import Settings

from accounts.models import Person
from generation import queue, services
from generation.models import Upload
from generation.services import uploads_decoding
from tests import people
from tests.generation import files
from tests.generation.files import halves, saved
from tests.generation.steps import brought

JSON = {"Accept": "application/json"}
RED, BLUE, WHITE = (255, 0, 0), (0, 0, 255), (255, 255, 255)


def opened(upload: Upload) -> Image.Image:
    return Image.open(io.BytesIO(default_storage.open(upload.file).read()))


def corners(image: Image.Image) -> list[tuple[int, ...]]:
    """Upper left, upper right, lower left, lower right."""
    low, high = 40, image.width - 40
    return [image.getpixel(place) for place in ((low, low), (high, low), (low, high), (high, high))]


def near(colour: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return all(abs(one - two) < 12 for one, two in zip(colour, other, strict=True))


@pytest.mark.parametrize(
    "content",
    [
        saved(halves(), "PNG"),
        saved(halves(), "JPEG", quality=95),
        saved(halves(), "WEBP", lossless=True),
        saved(halves(mode="P"), "PNG"),
        saved(halves(mode="CMYK"), "JPEG", quality=95),
        saved(halves(mode="RGBA"), "WEBP", lossless=True),
        files.polyglot(),
    ],
    ids=["PNG", "JPEG", "WebP", "palette", "CMYK", "RGBA", "polyglot"],
)
def test_the_middle_square_in_our_own_png(alice: Person, content: bytes) -> None:
    upload = brought(alice, content)
    assert (upload.status, upload.detail) == (Upload.Status.READY, "")
    image = opened(upload)
    assert (image.format, image.mode, image.size, image.info) == ("PNG", "RGB", (1024, 1024), {})
    assert all(near(*pair) for pair in zip(corners(image), [RED, BLUE, RED, BLUE], strict=True)), corners(image)
    stored = default_storage.open(upload.file).read()
    assert b"script" not in stored
    assert Image.open(io.BytesIO(default_storage.open(upload.small).read())).size == (512, 512)


@pytest.mark.parametrize(
    ("orientation", "colours"),
    [
        (1, [RED, BLUE, RED, BLUE]),
        (3, [BLUE, RED, BLUE, RED]),
        (6, [RED, RED, BLUE, BLUE]),
        (8, [BLUE, BLUE, RED, RED]),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_as_it_was_held_and_without_a_word_of_where(
    alice: Person, kind: str, orientation: int, colours: list[tuple[int, ...]]
) -> None:
    content = files.turned(kind, orientation)
    assert b"secret place" in content
    upload = brought(alice, content)
    assert all(near(*pair) for pair in zip(corners(opened(upload)), colours, strict=True)), corners(opened(upload))
    assert b"secret place" not in default_storage.open(upload.file).read()


def test_sixteen_bits_of_grey_keep_their_light(alice: Person) -> None:
    assert all(near(colour, (128, 128, 128)) for colour in corners(opened(brought(alice, files.sixteen_bits()))))


def test_a_broken_colour_profile_is_left_out(alice: Person) -> None:
    assert brought(alice, files.in_other_colours()).status == Upload.Status.READY


def test_holes_are_filled_with_white(alice: Person) -> None:
    clear = saved(Image.new("RGBA", (128, 128), (0, 0, 0, 0)), "PNG")
    assert corners(opened(brought(alice, clear))) == [WHITE] * 4


@pytest.mark.parametrize(("crop", "colour"), [((0, 0, 150), RED), ((250, 50, 150), BLUE)])
def test_the_square_that_was_asked_for(alice: Person, crop: tuple[int, int, int], colour: tuple[int, ...]) -> None:
    upload = services.bring(person=alice, file=io.BytesIO(saved(halves(), "PNG")), consent=True, crop=crop)
    assert corners(opened(upload)) == [colour] * 4


def test_a_square_is_kept_pixel_by_pixel(alice: Person) -> None:
    noise = Image.effect_noise((1024, 1024), 90).convert("RGB")
    assert opened(brought(alice, saved(noise, "PNG"))).tobytes() == noise.tobytes()


@pytest.mark.parametrize("crop", [(-1, 0, 100), (0, 0, 201), (350, 0, 100), (0, 0, 10), (0, 0, 0)])
def test_a_square_that_is_none(alice: Person, crop: tuple[int, int, int]) -> None:
    with pytest.raises(services.BadUpload, match="The square lies outside the picture"):
        services.bring(person=alice, file=io.BytesIO(saved(halves(), "PNG")), consent=True, crop=crop)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The file is empty."),
        (b"hello", "This is not a picture that can be opened."),
        (files.SVG, "This file is SVG; PNG, JPEG and WebP can be taken."),
        (files.EPS, "This file is EPS; PNG, JPEG and WebP can be taken."),
        (files.HEIC, "This file is HEIC; PNG, JPEG and WebP can be taken."),
        (files.moving("GIF"), "This file is GIF; PNG, JPEG and WebP can be taken."),
        (saved(halves(), "AVIF"), "This file is AVIF; PNG, JPEG and WebP can be taken."),
        (saved(halves(), "TIFF"), "This file is TIFF; PNG, JPEG and WebP can be taken."),
        (saved(halves(), "BMP"), "This file is BMP; PNG, JPEG and WebP can be taken."),
        (b"%PDF-1.7\n", "This file is PDF; PNG, JPEG and WebP can be taken."),
        (files.moving("PNG"), "This picture moves."),
        (files.moving("WEBP"), "This picture moves."),
        (saved(Image.new("RGB", (20000, 1)), "PNG"), "The picture has 20000 × 1 pixels; each side needs at least 64."),
        (files.bomb(), "The picture has 9000 × 9000 pixels; at most 64 million can be taken."),
        (files.bomb(8, 8, promised=(60000, 60000)), "The picture has 60000 × 60000 pixels"),
        (files.bomb(8, 8, promised=(2000, 2000)), "This file is damaged and cannot be opened."),
        (files.text_bomb(), "This file is damaged and cannot be opened."),
        (saved(halves(), "PNG")[:300], "This file is damaged and cannot be opened."),
        (saved(halves(), "JPEG")[:700], "This file is damaged and cannot be opened."),
    ],
)
def test_what_is_not_taken_is_told_why(alice: Person, as_alice: Client, content: bytes, says: str) -> None:
    sent = {"file": SimpleUploadedFile("../../etc/passwd\x00.png", content), "consent": "on"}
    answer = as_alice.post("/uploads", sent, headers=JSON)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(says)
    assert not Upload.objects.exists()
    assert not default_storage.exists("uploads")


def test_too_many_bytes_are_told_how_many(alice: Person, settings: Settings) -> None:
    settings.UPLOAD_LIMIT = 2_000_000
    with pytest.raises(services.BadUpload, match=r"The picture file has 50\.0 MB; at most 2 MB can be taken\."):
        services.bring(person=alice, file=io.BytesIO(bytes(50_000_000)), consent=True)


def test_without_consent_nothing_is_taken(as_alice: Client) -> None:
    answer = as_alice.post("/uploads", {"file": io.BytesIO(saved(halves(), "PNG"))}, headers=JSON)
    assert (answer.status_code, "people shown agreed" in answer.json()["detail"]) == (422, True)
    assert not Upload.objects.exists()


def test_without_a_proven_address_nothing_is_taken(db: None) -> None:
    carol = people.make_unverified("carol")
    answer = people.browser_of(carol).post("/uploads", {"file": io.BytesIO(b"x"), "consent": "on"}, headers=JSON)
    assert answer.status_code == 403


def test_the_same_twice_is_one_and_of_two_people_two(alice: Person, bob: Person) -> None:
    content = saved(halves(), "PNG")
    assert brought(alice, content).pk == brought(alice, content, ready=False).pk
    assert brought(bob, content).pk != brought(alice, content, ready=False).pk
    other = services.bring(person=alice, file=io.BytesIO(content), consent=True, crop=(0, 0, 100))
    assert Upload.objects.count() == 3
    assert other.status == Upload.Status.WAITING


def test_brought_again_it_leaves_the_trash(alice: Person) -> None:
    upload = brought(alice)
    services.trash_upload(person=alice, upload_id=upload.pk)
    with pytest.raises(Http404):
        services.upload_for(person=alice, upload_id=upload.pk)
    assert brought(alice, ready=False).trashed_at is None


@pytest.mark.django_db(transaction=True)
def test_the_screening_is_woken_and_judges(alice: Person, woken: list[str], settings: Settings) -> None:
    upload = brought(alice, ready=False)
    assert woken == [queue.SCREEN]
    settings.BLOCKED_PICTURES_FILE.write_text(upload.sha256)
    assert services.screen_next()
    upload.refresh_from_db()
    assert (upload.status, upload.detail) == (
        Upload.Status.REFUSED,
        "This site does not take this picture. You were not charged.",
    )
    assert not services.screen_next()


def test_one_that_cannot_be_checked_does_not_hold_up_the_others(alice: Person, settings: Settings) -> None:
    settings.MOST_ATTEMPTS = 2
    poisoned = brought(alice, ready=False)
    default_storage.delete(poisoned.file)
    for _ in range(2):
        with pytest.raises(FileNotFoundError):
            services.screen_next()
    later = brought(alice, saved(halves(), "PNG"), ready=False)
    assert services.screen_next()
    later.refresh_from_db()
    assert later.status == Upload.Status.READY
    assert services.screen_next()
    poisoned.refresh_from_db()
    assert poisoned.status == Upload.Status.REFUSED


def test_over_the_web(as_alice: Client) -> None:
    sent = {
        "file": SimpleUploadedFile("me.png", saved(halves(), "PNG")),
        "consent": "on",
        "left": 0,
        "top": 0,
        "side": 99,
    }
    answer = as_alice.post("/uploads", sent, headers=JSON)
    facts = answer.json()
    assert (answer.status_code, facts["status"]) == (201, "waiting")
    assert services.screen_next()
    assert as_alice.get(facts["state"], headers=JSON).json()["status"] == "ready"
    assert as_alice.get(facts["file"])["Content-Type"] == "image/png"
    assert as_alice.get(facts["small"])["Content-Type"] == "image/webp"
    fragment = as_alice.get(facts["state"], headers={"HX-Request": "true"}).content.decode()
    assert "Ready" in fragment and "hx-get" not in fragment
    sent["file"] = SimpleUploadedFile("me.png", saved(halves(), "PNG"))
    assert as_alice.post("/uploads", sent).headers["Location"] == facts["state"]
    half = {"file": SimpleUploadedFile("me.png", saved(halves(), "PNG")), "consent": "on", "left": 0}
    assert "square is not complete" in as_alice.post("/uploads", half, headers=JSON).json()["detail"]


def test_a_crowd_at_the_door(as_alice: Client) -> None:
    """Six files are being opened or wait for it: the seventh request gives its thread back at once."""
    for _ in range(6):
        uploads_decoding.AT_THE_DOOR.acquire()
    try:
        sent = {"file": SimpleUploadedFile("me.png", saved(halves(), "PNG")), "consent": "on"}
        answer = as_alice.post("/uploads", sent, headers=JSON)
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    finally:
        for _ in range(6):
            uploads_decoding.AT_THE_DOOR.release()


def test_one_that_takes_too_long_is_ended(alice: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sleeper = tmp_path / "sleeper.py"
    mark = tmp_path / "pid"
    sleeper.write_text(f"import os, time; open({str(mark)!r}, 'w').write(str(os.getpid())); time.sleep(60)")
    monkeypatch.setattr(uploads_decoding, "CHILD", sleeper)
    monkeypatch.setattr(uploads_decoding, "LIMIT_SECONDS", 3.0)
    began = time.monotonic()
    with pytest.raises(services.BadUpload, match="took too long"):
        brought(alice)
    assert time.monotonic() - began < 20
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)


def test_memory_is_capped(tmp_path: Path) -> None:
    """Whatever a decoder asks for, it gets no more than its cap: the real limits, in a process of their own."""
    program = """
import runpy, sys
module = runpy.run_path(sys.argv[1])
module["_limit"]()
try:
    bytearray(module["MEMORY"])
except MemoryError:
    print("capped")
try:
    with open(sys.argv[2], "w") as file:
        file.write("x")
except OSError as error:
    print("no files", error.errno)
"""
    command = [sys.executable, "-I", "-c", program, str(uploads_decoding.CHILD), str(tmp_path / "written")]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert run.stdout.split() == ["capped", "no", "files", str(errno.EFBIG)], run.stderr


def test_the_child_knows_nothing_of_the_site() -> None:
    """Neither Django nor a secret of the environment is in the process that opens what a stranger sent."""
    program = """
import runpy, sys, io
module = runpy.run_path(sys.argv[1])
from PIL import Image
out = io.BytesIO(); Image.new("RGB", (99, 99)).save(out, "PNG")
module["written_anew"](out.getvalue(), module["Wish"]("picture", None))
print(sorted(name for name in sys.modules if name.split(".")[0] in ("django", "generation", "celery", "numpy")))
"""
    run = subprocess.run(
        [sys.executable, "-I", "-c", program, str(uploads_decoding.CHILD)], capture_output=True, text=True, timeout=60
    )
    assert run.stdout.strip() == "[]", run.stderr


@pytest.mark.parametrize(
    ("ending", "says"),
    [
        ("while True: pass", "Opening this picture took too long."),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "Opening this picture takes more memory"),
        ("import os; os.abort()", "This file is damaged and cannot be opened."),
        ("raise SystemExit(1)", "This file is damaged and cannot be opened."),
    ],
    ids=["for ever", "killed", "crashed", "gave up"],
)
def test_a_decoder_that_breaks_down_is_a_sentence(
    alice: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, says: str
) -> None:
    broken = tmp_path / "broken.py"
    limits = f"import runpy; child = runpy.run_path({str(uploads_decoding.CHILD)!r}); child['_limit'].__globals__"
    broken.write_text(f"{limits}['SECONDS'] = 1\nchild['_limit']()\n{ending}\n")
    monkeypatch.setattr(uploads_decoding, "CHILD", broken)
    with pytest.raises(services.BadUpload, match=says):
        brought(alice)
