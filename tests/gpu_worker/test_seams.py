"""The seam's score, and what joining does to seams."""

import numpy as np
import pytest
import torch

from gpu_worker.evaluation.seams import seam
from gpu_worker.pipeline.frame import Frame, shown_through
from gpu_worker.pipeline.pictures import from_bytes, to_bytes
from tests.gpu_worker.asked import SIDE, box, scene
from tests.pictures import landscape


def grainy(seed=1, level=4.0):
    noise = np.random.default_rng(seed).normal(0, level, (SIDE, SIDE, 3))
    return np.clip(np.array(scene(seed)) + noise, 0, 255).astype(np.uint8)


def joined(picture, hole, drawn):
    frame = Frame(torch.from_numpy(picture * ~hole[..., None]), torch.from_numpy(hole))
    noise = torch.randn(1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(1))
    known = frame.known(SIDE, torch.device("cpu"))
    return to_bytes(known.joined(from_bytes(torch.from_numpy(drawn.astype(np.uint8)))[None], noise)[0]).numpy()


def pasted(picture, hole, drawn):
    return np.where(hole[..., None], drawn, picture).astype(np.uint8)


def right_half():
    hole = np.zeros((SIDE, SIDE), bool)
    hole[:, SIDE // 2 :] = True
    return hole


def test_a_border_like_any_other_place_scores_one_and_a_step_as_much_as_it_is():
    picture = np.random.default_rng(1).integers(0, 40, (SIDE, SIDE, 3)).astype(np.uint8)
    assert 0.95 < seam(picture, right_half()).score < 1.05
    flat = np.full((SIDE, SIDE, 3), 100, np.uint8)
    assert (seam(flat, right_half()).own, seam(flat, right_half()).score) == (0, 1)
    found = seam(pasted(flat, right_half(), flat + 30), right_half())
    assert (found.across, found.own, found.score) == (30, 0, 31)


@pytest.mark.parametrize("turn", range(4))
def test_it_is_the_same_from_every_side(turn):
    picture, hole = grainy(2), box()
    spoiled = pasted(picture, hole, np.clip(picture + 25.0, 0, 255))
    assert seam(np.rot90(spoiled, turn), np.rot90(hole, turn)).score == pytest.approx(seam(spoiled, hole).score)


@pytest.mark.parametrize("hole", [np.zeros((8, 8), bool), np.ones((8, 8), bool)])
def test_without_a_border_there_is_no_score(hole):
    with pytest.raises(ValueError, match="no border"):
        seam(np.zeros((8, 8, 3), np.uint8), hole)


@pytest.mark.parametrize("hole", [box(), right_half()], ids=["inside", "over the border"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_wrong_colour_is_made_right_all_over_and_its_seam_is_gone(hole, seed):
    picture = np.array(landscape(seed, SIDE))
    drawn = np.clip(picture * 0.9 + (18, -10, 6), 0, 255)
    plain, ours = pasted(picture, hole, drawn), joined(picture, hole, drawn)
    assert (ours[~hole] == picture[~hole]).all()
    itself = seam(picture, hole).score
    assert abs(seam(ours, hole).score - itself) < 0.3 * itself
    before, after = (np.abs(each[hole].astype(float) - picture[hole]).mean() for each in (plain, ours))
    assert after < 0.8 * before  # also of what is lively all over


def test_a_step_beside_which_the_net_was_right_is_spread_over_a_feather_inside_the_hole():
    picture, hole = np.full((SIDE, SIDE, 3), 60, np.uint8), right_half()
    drawn = pasted(picture, hole, picture + 120)
    ours = joined(picture, hole, drawn)
    row = ours[SIDE // 2, :, 0].astype(int)
    assert np.abs(np.diff(row)).max() <= 32 and seam(ours, hole).score < 0.1 * seam(drawn, hole).score
    assert (row[: SIDE // 2] == 60).all() and (row[SIDE // 2 + SIDE // 6 :] == 180).all()


@pytest.mark.parametrize(("level", "drawn_level", "left"), [(8, 0, 0.3), (2, 12, 0.6)], ids=["missing", "too much"])
def test_grain_is_that_of_the_neighbourhood(level, drawn_level, left):
    hole, near = right_half(), np.s_[20:-20, SIDE // 2 + 2 : SIDE // 2 + 12]
    picture, drawn = (grainy(1, each).astype(float) for each in (level, drawn_level))
    picture = picture.astype(np.uint8)

    def grain(pixels):
        return float(np.abs(np.diff(pixels[near].astype(float), axis=0)).mean())

    wanted = grain(picture)
    assert abs(grain(joined(picture, hole, drawn)) - wanted) < left * abs(grain(drawn) - wanted)


def test_where_all_is_right_nothing_is_changed_that_could_be_seen():
    picture, hole = np.array(landscape(5, SIDE)), box()
    changed = np.abs(joined(picture, hole, picture).astype(float) - picture)
    assert changed.mean() < 1.5 and not changed[~hole].any()


def test_how_much_shows_through_falls_from_the_rim_and_never_beyond_what_was_sent():
    hole = torch.from_numpy(right_half())
    whole = shown_through(torch.ones(SIDE, SIDE), hole, 1.0)
    row = whole[100]
    assert not row[: SIDE // 2].any() and (row[SIDE // 2 : SIDE // 2 + 32].diff() < 0).all()
    assert row[SIDE // 2] > 0.9 and not row[SIDE // 2 + 33 :].any()
    assert shown_through(torch.full((SIDE, SIDE), 0.2), hole, 1.0).max() == pytest.approx(0.2)
    assert shown_through(torch.ones(SIDE, SIDE), hole, 0.0) is None
