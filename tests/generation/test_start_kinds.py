"""Starting what begins from pictures: what it costs, whose pictures they are, and what is asked of the engine."""

import io
import math
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.http import Http404
from PIL import Image
from pytest_django import Settings

from accounts.models import Person
from billing import services as billing
from generation import services
from generation.models import Job, JobSource, Picture
from tests.generation.files import halves, saved
from tests.generation.steps import brought, pictures_of
from tests.pictures import png

Start = Callable[..., Job]


def starts(person: Person, source: Picture, other: Picture) -> dict[str, Start]:
    return {
        "variation": partial(services.start_variation, person=person, source=source, strength=0.5),
        "edit": partial(services.start_edit, person=person, source=source, mask=png(1024), prompt="a hat"),
        "blend": partial(services.start_blend, person=person, first=source, second=other),
        "text_diff": partial(
            services.start_text_diff, person=person, source=source, from_prompt="winter", to_prompt="summer"
        ),
    }


KINDS = ("variation", "edit", "blend", "text_diff")


def left(person: Person) -> int:
    return settings.FIRST_MONTH_CREDITS - billing.balance_of(person=person)


@pytest.mark.parametrize("kind", KINDS)
def test_each_costs_one_credit_once(alice: Person, kind: str) -> None:
    source, other, *_ = pictures_of(alice)
    start = starts(alice, source, other)[kind]
    before = left(alice)
    job = start(key="same")
    assert start(key="same").pk == job.pk
    assert left(alice) - before == 1
    assert (job.kind, job.status) == (kind, Job.Status.QUEUED)
    assert len(job.seeds) == (1 if kind in Job.FRAME_KINDS else 3)
    assert [found.picture for found in job.sources.all()] == ([source, other] if kind == "blend" else [source])
    assert {found.made_by for found in job.sources.all()} == {source.job}


@pytest.mark.parametrize("kind", KINDS)
def test_of_another_person_or_from_the_trash_there_is_nothing(alice: Person, bob: Person, kind: str) -> None:
    source, other, *_ = pictures_of(alice)
    with pytest.raises(Http404):
        starts(bob, source, other)[kind](key="k")
    services.trash_pictures(person=alice, picture_ids=[source.pk])
    source.refresh_from_db()
    with pytest.raises(Http404):
        starts(alice, source, other)[kind](key="k")
    assert not JobSource.objects.exists()
    assert [left(alice), left(bob)] == [1, 0]


def test_asked_again_after_its_source_went_to_the_trash_it_is_the_same_job(alice: Person) -> None:
    source, *_ = pictures_of(alice)
    job = services.start_variation(person=alice, source=source, strength=0.5, key="k")
    services.trash_pictures(person=alice, picture_ids=[source.pk])
    source.refresh_from_db()
    assert services.start_variation(person=alice, source=source, strength=0.5, key="k").pk == job.pk


def test_a_key_is_spent_for_anything_else(alice: Person) -> None:
    first, second, *_ = pictures_of(alice)
    services.start_variation(person=alice, source=first, strength=0.5, key="k")
    others: list[Callable[[], Job]] = [
        partial(services.start_variation, person=alice, source=first, strength=0.6, key="k"),
        partial(services.start_variation, person=alice, source=second, strength=0.5, key="k"),
        partial(services.start_variation, person=alice, source=first, strength=0.5, negative="fog", key="k"),
        partial(services.start_job, person=alice, prompt=first.job.prompt, key="k"),
        partial(services.start_blend, person=alice, first=first, second=second, key="k"),
    ]
    for other in others:
        with pytest.raises(services.KeyUsed):
            other()
    assert Job.objects.count() == 2


def test_a_key_is_spent_for_another_mask(alice: Person) -> None:
    source, *_ = pictures_of(alice)
    edit = partial(services.start_edit, person=alice, source=source, prompt="a hat", key="k")
    job = edit(mask=png(1024))
    assert edit(mask=png(1024)).pk == job.pk
    with pytest.raises(services.KeyUsed):
        edit(mask=png(1024, (1, 2, 3)))
    assert default_storage.listdir(f"inputs/{str(job.pk)[:2]}/{job.pk}")[1] == ["mask.png"]


@pytest.mark.parametrize("strength", [-0.1, 1.1, math.nan, math.inf])
def test_a_strength_that_is_none(alice: Person, strength: float) -> None:
    source, *_ = pictures_of(alice)
    with pytest.raises(services.BadOptions, match="from 0 to 1"):
        services.start_variation(person=alice, source=source, strength=strength, key="k")


def test_what_would_change_nothing_is_refused(alice: Person) -> None:
    source, *_ = pictures_of(alice)
    with pytest.raises(services.BadOptions, match="two different pictures"):
        services.start_blend(person=alice, first=source, second=source, key="k")
    with pytest.raises(services.BadOptions, match="say the same"):
        services.start_text_diff(person=alice, source=source, from_prompt="dusk", to_prompt=" dusk ", key="k")
    with pytest.raises(services.BadSentence, match="Write what you want"):
        services.start_text_diff(person=alice, source=source, from_prompt="dusk", to_prompt=" ", key="k")
    assert left(alice) == 1


