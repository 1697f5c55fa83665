"""Was this made here? Four signs, after what happens to pictures on their way, and not a word about whose it is."""

from types import SimpleNamespace

import pytest
from django.conf import settings
from django.test import Client
from PIL import Image

from accounts.models import Person
from generation import services, throttle
from generation.models import Download, Mark, Picture
from generation.origin import certificate, formats, manifest
from generation.services import recognising
from tests.generation.steps import claimed
from tests.pictures import landscape, opened, png_of, saved

PICTURE = landscape(31)
SIGNS = ("manifest", "mark", "exact", "alike")


@pytest.fixture
def picture(alice: Person) -> Picture:
    services.make_origin()
    claim = claimed(alice)
    assert services.deliver(claim, pictures=(png_of(PICTURE), *(png_of(landscape(n, 256)) for n in (32, 33, 34))))
    return Picture.objects.get(job_id=claim.job_id, index=0)


@pytest.fixture
def file(picture: Picture) -> bytes:
    return services.download(picture=picture, choice=services.Choice()).data


def asked(data: bytes) -> services.Answer:
    return services.made_here(data=data, asked_from="192.0.2.1")


def signs(answer: services.Answer) -> set[str]:
    found = {"manifest": answer.signed_here, "mark": answer.mark, "exact": answer.exact, "alike": answer.alike}
    return {name for name, yes in found.items() if yes}


def test_the_file_as_it_was_downloaded(file: bytes) -> None:
    answer = asked(file)
    assert signs(answer) == set(SIGNS)
    assert answer.certain


@pytest.mark.parametrize("format", services.Format)
def test_every_format(picture: Picture, format: services.Format) -> None:
    data = services.download(picture=picture, choice=services.Choice(format=format, squares=False, words=False)).data
    assert signs(asked(data)) == set(SIGNS)


def test_the_original_is_known_by_its_bytes(picture: Picture) -> None:
    assert signs(asked(png_of(PICTURE))) == {"exact"}


WAYS = {
    "JPEG 50": lambda picture: saved(picture, "JPEG", quality=50),
    "WebP 80": lambda picture: saved(picture, "WEBP", quality=80),
    "half size": lambda picture: png_of(picture.resize((512, 512))),
    "half size, then JPEG 50": lambda picture: saved(picture.resize((512, 512)), "JPEG", quality=50),
}


@pytest.mark.parametrize("way", WAYS)
def test_still_yes_after_its_way(file: bytes, way: str) -> None:
    answer = asked(WAYS[way](opened(file)))
    assert signs(answer) == {"mark", "alike"}
    assert answer.certain and answer.manifest is None


def test_the_look_alone_is_very_likely(file: bytes) -> None:
    """Without its mark: as where somebody took the trouble to wash it off."""
    Mark.objects.all().delete()
    answer = asked(WAYS["half size, then JPEG 50"](opened(file)))
    assert signs(answer) == {"alike"}
    assert answer.yes and not answer.certain


def test_others_pictures(file: bytes) -> None:
    for seed in range(40, 44):
        assert not asked(png_of(landscape(seed))).yes
    assert not asked(png_of(Image.new("RGB", (600, 600), "white"))).yes


def test_an_upload_was_not_made_here(file: bytes) -> None:
    from uuid import uuid4

    from moderation import services as moderation

    brought = landscape(50)
    known = moderation.fingerprint(file=png_of(brought), image=brought)
    moderation.remember_pictures(kind="upload", fingerprints={uuid4(): known})
    assert not asked(png_of(brought)).yes


def test_another_house_is_named(file: bytes) -> None:
    chain, key = certificate.make(name="Another house")
    other = certificate.parse(chain=chain, key=key)
    data = formats.encode(landscape(60), format=services.Format.PNG)
    answer = asked(manifest.sign(data, mime="image/png", title="x", by=other))
    assert not answer.yes
    assert (answer.manifest.signer, answer.manifest.whole) == ("Another house", True)


def test_our_manifest_on_another_picture_is_no_sign(file: bytes) -> None:
    """Pixels changed beneath it: it no longer fits, and only what else is there counts."""
    broken = bytearray(file)
    broken[-200] ^= 0xFF
    answer = asked(bytes(broken)) if opens(bytes(broken)) else None
    assert answer is None or not answer.signed_here


