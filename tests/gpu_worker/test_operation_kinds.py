"""What holds for every kind of job: seeds, previews, an end in the middle, and no word with its neighbours."""

import dataclasses

import pytest

from gpu_worker.engines import DrawingCancelled
from tests.gpu_worker.asked import KINDS, ask, difference, draw, numbers, png, scene, tiny_walker

SEEDED = ("prompt", "variation", "edit")


@pytest.fixture(scope="module")
def engine():
    with tiny_walker() as engine:
        yield engine


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_request_means_the_same_pictures(engine, kind):
    first, second = (draw(engine, ask(kind)).pictures for _ in range(2))
    assert len(first) == ask(kind).pictures
    assert max(difference(one, other) for one, other in zip(first, second, strict=True)) < 0.5


@pytest.mark.parametrize("kind", SEEDED)
def test_another_seed_is_another_picture_and_a_neighbour_changes_nothing(engine, kind):
    """4e-3 of the range, which is one of 255, is what batches may differ by."""
    together = draw(engine, ask(kind, seeds=(5, 6, 7))).pictures
    (alone,) = draw(engine, ask(kind, seeds=(6,))).pictures
    assert difference(together[1], alone) < 0.004 * 255
    assert difference(together[0], together[2]) > 1.5


@pytest.mark.parametrize("kind", ["blend", "text_diff"])
def test_a_frame_is_the_same_alone_and_among_others(engine, kind):
    together = draw(engine, ask(kind, thetas=(0.0, 0.2, 0.5))).pictures
    (alone,) = draw(engine, ask(kind, thetas=(0.2,))).pictures
    assert difference(together[1], alone) < 0.004 * 255


@pytest.mark.parametrize("kind", KINDS)
def test_every_step_has_as_many_previews_as_pictures_come(engine, kind):
    previews = []
    request = ask(kind, size=512)
    if kind == "edit":
        request = dataclasses.replace(request, sources=(png(transparent_corner(512)),))
    draw(engine, request, previews)
    assert [preview.step for preview in previews] == list(range(1, previews[0].steps + 1))
    assert {len(preview.images) for preview in previews} == {request.pictures}


def transparent_corner(side):
    picture = scene(1, side, side).convert("RGBA")
    picture.paste((0, 0, 0, 0), (0, 0, side // 2, side // 2))
    return picture


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_ends_in_the_middle_when_cancelled(engine, kind):
    steps = []
    draw(engine, ask(kind), steps)
    for enough in {0, len(steps) // 2, len(steps) - 1}:
        seen = []
        with pytest.raises(DrawingCancelled):
            engine.draw(ask(kind), progress=seen.append, cancelled=lambda seen=seen, enough=enough: len(seen) >= enough)
        assert len(seen) == enough


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "upscale"])
def test_what_is_not_wanted_changes_the_picture_and_nothing_said_does_not(engine, kind):
    plain = draw(engine, ask(kind)).pictures[1]
    assert difference(plain, draw(engine, ask(kind, negative="a blue storm")).pictures[1]) > 0.2
    assert difference(plain, draw(engine, ask(kind, negative="  ")).pictures[1]) < 0.01


@pytest.mark.parametrize("size", [256, 512, 1024])
def test_variations_come_in_the_size_asked_for_whatever_their_source(engine, size):
    source = png(scene(4, 90, 33))
    (file,) = draw(engine, ask("variation", sources=(source,), seeds=(1,), size=size, steps=2)).pictures
    assert numbers(file).shape == (size, size, 3)