def test_a_mask_that_is_none_leaves_nothing(alice: Person, tmp_path: Path) -> None:
    source, *_ = pictures_of(alice)
    with pytest.raises(services.BadOptions, match="not a picture that can be opened"):
        services.start_edit(person=alice, source=source, mask=png(1024), hint=b"GIF or not", prompt="a hat", key="k")
    assert left(alice) == 1
    assert [file for file in (tmp_path / "media" / "inputs").rglob("*") if file.is_file()] == []


def test_a_mask_of_another_shape_is_refused(alice: Person) -> None:
    source, *_ = pictures_of(alice)
    wide = saved(halves((400, 200)), "PNG")
    with pytest.raises(services.BadOptions, match="400 × 200 pixels; like the picture, it must be a square"):
        services.start_edit(person=alice, source=source, mask=wide, prompt="a hat", key="k")


@pytest.mark.parametrize(
    ("mask", "mode"),
    [
        (Image.new("RGBA", (1024, 1024), (0, 0, 0, 0)), "RGBA"),
        (Image.new("1", (512, 512), 1), "L"),
        (Image.new("RGB", (1024, 1024), "white"), "L"),
        (Image.new("LA", (1024, 1024), (0, 0)), "RGBA"),
    ],
    ids=["transparent", "one bit", "white", "grey and transparent"],
)
def test_a_mask_reaches_the_engine_as_it_reads_masks(alice: Person, mask: Image.Image, mode: str) -> None:
    source, *_ = pictures_of(alice)
    job = services.start_edit(person=alice, source=source, mask=saved(mask, "PNG"), prompt="a hat", key="k")
    stored = Image.open(io.BytesIO(default_storage.open(job.mask).read()))
    assert (stored.mode, stored.size) == (mode, (1024, 1024))
    # Transparent in the one, white in the other: all of it is to be painted.
    assert stored.getextrema()[-1] == (0, 0) if mode == "RGBA" else stored.getextrema() == (255, 255)


def test_without_credits_no_file_stays(alice: Person, tmp_path: Path) -> None:
    source, *_ = pictures_of(alice)
    billing.reserve(person=alice, amount=billing.balance_of(person=alice), reference="all of it")
    with pytest.raises(billing.OutOfCredits):
        services.start_edit(person=alice, source=source, mask=png(1024), prompt="a hat", key="k")
    assert [file for file in (tmp_path / "media" / "inputs").rglob("*") if file.is_file()] == []
    assert Job.objects.count() == 1


def test_an_upload_counts_once_it_was_screened(alice: Person) -> None:
    waiting = brought(alice, ready=False)
    with pytest.raises(Http404):
        services.start_variation(person=alice, source=waiting, strength=0.5, key="k")
    assert services.screen_next()
    waiting.refresh_from_db()
    job = services.start_variation(person=alice, source=waiting, strength=0.5, key="k")
    assert [source.upload for source in job.sources.all()] == [waiting]
    assert services.snapshot(job)["title"] == "Variation of an upload"


def test_it_is_called_by_the_words_it_comes_from(alice: Person) -> None:
    fox, vixen, *_ = pictures_of(alice, prompt="a fox", key="1")
    owl, *_ = pictures_of(alice, prompt="an owl", key="2")
    titles = [
        services.snapshot(job)["title"]
        for job in (
            services.start_variation(person=alice, source=fox, strength=1, key="3"),
            services.start_blend(person=alice, first=fox, second=owl, key="4"),
            services.start_text_diff(person=alice, source=fox, from_prompt="winter", to_prompt="summer", key="5"),
            services.start_text_diff(person=alice, source=fox, from_prompt="", to_prompt="summer", key="6"),
            services.start_blend(person=alice, first=fox, second=vixen, key="7"),
        )
    ]
    assert titles == [
        "Variation of “a fox”",
        "Blend of “a fox × an owl”",
        "winter → summer",
        "summer",
        "Blend of “a fox”",
    ]


@pytest.mark.parametrize("where", ["negative", "from_prompt", "to_prompt"])
def test_screening_reads_every_sentence(alice: Person, settings: Settings, where: str) -> None:
    source, *_ = pictures_of(alice)
    settings.BLOCKED_WORDS_FILE.write_text("badger\n")
    sentences = {"from_prompt": "winter", "to_prompt": "summer", "negative": "fog", where: "a badger"}
    job = services.start_text_diff(person=alice, source=source, key="k", **sentences)
    assert services.screen_next()
    job.refresh_from_db()
    assert (job.status, "“badger”" in job.detail) == (Job.Status.REFUSED, True)
    assert left(alice) == 1


def test_what_is_not_wanted_goes_with_a_prompt(alice: Person) -> None:
    job = services.start_job(person=alice, prompt="a street", negative="cars, people", key="k")
    assert services.start_job(person=alice, prompt="a street", negative="cars, people", key="k").pk == job.pk
    assert services.snapshot(job)["options"] == {"negative": "cars, people"}
    with pytest.raises(services.KeyUsed):
        services.start_job(person=alice, prompt="a street", key="k")