def opens(data: bytes) -> bool:
    try:
        opened(data)
    except (OSError, SyntaxError):
        return False
    return True


def test_signed_before_the_certificate_changed(file: bytes) -> None:
    folder = settings.ORIGIN_FOLDER
    (folder / "certificate.pem").rename(folder / "earlier.pem")
    (folder / "key.pem").unlink()
    services.make_origin()
    assert asked(file).signed_here
    (folder / "earlier.pem").unlink()
    assert not asked(file).signed_here


def test_marks_of_an_earlier_key_are_read(file: bytes) -> None:
    old = (settings.ORIGIN_FOLDER / "mark-key").read_text().strip()
    (settings.ORIGIN_FOLDER / "mark-key").write_text(f"new\n{old}\n")
    assert asked(file).mark
    (settings.ORIGIN_FOLDER / "mark-key").write_text("new\n")
    assert not asked(file).mark


# The page


def sent(client: Client, data: bytes, name: str = "holiday.png"):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return client.post("/made-here", {"file": SimpleUploadedFile(name, data)})


def test_a_stranger_may_ask_and_learns_nothing_of_the_person(
    as_stranger: Client, file: bytes, alice: Person, picture: Picture
) -> None:
    assert "Was this made here?" in as_stranger.get("/made-here").content.decode()
    answer = sent(as_stranger, file)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Yes, this was made here" in page and "holiday.png" in page
    for secret in (alice.email, str(picture.pk), str(picture.job_id), "banana", str(picture.seed)):
        assert secret not in page
    assert answer["Cache-Control"] == "private, no-store"


def test_no_sign_is_said_to_be_no_proof(as_stranger: Client, picture: Picture) -> None:
    page = sent(as_stranger, png_of(landscape(70, 512))).content.decode()
    assert "No sign that this was made here" in page and "That is not proof" in page


@pytest.mark.parametrize(
    ("data", "status", "says"),
    [
        (b"", 422, "The file is empty."),
        (b"GIF89a" + bytes(50), 422, "GIF"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(50), 422, "HEIC"),
        (b"%PDF-1.7" + bytes(50), 422, "PDF"),
        (saved(landscape(1, 128), "PNG")[:400], 422, "damaged"),
        (saved(Image.new("RGB", (20000, 1)), "PNG"), 422, "20000 × 1"),
        (saved(Image.new("L", (12000, 12000)), "PNG"), 422, "12000 × 12000"),
    ],
)
def test_what_is_no_picture_is_said_plainly(
    as_stranger: Client, picture: Picture, data: bytes, status: int, says: str
) -> None:
    answer = sent(as_stranger, data)
    assert answer.status_code == status
    assert says in answer.content.decode()


def test_nothing_chosen(as_stranger: Client) -> None:
    answer = as_stranger.post("/made-here", {})
    assert (answer.status_code, "Choose a picture." in answer.content.decode()) == (422, True)


def test_a_name_with_a_script_is_text(as_stranger: Client, picture: Picture) -> None:
    page = sent(as_stranger, png_of(landscape(70, 128)), name="<script>alert(1)</script>.png").content.decode()
    assert "<script>alert(1)" not in page


def test_nothing_is_kept(as_stranger: Client, picture: Picture) -> None:
    from pathlib import Path

    from django.core.files.storage import default_storage

    def everything() -> list[str]:
        return sorted(str(file) for file in Path(default_storage.path("")).rglob("*"))

    before = everything(), Download.objects.count(), Mark.objects.count()
    sent(as_stranger, png_of(landscape(71, 256)))
    assert (everything(), Download.objects.count(), Mark.objects.count()) == before


def test_asked_too_often(as_stranger: Client, as_alice: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognising, "MOST_A_MINUTE", 2)
    # Minutes are counted by the clock: one must not end in the middle.
    monkeypatch.setattr(throttle, "time", SimpleNamespace(time=lambda: 1_800_000_000.0))
    nothing = b"%PDF-1.7" + bytes(50)
    assert [sent(as_stranger, nothing).status_code for _ in range(3)] == [422, 422, 429]
    other = Client(REMOTE_ADDR="2001:db8:0:1::1")
    assert [sent(other, nothing).status_code for _ in range(2)] == [422, 422]
    neighbour = Client(REMOTE_ADDR="2001:db8:0:1:ffff::2")
    assert sent(neighbour, nothing).status_code == 429
