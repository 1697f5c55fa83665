"""Painting a part anew: what is kept stays, byte for byte, and what is erased is never looked at."""

import numpy as np
import pytest
import torch
from PIL import Image

from gpu_worker.pipeline.frame import Frame, Known
from gpu_worker.pipeline.outpaint import outpaint
from gpu_worker.request import BadRequest
from tests.gpu_worker.asked import SIDE, ask, box, difference, draw, numbers, png, scene, tiny_walker, with_hole


@pytest.fixture(scope="module")
def engine():
    with tiny_walker() as engine:
        yield engine


def edit(engine, source, **fields):
    return draw(engine, ask("edit", sources=(source,), **{"seeds": (1,), **fields})).pictures[0]


def random_hole(seed, side=SIDE):
    """Boxes, single pixels and lines: edges at any place, as a hand makes them."""
    rng = np.random.default_rng(seed)
    hole = rng.random((side, side)) < 0.002
    for _ in range(rng.integers(1, 4)):
        top, left = rng.integers(0, side, 2)
        hole[top : top + rng.integers(1, side // 2), left : left + rng.integers(1, side // 2)] = True
    return hole


@pytest.mark.parametrize("seed", range(8))
def test_every_kept_pixel_is_the_very_one_that_was_given(engine, seed):
    hole, picture = random_hole(seed), scene(seed)
    painted = numbers(edit(engine, png(with_hole(picture, hole)), seeds=(seed,)))
    given = np.array(picture)
    assert (painted[~hole] == given[~hole]).all()
    assert (painted[hole] != given[hole]).any(axis=1).mean() > 0.5


@pytest.mark.parametrize("size", [512, 1024])
def test_it_is_exact_at_every_size(engine, size):
    hole, picture = random_hole(3, size), scene(3, size, size)
    painted = numbers(edit(engine, png(with_hole(picture, hole)), size=size))
    assert painted.shape == (size, size, 3)
    assert (painted[~hole] == np.array(picture)[~hole]).all()
    assert (painted[hole] != np.array(picture)[hole]).any(axis=1).mean() > 0.5


def test_what_was_erased_does_not_matter(engine):
    """The file still holds colours under what is transparent; nothing of them may be seen."""
    hole = random_hole(5)
    one, other = np.array(scene(5).convert("RGBA")), np.array(scene(6).convert("RGBA"))
    other[~hole] = one[~hole]
    files = []
    for pixels in (one, other):
        pixels[..., 3] = np.where(hole, 0, 255)
        files.append(edit(engine, png(Image.fromarray(pixels))))
    assert (numbers(files[0]) == numbers(files[1])).all()


def test_a_mask_of_either_sort_says_the_same_as_transparency(engine):
    hole = box()
    expected = edit(engine, png(with_hole(scene(1), hole)))
    white = png(Image.fromarray((hole * 255).astype(np.uint8)))
    clear = png(with_hole(scene(2), hole))
    for mask in (white, clear):
        assert difference(edit(engine, png(scene(1)), mask=mask), expected) < 0.01


def test_a_hole_in_both_is_a_hole(engine):
    left, right = box(left=20, right=90), box(left=150, right=220)
    mask = png(Image.fromarray((right * 255).astype(np.uint8)))
    painted = numbers(edit(engine, png(with_hole(scene(1), left)), mask=mask))
    changed = (painted != np.array(scene(1))).any(axis=2)
    assert not changed[~(left | right)].any()
    assert changed[left].mean() > 0.5 and changed[right].mean() > 0.5


def test_half_transparent_is_erased(engine):
    pixels = np.array(scene(1).convert("RGBA"))
    pixels[80:180, 64:200, 3] = 254
    painted = numbers(edit(engine, png(Image.fromarray(pixels))))
    assert (painted[80:180, 64:200] != pixels[80:180, 64:200, :3]).any(axis=2).mean() > 0.5


def test_nothing_kept_is_a_drawing_by_words(engine):
    empty = png(Image.new("RGBA", (SIDE, SIDE), (9, 9, 9, 0)))
    by_words = draw(engine, ask("prompt", prompt="a red cat", seeds=(1,))).pictures[0]
    assert difference(edit(engine, empty), by_words) < 0.01


def test_one_pixel_kept_is_kept(engine):
    hole = np.ones((SIDE, SIDE), bool)
    hole[100, 100] = False
    painted = numbers(edit(engine, png(with_hole(scene(1), hole))))
    assert (painted[100, 100] == np.array(scene(1))[100, 100]).all()


def test_what_is_kept_reaches_into_what_is_painted(engine):
    """The same words and seed beside other surroundings are painted otherwise."""
    hole = box()
    one, other = (numbers(edit(engine, png(with_hole(scene(seed), hole)))).astype(float) for seed in (1, 2))
    assert np.abs(one - other)[hole].mean() > 1


@pytest.mark.parametrize("colour", [(230, 30, 30), (30, 60, 230), (20, 20, 20)])
def test_a_hint_draws_the_hole_towards_its_colour(engine, colour):
    hole = box()
    source = png(with_hole(scene(1), hole))
    hint = Image.new("RGBA", (SIDE, SIDE), (0, 0, 0, 0))
    hint.paste((*colour, 255), (64, 80, 200, 180))
    without, hinted = (numbers(edit(engine, source, **more)).astype(float) for more in ({}, {"hint": png(hint)}))
    before, after = (np.abs(picture[hole].mean(axis=0) - colour).mean() for picture in (without, hinted))
    assert after < before - 3
    assert (hinted[~hole] == np.array(scene(1))[~hole]).all()


def test_the_fainter_a_hint_the_less_it_steers(engine):
    hole, source = box(), png(with_hole(scene(1), box()))
    away = []
    for strength in (0, 60, 150, 255):
        hint = Image.new("RGBA", (SIDE, SIDE), (0, 0, 0, 0))
        hint.paste((240, 20, 20, strength), (64, 80, 200, 180))
        painted = numbers(edit(engine, source, hint=png(hint))).astype(float)
        away.append(np.abs(painted[hole].mean(axis=0) - (240, 20, 20)).mean())
    assert away[0] > away[1] > away[2] > away[3]
    assert away[0] - away[3] > 3


def test_a_soft_edge_lets_through_what_was_sent_and_only_near_the_rim(engine):
    hole, picture = box(), scene(1)
    white, given = png(Image.fromarray((box() * 255).astype(np.uint8))), np.array(picture).astype(float)
    hard, soft = (numbers(edit(engine, png(picture), mask=white, soft=soft)).astype(float) for soft in (0, 1))
    assert (soft[~hole] == given[~hole]).all()
    rim, middle = box(top=81, bottom=83), box(top=120, left=100, bottom=140, right=160)
    assert np.abs(soft - given)[rim].mean() < 0.3 * np.abs(hard - given)[rim].mean()
    assert (soft[middle] == hard[middle]).all()
    # Of what was erased wholly nothing is there to be let through.
    clear = png(with_hole(picture, hole))
    assert difference(edit(engine, clear), edit(engine, clear, soft=1)) == 0


@pytest.mark.parametrize("soft", [-0.1, 1.1, float("nan")])
def test_a_softness_that_is_none(engine, soft):
    with pytest.raises(BadRequest):
        edit(engine, png(with_hole(scene(1), box())), soft=soft)


def test_three_at_once_are_what_each_would_be_alone(engine):
    """Every picture of a batch is joined by its own colours and grain."""
    source = png(with_hole(scene(1), box()))
    together = draw(engine, ask("edit", sources=(source,), seeds=(1, 2, 3))).pictures
    assert len(together) == 3
    for seed, picture in zip((1, 2, 3), together, strict=True):
        assert difference(picture, edit(engine, source, seeds=(seed,))) < 0.05


def test_a_hint_outside_the_hole_does_nothing(engine):
    source = png(with_hole(scene(1), box()))
    hint = Image.new("RGBA", (SIDE, SIDE), (250, 0, 0, 255))
    hint.paste((0, 0, 0, 0), (64, 80, 200, 180))
    assert difference(edit(engine, source), edit(engine, source, hint=png(hint))) < 0.01


def test_a_coarse_cell_is_a_hole_if_any_pixel_of_it_is():
    hole = torch.zeros(SIDE, SIDE, dtype=torch.bool)
    hole[130, 77] = True
    frame = Frame(torch.full((SIDE, SIDE, 3), 200, dtype=torch.uint8), hole)
    known = frame.known(64, torch.device("cpu"))
    assert known.hole.sum() == 1 and known.hole[0, 0, 32, 19]
    assert (known.picture[0, :, 32, 19] == 0).all()
    assert frame.known(1024, torch.device("cpu")).hole.sum() == 16
    assert known.masked().shape == (1, 4, 64, 64)


def test_a_wrong_rim_is_drawn_towards_what_is_kept_and_only_inside_the_hole():
    hole = torch.zeros(1, 1, 256, 256, dtype=torch.bool)
    hole[..., 128:] = True
    known = Known(torch.full((1, 3, 256, 256), 0.4) * ~hole, hole)
    joined = known.joined(torch.full((1, 3, 256, 256), 0.1))
    assert (joined[..., :128] == 0.4).all()
    row = joined[0, 0, 128]
    assert (row.diff().abs() < 0.02).all() and row[128] > 0.37
    assert (row[128:].diff() <= 1e-4).all() and 0.1 <= row[-1] < 0.3  # less and less


def test_holding_puts_back_what_is_known_with_the_same_noise_every_time():
    hole = torch.zeros(1, 1, 8, 8, dtype=torch.bool)
    hole[..., 4:] = True
    fresh, x = torch.randn(2, 2, 3, 8, 8, generator=torch.Generator().manual_seed(1)).unbind(0)
    hold = Known(torch.full((1, 3, 8, 8), 0.5) * ~hole, hole).hold(fresh)
    assert torch.equal(hold(x, 1.0)[..., 4:], x[..., 4:])
    assert torch.allclose(hold(x, 1.0)[..., :4], fresh[..., :4], atol=1e-6)
    assert torch.allclose(hold(x, 0.0)[..., :4], torch.tensor(0.5))


@pytest.mark.parametrize("side", ["left", "right", "top", "bottom"])
def test_a_picture_is_made_longer_on_any_side_and_stays_what_it_was(engine, side):
    picture = np.array(scene(2, 300, 200))
    longer = outpaint(
        engine._unclip, torch.from_numpy(picture), ask("prompt", seeds=(1,)), side=side, by=70,
        watch=lambda done, total, shown: None,
    ).numpy()  # fmt: skip
    height, width = longer.shape[:2]
    assert (height, width) == ((200, 370) if side in ("left", "right") else (270, 300))
    kept = {"left": np.s_[:, 70:], "right": np.s_[:, :300], "top": np.s_[70:], "bottom": np.s_[:200]}[side]
    assert (longer[kept] == picture).all()
    new = np.ones((height, width), bool)
    new[kept] = False
    assert longer[new].std() > 5
