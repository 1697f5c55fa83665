"""Many pictures as one file: each as it is downloaded alone, under a name of its own, made while it is sent."""

import io
import zipfile
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from PIL import Image

from accounts.models import Person
from generation import services
from generation.models import Download, Picture
from generation.services import zips
from generation.services.zips import Window, free_name
from tests.generation.steps import frames_of, pictures_of

ADDRESS = "/pictures/zip"


@pytest.fixture
def pictures(alice: Person) -> list[Picture]:
    services.make_origin()
    return pictures_of(alice, prompt="a banana skateboard")


def ids(pictures: list[Picture]) -> dict[str, list[str]]:
    return {"id": [str(picture.pk) for picture in pictures]}


def unpacked(answer: Any) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as packed:
        assert packed.testzip() is None
        return {name: packed.read(name) for name in packed.namelist()}


def test_each_is_what_it_is_when_it_is_downloaded_alone(as_alice: Client, pictures: list[Picture]) -> None:
    answer = as_alice.post(ADDRESS, ids(pictures[1:3]))
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (
        200,
        "application/zip",
        "private, no-store",
    )
    assert answer["Content-Disposition"] == 'attachment; filename="pictures.zip"'
    found = unpacked(answer)
    assert list(found) == ["a-banana-skateboard-2.png", "a-banana-skateboard-3.png"]
    for picture, data in zip(pictures[1:3], found.values(), strict=True):
        assert data == services.download(picture=picture, choice=services.Choice()).data
        assert b"c2pa" in data and b"trainedAlgorithmicMedia" in data


def test_the_format_is_the_one_that_was_chosen_last(as_alice: Client, pictures: list[Picture]) -> None:
    as_alice.get(f"/pictures/{pictures[0].pk}/download", {"format": "jpeg"})
    ((name, data),) = unpacked(as_alice.post(ADDRESS, ids(pictures[:1]))).items()
    # Without the sentence in the file, it is not in its name.
    assert name == f"picture-{str(pictures[0].pk)[:8]}-1.jpg"
    assert Image.open(io.BytesIO(data)).format == "JPEG"
    assert b"banana" not in data


def test_equal_names_are_numbered(as_alice: Client, alice: Person, pictures: list[Picture]) -> None:
    again = pictures_of(alice, prompt="A banana: skateboard?", key="k2")
    found = unpacked(as_alice.post(ADDRESS, ids([pictures[0], again[0]])))
    assert list(found) == ["a-banana-skateboard-1.png", "a-banana-skateboard-1 (2).png"]
    taken: set[str] = set()
    names = [free_name(name, taken) for name in ("a.png", "A.png", "a (2).png", "a.png")]
    assert names == ["a.png", "A (2).png", "a (2) (2).png", "a (3).png"]


@pytest.mark.parametrize("prompt", ["../../etc/passwd", "CON", "C:\\windows\\<nul>|?*", "狐が地図を読む", ". . ."])
def test_names_are_safe_on_every_system(as_alice: Client, alice: Person, prompt: str) -> None:
    services.make_origin()
    ((name, _data),) = unpacked(as_alice.post(ADDRESS, ids(pictures_of(alice, prompt=prompt)[:1]))).items()
    stem, _dot, ending = name.partition(".")
    assert ending == "png" and name.isascii()
    assert stem.replace("-", "").isalnum() and stem.endswith("-1") and stem.lower() not in ("con", "nul")


def test_one_picture_at_a_time_is_in_memory(
    pictures: list[Picture], alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = zips.download

    def noted(**how: Any) -> Any:
        asked.append(str(how["picture"].index))
        return real(**how)

    monkeypatch.setattr(zips, "download", noted)
    wanted = [picture.pk for picture in pictures]
    parts = services.zip_of(person=alice, picture_ids=wanted, choice=services.Choice())
    assert asked == []
    sizes = []
    for made, part in enumerate(parts, 1):
        assert len(asked) == min(made, 4)  # a picture is made when it is its turn, not before
        sizes.append(len(part))
    files = [len(real(picture=picture, choice=services.Choice()).data) for picture in pictures]
    assert max(sizes) < max(files) + 1000 and len(sizes) == 5


def test_what_was_sent_is_gone_and_its_end_can_be_mended() -> None:
    window = Window()
    window.write(b"sent")
    assert window.take() == b"sent" and window.tell() == 4
    window.write(b"head body")
    window.seek(4)
    window.write(b"HEAD")
    assert (window.take(), window.tell()) == (b"HEAD body", 13)


def test_a_whole_collection_in_its_order(as_alice: Client, alice: Person, pictures: list[Picture]) -> None:
    order = [pictures[2].pk, pictures[0].pk]
    collection = services.create_collection(person=alice, name="Things on wheels", pictures=order)
    answer = as_alice.post(ADDRESS, {"collection": str(collection.pk)})
    assert answer["Content-Disposition"] == 'attachment; filename="things-on-wheels.zip"'
    assert list(unpacked(answer)) == ["a-banana-skateboard-3.png", "a-banana-skateboard-1.png"]
    chosen = as_alice.post(ADDRESS, {"picture": str(pictures[0].pk)})  # the boxes of a collection's page
    assert list(unpacked(chosen)) == ["a-banana-skateboard-1.png"]


def test_more_than_one_file_takes(as_alice: Client, pictures: list[Picture], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zips, "MOST", 3)
    answer = as_alice.post(ADDRESS, ids(pictures))
    assert answer.status_code == 422
    assert "1 picture too many: one file takes at most 3." in answer.content.decode()
    assert not Download.objects.exists()


def test_nothing_chosen_is_said(as_alice: Client) -> None:
    answer = as_alice.post(ADDRESS)
    assert answer.status_code == 422 and "No picture is chosen." in answer.content.decode()


def test_somebody_elses_are_not_there(
    as_bob: Client, as_stranger: Client, alice: Person, bob: Person, pictures: list[Picture]
) -> None:
    own = pictures_of(bob, prompt="bob's own")[0]
    collection = services.create_collection(person=alice, name="Hers", pictures=[pictures[0].pk])
    for asked in (ids([own, pictures[0]]), {"picture": str(pictures[0].pk)}, {"collection": str(collection.pk)}):
        assert as_bob.post(ADDRESS, asked).status_code == 404
    for asked in ({"id": str(uuid4())}, {"id": "1"}, {"collection": "x"}):
        assert as_bob.post(ADDRESS, asked).status_code == 404
    assert as_stranger.post(ADDRESS, ids(pictures)).status_code == 302
    assert not Download.objects.exists()


def test_what_lies_in_the_trash_is_not_packed(as_alice: Client, alice: Person, pictures: list[Picture]) -> None:
    services.trash_pictures(person=alice, picture_ids=[pictures[0].pk])
    assert as_alice.post(ADDRESS, ids(pictures[:2])).status_code == 404


def test_without_a_certificate_nothing_leaves(as_alice: Client, pictures: list[Picture]) -> None:
    (settings.ORIGIN_FOLDER / "key.pem").unlink()
    answer = as_alice.post(ADDRESS, ids(pictures))
    assert answer.status_code == 503 and "Nothing can be downloaded" in answer.content.decode()


def test_frames_that_nobody_kept_are_packed_too(as_alice: Client, alice: Person) -> None:
    services.make_origin()
    assert len(unpacked(as_alice.post(ADDRESS, ids(frames_of(alice)[:2])))) == 2
