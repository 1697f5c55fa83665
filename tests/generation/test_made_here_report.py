"""What "Was this made here?" knew again can be reported, without an account, and without being told whose it is."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Person
from generation import services
from generation.models import Picture
from generation.services import recognising
from moderation.models import Report
from tests.generation.steps import claimed
from tests.pictures import landscape, png_of, saved

PICTURE = landscape(31, 512)


@pytest.fixture
def picture(alice: Person) -> Picture:
    services.make_origin()
    claim = claimed(alice)
    assert services.deliver(claim, pictures=(png_of(PICTURE), *(png_of(landscape(n, 256)) for n in (32, 33, 34))))
    return Picture.objects.get(job_id=claim.job_id, index=0)


def address(client: Client, data: bytes) -> str:
    page = client.post("/made-here", {"file": SimpleUploadedFile("seen.jpg", data)}).content.decode()
    found = re.search(r'href="(/made-here/report/[^"]+)"', page)
    return found.group(1) if found else ""


def ways(picture: Picture) -> dict[str, bytes]:
    download = services.download(picture=picture, choice=services.Choice())
    return {
        "download": download.data,
        "original": png_of(PICTURE),
        "smaller": saved(PICTURE.resize((256, 256)), "JPEG", quality=60),
    }


@pytest.mark.parametrize("way", ["download", "original", "smaller"])
def test_a_stranger_reports_what_was_found(as_stranger: Client, picture: Picture, alice: Person, way: str) -> None:
    found = address(as_stranger, ways(picture)[way])
    assert found and str(picture.pk) not in found
    page = as_stranger.get(found)
    assert page.status_code == 200 and page["Cache-Control"] == "private, no-store"
    for secret in (alice.email, str(picture.pk), "banana"):
        assert secret not in page.content.decode()
    answer = as_stranger.post(found, {"reason": "likeness", "words": "<script>that is me</script>"})
    assert "Thank you" in answer.content.decode()
    report = Report.objects.get()
    assert (report.subject_kind, report.subject, report.reason) == ("picture", picture.pk, "likeness")


def test_a_reason_is_wanted_and_what_was_written_stays(as_bob: Client, picture: Picture) -> None:
    answer = as_bob.post(address(as_bob, png_of(PICTURE)), {"words": "<i>that is me"})
    assert answer.status_code == 422
    assert "Choose what is wrong." in answer.content.decode() and "&lt;i&gt;that is me" in answer.content.decode()
    assert not Report.objects.exists()


def test_nothing_found_is_nothing_to_report(as_stranger: Client, picture: Picture) -> None:
    assert address(as_stranger, png_of(landscape(70, 256))) == ""


@pytest.mark.parametrize("found", ["x", str(uuid4()), "gAAAAAB" + "x" * 93, "%00", "ü"])
def test_an_address_that_is_not_ours_is_not_there(as_stranger: Client, picture: Picture, found: str) -> None:
    assert as_stranger.get(f"/made-here/report/{found}").status_code == 404


def test_what_is_gone_or_long_ago_is_not_there(
    as_stranger: Client, picture: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = address(as_stranger, png_of(PICTURE))
    with monkeypatch.context() as later:
        later.setattr(recognising, "REPORTED_WITHIN", -1)
        assert as_stranger.get(found).status_code == 404
    assert as_stranger.get(found).status_code == 200
    Picture.objects.filter(pk=picture.pk).delete()
    assert as_stranger.post(found, {"reason": "spam"}).status_code == 404
    assert not Report.objects.exists()


def test_too_many_are_turned_away(as_stranger: Client, picture: Picture, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: Any = address(as_stranger, png_of(PICTURE))
    monkeypatch.setattr("moderation.services.reports.MOST_OF_A_NETWORK", 0)
    answer = as_stranger.post(asked, {"reason": "spam"})
    assert answer.status_code == 429 and "Try again later" in answer.content.decode()
