"""The whole way of each kind, with the tiny engine in its child process: from the press to the files."""

import io
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from PIL import Image, ImageChops

from accounts.models import Person
from billing import services as billing
from billing.models import Entry
from generation import services
from generation.models import Job, Picture
from gpu_worker import tasks
from gpu_worker.runtime.child import ModelChild
from tests.generation.steps import brought
from tests.pictures import png


@pytest.fixture(scope="module")
def tiny() -> Iterator[ModelChild]:
    child = ModelChild(engine="tiny")
    yield child
    child.close()


@pytest.fixture(autouse=True)
def _tiny_engine(tiny: ModelChild, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "model", tiny)


def photo() -> bytes:
    """Something to keep the pixels of: noise is the least forgiving."""
    out = io.BytesIO()
    Image.effect_noise((1024, 1024), 90).convert("RGB").save(out, "PNG")
    return out.getvalue()


def drawn(job: Job) -> Job:
    assert services.screen_next()
    assert tasks.draw_next()
    job.refresh_from_db()
    return job


def opened(name: str) -> Image.Image:
    return Image.open(io.BytesIO(default_storage.open(name).read())).convert("RGB")


def assert_paid_once(job: Job) -> None:
    entries = Entry.objects.filter(reference=str(job.pk)).order_by("pk")
    assert list(entries.values_list("kind", flat=True)) == ["reserve", "capture"]
    assert billing.unbalanced() == []


def assert_files(picture: Picture) -> None:
    assert [opened(name).width for name in (picture.file, picture.small, picture.thumb)] == [1024, 512, 256]


def test_a_variation_of_an_upload(alice: Person) -> None:
    job = drawn(services.start_variation(person=alice, source=brought(alice, photo()), strength=0.4, key="k"))
    assert (job.status, job.detail) == (Job.Status.DELIVERED, "")
    pictures = list(job.pictures.all())
    assert [picture.seed for picture in pictures] == job.seeds
    assert [(picture.kept, picture.theta) for picture in pictures] == [(True, None)] * 3
    assert (job.used["kind"], job.used["strength"], job.used["seeds"]) == ("variation", 0.4, job.seeds)
    for picture in pictures:
        assert_files(picture)
    assert_paid_once(job)


def test_an_edit_changes_nothing_that_was_not_erased(alice: Person) -> None:
    source = brought(alice, photo())
    mask = Image.new("RGBA", (1024, 1024), "black")
    hole = (300, 200, 700, 800)
    mask.paste((0, 0, 0, 0), hole)
    out = io.BytesIO()
    mask.save(out, "PNG")
    job = drawn(
        services.start_edit(person=alice, source=source, mask=out.getvalue(), prompt="a fox in the snow", key="k")
    )
    assert (job.status, job.detail) == (Job.Status.DELIVERED, "")
    before = opened(source.file)
    pictures = list(job.pictures.all())
    assert len(pictures) == 3
    for picture in pictures:
        difference = ImageChops.difference(before, opened(picture.file))
        changed = difference.getbbox()
        assert changed is not None, "nothing was painted"
        assert all(edge >= at for edge, at in zip(changed[:2], hole[:2], strict=True)), changed
        assert all(edge <= at for edge, at in zip(changed[2:], hole[2:], strict=True)), changed
        assert_files(picture)
    assert_paid_once(job)


@pytest.mark.parametrize("kind", ["blend", "text_diff"])
def test_seven_frames_for_one_credit(alice: Person, kind: str) -> None:
    first, second = brought(alice, photo()), brought(alice, png(200))
    if kind == "blend":
        job = services.start_blend(person=alice, first=first, second=second, key="k")
    else:
        job = services.start_text_diff(person=alice, source=first, from_prompt="winter", to_prompt="summer", key="k")
    job = drawn(job)
    assert (job.status, job.detail) == (Job.Status.DELIVERED, "")
    frames = list(job.pictures.all())
    reach = 1.0 if kind == "blend" else 0.5
    assert [frame.theta for frame in frames] == pytest.approx([reach * place / 6 for place in range(7)])
    assert {frame.seed for frame in frames} == set(job.seeds)
    assert not any(frame.kept for frame in frames)
    assert ImageChops.difference(opened(frames[0].file), opened(frames[6].file)).getbbox() is not None
    assert services.recent_pictures(person=alice) == []
    assert billing.balance_of(person=alice) == settings.FIRST_MONTH_CREDITS - 1
    assert_paid_once(job)


def test_what_the_model_did_not_read_is_said(alice: Person) -> None:
    job = drawn(services.start_job(person=alice, prompt="a fox " + "zzyzx " * 40, key="k"))
    (unread,) = services.snapshot(job)["unread"]
    assert unread
    assert job.prompt.endswith(unread)


def test_what_cannot_be_drawn_is_refunded_in_words_and_not_tried_again(alice: Person) -> None:
    source = brought(alice, photo())
    # All black and nothing transparent: nothing is erased, which the engine finds out.
    nothing = io.BytesIO()
    Image.new("L", (1024, 1024), 0).save(nothing, "PNG")
    job = services.start_edit(person=alice, source=source, mask=nothing.getvalue(), prompt="a fox", key="k")
    job = drawn(job)
    assert (job.status, job.failures) == (Job.Status.FAILED, 0)
    assert job.detail == ("Nothing of the picture is erased, so there is nothing to paint. You were not charged.")
    services.sweep()
    assert not tasks.draw_next()
    assert billing.balance_of(person=alice) == settings.FIRST_MONTH_CREDITS


def test_what_it_begins_from_was_deleted_for_good(alice: Person) -> None:
    source = brought(alice, photo())
    job = services.start_variation(person=alice, source=source, strength=0.5, key="k")
    source.delete()
    job = drawn(job)
    assert job.status == Job.Status.FAILED
    assert job.detail == "The picture that it was to be made from has been deleted. You were not charged."
    assert billing.balance_of(person=alice) == settings.FIRST_MONTH_CREDITS


def test_in_the_trash_it_is_drawn_all_the_same(alice: Person) -> None:
    source = brought(alice, photo())
    job = services.start_variation(person=alice, source=source, strength=0.5, key="k")
    services.trash_upload(person=alice, upload_id=source.pk)
    assert drawn(job).status == Job.Status.DELIVERED
