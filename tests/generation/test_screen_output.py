"""What is drawn is judged before anybody sees it: drawn once more, then left out, and nothing is charged."""

import pytest
from django.conf import settings
from PIL import Image

from accounts.models import Person
from billing import services as billing
from generation import services
from generation.models import Job, Picture
from generation.services import output
from moderation import services as moderation
from tests.generation.steps import FOUR, claimed, job_of
from tests.pictures import png

BAD = png(colour=(1, 2, 3))


@pytest.fixture(autouse=True)
def judge(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures of one colour are refused; the filters themselves have tests of their own."""

    def verdict(*, image: Image.Image, **_: object) -> moderation.Verdict:
        bad = image.convert("RGB").getpixel((5, 5)) == (1, 2, 3)
        return moderation.Verdict(allowed=not bad, category="sexual" if bad else "")

    monkeypatch.setattr(output.moderation, "screen_output", verdict)


def spent(person: Person) -> int:
    return settings.FIRST_MONTH_CREDITS - billing.balance_of(person=person)


def test_what_is_refused_is_drawn_again_with_another_seed(alice: Person) -> None:
    claim = claimed(alice)
    asked: list[tuple[int, ...]] = []

    def redraw(seeds: tuple[int, ...]) -> tuple[bytes, ...]:
        asked.append(seeds)
        return (png(colour=(9, 200, 9)),)

    assert services.deliver(claim, pictures=(FOUR[0], BAD, *FOUR[2:]), redraw=redraw)
    pictures = list(Picture.objects.order_by("index"))
    assert [picture.index for picture in pictures] == [0, 1, 2, 3]
    assert [len(seeds) for seeds in asked] == [1]
    assert pictures[1].seed == asked[0][0] != claim.seeds[1]
    assert pictures[0].seed == claim.seeds[0]
    assert spent(alice) == 1
    assert job_of(claim).detail == ""


def test_refused_again_the_rest_is_delivered_and_costs_nothing(alice: Person) -> None:
    claim = claimed(alice)
    assert services.deliver(claim, pictures=(FOUR[0], BAD, *FOUR[2:]), redraw=lambda seeds: (BAD,))
    assert sorted(Picture.objects.values_list("index", flat=True)) == [0, 2, 3]
    assert spent(alice) == 0
    job = job_of(claim)
    assert job.status == Job.Status.DELIVERED
    assert "not charged" in job.detail


def test_where_nothing_may_be_shown_the_job_is_refused(alice: Person) -> None:
    claim = claimed(alice)
    assert not services.deliver(claim, pictures=(BAD,) * 4, redraw=lambda seeds: (BAD,) * len(seeds))
    assert not Picture.objects.exists()
    assert (job_of(claim).status, spent(alice)) == (Job.Status.REFUSED, 0)


def test_the_model_may_be_unable_to_draw_again(alice: Person) -> None:
    claim = claimed(alice)
    assert services.deliver(claim, pictures=(*FOUR[:3], BAD), redraw=lambda seeds: ())
    assert (Picture.objects.count(), spent(alice)) == (3, 0)


def test_filters_that_are_down_show_nothing_and_it_is_tried_again(
    alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(**_: object) -> moderation.Verdict:
        raise moderation.FilterDown("not there")

    claim = claimed(alice)
    for _attempt in range(settings.MOST_ATTEMPTS):
        with monkeypatch.context() as patch:
            patch.setattr(output.moderation, "screen_output", down)
            assert not services.deliver(claim, pictures=FOUR)
        services.sweep()
        again = services.claim_drawing()
        if again is None:
            break
        claim = again
    assert not Picture.objects.exists()
    assert (job_of(claim).status, spent(alice)) == (Job.Status.FAILED, 0)


def test_a_sentence_waits_while_filters_load_and_is_refunded_when_they_stay_away(
    alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = services.start_job(person=alice, prompt="a fox", key="k")
    monkeypatch.setattr("moderation.services.filters_loading", lambda: True)
    assert not services.screen_next()
    job.refresh_from_db()
    assert (job.status, job.failures) == (Job.Status.QUEUED, 0)
    monkeypatch.setattr("moderation.services.filters_loading", lambda: False)

    def down(**_: object) -> moderation.Verdict:
        raise moderation.FilterDown("not there")

    monkeypatch.setattr("moderation.services.screen_sentence", down)
    for _attempt in range(settings.MOST_ATTEMPTS):
        assert services.screen_next()
        services.sweep()
    job.refresh_from_db()
    assert (job.status, spent(alice)) == (Job.Status.FAILED, 0)
