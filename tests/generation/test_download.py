"""A picture leaves the site: what is in the file, that it is made once, and that the original stays as it was."""

import hashlib
import io
import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import c2pa
import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.utils import timezone
from PIL import Image

from accounts.models import Person
from generation import services
from generation.models import Download, Job, JobSource, Mark, Picture
from generation.origin import mark, squares
from generation.services import downloads
from tests.generation.steps import claimed
from tests.pictures import landscape, opened, png_of

SENTENCE = "a banana skateboard"
ORIGINAL = png_of(landscape(11))
PNG, WEBP, JPEG = services.Format


@pytest.fixture
def picture(alice: Person) -> Picture:
    services.make_origin()
    claim = claimed(alice)
    assert services.deliver(claim, pictures=(ORIGINAL,) * 4)
    return Picture.objects.get(job_id=claim.job_id, index=2)


def made(picture: Picture, **choice: object) -> downloads.File:
    return services.download(picture=picture, choice=services.Choice(**choice))


def told_by(data: bytes) -> dict:
    trust = {"trust": {"trust_anchors": services.certificate().anchor}}
    with c2pa.Reader(None, io.BytesIO(data), None, c2pa.Context(c2pa.Settings.from_dict(trust))) as reader:
        told = json.loads(reader.json())
        return {"state": reader.get_validation_state(), **told["manifests"][told["active_manifest"]]}


@pytest.mark.parametrize("format", services.Format)
def test_all_of_it_is_in_the_file(picture: Picture, format: services.Format) -> None:
    file = made(picture, format=format)
    with Image.open(io.BytesIO(file.data)) as image:
        assert (image.format, image.size) == (format.name, (1024, 1024))
    assert file.mime == f"image/{format}"
    assert told_by(file.data)["state"] == "Trusted"
    assert b"trainedAlgorithmicMedia" in file.data and SENTENCE.encode() in file.data
    assert str(picture.seed).encode() in file.data
    number = Mark.objects.get(picture=picture).number
    assert mark.read(opened(file.data), key=services.mark_keys()[0]) == number
    corner = opened(file.data).getpixel((1024 - 8, 1024 - 8))
    assert max(abs(a - b) for a, b in zip(corner, squares.COLOURS[-1], strict=True)) <= (0 if format is PNG else 8)


def test_squares_and_words_stay_out_where_they_are_not_wanted(picture: Picture) -> None:
    bare = made(picture, squares=False, words=False)
    assert SENTENCE.encode() not in bare.data and b"seed" not in bare.data
    assert "banana" not in bare.name
    assert told_by(bare.data)["state"] == "Trusted" and b"trainedAlgorithmicMedia" in bare.data
    before, after = landscape(11), opened(bare.data)
    assert mark.psnr(before, after) >= 40
    assert after.getpixel((1016, 1016)) != squares.COLOURS[-1]
    assert opened(made(picture, words=False).data).getpixel((1016, 1016)) == squares.COLOURS[-1]


def test_the_original_stays_byte_for_byte(picture: Picture) -> None:
    for format in services.Format:
        made(picture, format=format)
    with default_storage.open(picture.file) as file:
        assert file.read() == ORIGINAL


