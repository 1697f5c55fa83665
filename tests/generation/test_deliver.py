import base64
import errno
import hashlib
import io
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import OperationalError
from PIL import Image

from accounts.models import Person
from billing import services as billing
from generation import services
from generation.models import Job, Picture
from generation.services import pictures
from tests.generation.steps import FOUR, claimed, job_of, lose_lease


def files() -> list[str]:
    found: list[str] = []
    folders = [""]
    while folders:
        here = folders.pop()
        # Nothing stored yet, not even the folder.
        inner, names = default_storage.listdir(here) if default_storage.exists(here) else ([], [])
        folders += [f"{here}/{name}".lstrip("/") for name in inner]
        found += [f"{here}/{name}" for name in names]
    return sorted(found)


def test_stores_four_and_spends_the_credit(alice: Person) -> None:
    claim = claimed(alice)
    assert services.deliver(claim, pictures=FOUR)
    pictures = list(Picture.objects.filter(job_id=claim.job_id))
    assert [picture.seed for picture in pictures] == list(claim.seeds)
    for picture, png in zip(pictures, FOUR, strict=True):
        stored = default_storage.open(picture.file).read()
        assert hashlib.sha256(stored).digest() == hashlib.sha256(png).digest()
        for name, side in ((picture.small, 512), (picture.thumb, 256)):
            assert Image.open(io.BytesIO(default_storage.open(name).read())).size == (side, side)
        blur = base64.b64decode(picture.blur.removeprefix("data:image/webp;base64,"))
        assert Image.open(io.BytesIO(blur)).size == (16, 16)
        assert (picture.person, picture.theta, picture.kept) == (alice, None, True)
    assert job_of(claim).status == Job.Status.DELIVERED
    assert billing.balance_of(person=alice) == settings.FIRST_MONTH_CREDITS - 1
    assert billing.unbalanced() == []


def test_again_changes_nothing(alice: Person) -> None:
    claim = claimed(alice)
    assert services.deliver(claim, pictures=FOUR)
    before = files()
    assert not services.deliver(claim, pictures=FOUR)
    assert files() == before
    assert Picture.objects.count() == 4


def test_a_late_worker_leaves_nothing_behind(alice: Person) -> None:
    late = claimed(alice)
    lose_lease(late)
    services.sweep()
    current = services.claim_drawing()
    assert current is not None
    assert not services.deliver(late, pictures=FOUR)
    assert services.deliver(current, pictures=FOUR)
    assert len(files()) == 12
    assert job_of(current).attempt == current.attempt


def test_files_of_an_attempt_that_died_are_removed(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    died = claimed(alice)
    with monkeypatch.context() as patch:
        # kill -9 between the files and the rows: nothing of the tidying up runs
        patch.setattr("generation.services.pictures._record", _killed)
        with pytest.raises(SystemExit):
            services.deliver(died, pictures=FOUR)
    left = files()
    assert len(left) == 12
    lose_lease(died)
    services.sweep()
    again = services.claim_drawing()
    assert again is not None
    assert services.deliver(again, pictures=FOUR)
    assert len(files()) == 12
    assert not set(files()) & set(left)
    assert billing.balance_of(person=alice) == settings.FIRST_MONTH_CREDITS - 1


def test_an_error_after_the_commit_costs_no_picture(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = claimed(alice)
    record = pictures._record

    def cut_off(*args: Any, **facts: Any) -> bool:
        record(*args, **facts)
        raise OperationalError("the connection was lost before the answer to COMMIT came")

    monkeypatch.setattr(pictures, "_record", cut_off)
    with pytest.raises(OperationalError):
        services.deliver(claim, pictures=FOUR)
    assert job_of(claim).status == Job.Status.DELIVERED
    assert [default_storage.exists(picture.file) for picture in Picture.objects.all()] == [True] * 4


def test_half_a_file_is_removed(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = claimed(alice)
    save = FileSystemStorage.save

    def full_disk(self: FileSystemStorage, name: str, content: ContentFile) -> str:
        if "-2" not in name:
            return save(self, name, content)
        save(self, name, ContentFile(content.read()[:100]))
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "save", full_disk)
    with pytest.raises(OSError, match="No space"):
        services.deliver(claim, pictures=FOUR)
    assert files() == []
    assert not Picture.objects.exists()


def test_a_picture_that_is_none_is_never_delivered(alice: Person) -> None:
    claim = claimed(alice)
    with pytest.raises(OSError, match="cannot identify"):
        services.deliver(claim, pictures=(*FOUR[:3], b"not a picture"))
    assert not Picture.objects.exists()
    assert files() == []


def _killed(*args: object, **_: object) -> bool:
    raise SystemExit
