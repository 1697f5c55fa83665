"""A prompt tip while one waits: only with a picture that is really there, and gone from what is opened later."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import Person
from generation import services
from generation.models import Job
from generation.services import styles
from tests.generation.steps import started
from tests.pictures import landscape, saved


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """A copy's own samples, of which there may be any or none, play no part."""
    found = tmp_path / "static" / "samples" / "styles"
    found.mkdir(parents=True)
    settings.STATICFILES_DIRS = [tmp_path / "static"]
    styles.sample_of.cache_clear()
    yield found
    styles.sample_of.cache_clear()


@pytest.fixture
def samples(folder: Path) -> None:
    (folder / "oil.webp").write_bytes(saved(landscape(3, 64), "WEBP"))


def test_without_pictures_there_are_no_tips(as_alice: Client, alice: Person) -> None:
    assert services.tip() is None
    assert "job__tip" not in as_alice.get(f"/jobs/{started(alice).pk}").content.decode()


@pytest.mark.usefixtures("samples")
def test_a_tip_with_its_picture_while_one_waits(as_alice: Client, alice: Person) -> None:
    job = started(alice)
    for path in (f"/jobs/{job.pk}", "/"):
        page = as_alice.get(path).content.decode()
        assert "job__tip" in page and "samples/styles/oil.webp" in page
        assert "Say where the light comes from" in page and "For example: oil painting" in page
    Job.objects.update(status=Job.Status.DELIVERED)
    assert "job__tip" not in as_alice.get(f"/jobs/{job.pk}").content.decode()


def test_every_tip_names_a_style_that_there_is() -> None:
    assert {code for code, _words in services.tips.TIPS} <= set(styles.CHIPS)