def test_asked_again_it_is_the_same_file(picture: Picture, monkeypatch: pytest.MonkeyPatch) -> None:
    first = made(picture)
    monkeypatch.setattr(downloads, "_drawn", None)  # whoever drew again would fail
    assert made(picture) == first
    kept = Download.objects.get()
    assert kept.sha256 == hashlib.sha256(first.data).hexdigest()


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_make_one(picture: Picture, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []
    real, together = downloads._drawn, threading.Barrier(10)

    def counted(*args: object) -> bytes:
        drawn.append(1)
        return real(*args)

    def ask(_: int) -> bytes:
        try:
            together.wait(20)
            return made(picture, format=JPEG).data
        finally:
            connection.close()

    monkeypatch.setattr(downloads, "_drawn", counted)
    with ThreadPoolExecutor(10) as pool:
        files = set(pool.map(ask, range(10)))
    assert (len(files), len(drawn), Download.objects.count(), Mark.objects.count()) == (1, 1, 1, 1)
    assert len(list(Path(default_storage.path("downloads")).rglob("*.jpg"))) == 1


def test_a_maker_that_died_is_taken_over(picture: Picture) -> None:
    recipe = downloads._recipe(services.Choice())
    dead = Download.objects.create(picture=picture, recipe=recipe, until=timezone.now() - timedelta(seconds=1))
    assert told_by(made(picture).data)["state"] == "Trusted"
    dead.refresh_from_db()
    assert dead.file


def test_a_file_that_was_cleared_away_is_made_again(picture: Picture) -> None:
    made(picture)
    default_storage.delete(Download.objects.get().file)
    assert told_by(made(picture).data)["state"] == "Trusted"
    assert Download.objects.count() == 1


def test_another_certificate_is_another_file(picture: Picture) -> None:
    first = made(picture)
    for name in ("certificate.pem", "key.pem"):
        (settings.ORIGIN_FOLDER / name).unlink()
    services.make_origin()
    second = made(picture)
    assert second.data != first.data and told_by(second.data)["state"] == "Trusted"


def test_it_goes_with_its_picture_and_the_mark_stays_known(
    picture: Picture, django_capture_on_commit_callbacks: Any
) -> None:
    made(picture)
    file, number = Download.objects.get().file, Mark.objects.get().number
    with django_capture_on_commit_callbacks(execute=True):
        Job.objects.filter(pk=picture.job_id).delete()
    assert not default_storage.exists(file)
    assert list(Mark.objects.values_list("number", "picture")) == [(number, None)]


def test_an_edit_of_an_edit_names_both_before_it(picture: Picture, alice: Person) -> None:
    chain = [picture]
    for step in range(2):
        claim = claimed(alice, prompt=f"edit number {step}", key=f"edit {step}")
        Job.objects.filter(pk=claim.job_id).update(kind=Job.Kind.EDIT)
        assert services.deliver(claim, pictures=(png_of(landscape(20 + step, 256)),) * 4)
        JobSource.objects.create(job_id=claim.job_id, place=0, picture=chain[-1], made_by=chain[-1].job)
        chain.append(Picture.objects.get(job_id=claim.job_id, index=0))
    data = made(chain[-1], words=False).data
    told = told_by(data)
    assert told["state"] == "Trusted"
    assert [(one["relationship"], "active_manifest" in one) for one in told["ingredients"]] == [("parentOf", True)]
    with c2pa.Reader(None, io.BytesIO(data)) as reader:
        assert len(json.loads(reader.json())["manifests"]) == 3
    # Neither its own words nor those of what it was made from.
    assert b"edit number" not in data and SENTENCE.encode() not in data


def test_without_a_certificate_nothing_leaves(as_alice: Client, picture: Picture) -> None:
    (settings.ORIGIN_FOLDER / "key.pem").unlink()
    answer = as_alice.get(f"/pictures/{picture.pk}/download")
    assert answer.status_code == 503
    assert "Your picture is safe" in answer.content.decode()
    assert not Download.objects.exists()


# Over HTTP


def test_the_choice_is_remembered(as_alice: Client, picture: Picture) -> None:
    address = f"/pictures/{picture.pk}/download"
    plain = as_alice.get(address)
    assert (plain["Content-Type"], plain["Cache-Control"]) == ("image/png", "private, no-store")
    assert plain["Content-Disposition"] == 'attachment; filename="a-banana-skateboard-3.png"'
    chosen = as_alice.get(address, {"format": "webp", "words": "on"})
    assert chosen["Content-Disposition"] == 'attachment; filename="a-banana-skateboard-3.webp"'
    assert as_alice.get(address).content == chosen.content
    page = as_alice.get(f"/pictures/{picture.pk}").content.decode()
    assert re.search(r'value="webp"\s+checked', page)
    assert re.search(r'name="words"\s+checked', page)
    assert not re.search(r'name="squares"\s+checked', page)


@pytest.mark.parametrize("asked", [{"format": "gif"}, {"format": ""}, {"squares": "on"}, {"format": "png\x00"}])
def test_a_choice_that_is_none_is_the_last_one(as_alice: Client, picture: Picture, asked: dict[str, str]) -> None:
    answer = as_alice.get(f"/pictures/{picture.pk}/download", asked)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")


def test_only_its_person_gets_it(as_bob: Client, as_stranger: Client, picture: Picture) -> None:
    address = f"/pictures/{picture.pk}/download"
    assert as_bob.get(address).status_code == 404
    assert as_stranger.get(address)["Location"].startswith("/accounts/login/")
    assert not Download.objects.exists()
