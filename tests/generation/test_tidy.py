"""The janitor: files of jobs that ended while nobody was left to remove them."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import Person
from generation import services
from generation.models import Job
from tests.generation.steps import FOUR, brought, claimed, job_of, pictures_of
from tests.pictures import png


def files(folder: Path) -> list[Path]:
    return [file for file in (folder / "media").rglob("*") if file.is_file()]


def died_while_storing(claim: services.Claim, monkeypatch: pytest.MonkeyPatch) -> None:
    """kill -9 between the files and the rows."""

    def killed(*args: object, **_: object) -> bool:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr("generation.services.pictures._record", killed)
        with pytest.raises(SystemExit):
            services.deliver(claim, pictures=FOUR)


def later() -> None:
    Job.objects.filter(finished_at__isnull=False).update(finished_at=timezone.now() - timedelta(minutes=6))


def test_of_a_cancelled_job(alice: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = claimed(alice)
    died_while_storing(claim, monkeypatch)
    services.cancel_job(person=alice, job_id=claim.job_id)
    assert len(files(tmp_path)) == 12
    # Whoever held it may still be writing.
    assert (services.tidy(), len(files(tmp_path))) == (0, 12)
    later()
    assert (services.tidy(), files(tmp_path)) == (1, [])
    assert services.tidy() == 0


def test_of_a_job_that_failed(alice: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = claimed(alice)
    died_while_storing(claim, monkeypatch)
    services.refuse(claim, reason="It cannot be drawn.")
    assert job_of(claim).detail == "It cannot be drawn. You were not charged."
    later()
    assert (services.tidy(), files(tmp_path)) == (1, [])


def test_the_mask_of_a_job_that_was_cancelled(alice: Person, tmp_path: Path) -> None:
    job = services.start_edit(person=alice, source=brought(alice), mask=png(1024), prompt="a hat", key="k")
    services.cancel_job(person=alice, job_id=job.pk)
    later()
    before = len(files(tmp_path))
    services.tidy()
    assert before - len(files(tmp_path)) == 1


def test_what_was_delivered_is_left_alone(alice: Person, tmp_path: Path) -> None:
    pictures_of(alice)
    later()
    before = files(tmp_path)
    assert services.tidy() == 0
    Job.objects.update(tidied_at=None)
    assert (services.tidy(), files(tmp_path)) == (1, before)
