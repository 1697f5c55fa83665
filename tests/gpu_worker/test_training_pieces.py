"""Masks, corruptions, weights of moments, minimal pairs, curves."""

import math

import pytest
import torch
from PIL import Image
from torch.nn import functional as F

from gpu_worker.training import corrupt, diffusing, masks
from gpu_worker.training.clip import contrastive_loss, same_caption
from gpu_worker.training.plot import loss_curve, read_log, sheet
from gpu_worker.training.upsampler import busiest_crops, fine_energy
from tests.gpu_worker.trainings import BUILDERS, CPU, one_thread  # noqa: F401


def source(seed=0):
    return torch.Generator().manual_seed(seed)


def test_holes_are_of_every_sort_and_hide_the_whole_thing():
    thing = torch.zeros(200, 64, 64, dtype=torch.bool)
    thing[:, 20:40, 24:44] = True
    hole = masks.holes(thing, source())
    assert hole.shape == (200, 1, 64, 64)
    assert set(hole.unique().tolist()) == {0.0, 1.0}
    share = hole.mean(dim=(1, 2, 3))
    assert share.min() > 0 and share.max() < 0.95
    covers = (hole[:, 0][:, 20:40, 24:44] == 1).all(dim=(1, 2))
    only = (hole[:, 0, 0] == 0).all(dim=1)
    assert 0.35 < (covers & only).float().mean() < 0.7
    edge = (hole[:, 0, 0, :] == 1).all(1) | (hole[:, 0, -1, :] == 1).all(1) | (hole[:, 0, :, 0] == 1).all(1)
    assert (edge | (hole[:, 0, :, -1] == 1).all(1)).float().mean() > 0.15


def test_a_scene_without_a_thing_gets_a_hole_too():
    assert masks.holes(torch.zeros(50, 64, 64), source()).mean(dim=(1, 2, 3)).min() > 0


def test_one_of_the_things_is_chosen_and_never_an_absent_one():
    things = torch.zeros(64, 3, 8, 8, dtype=torch.uint8)
    things[:, 0, :2], things[:, 2, 4:] = 255, 255
    chosen = masks.one_thing(things, source())
    assert chosen.any(dim=(1, 2)).all()
    assert 10 < chosen[:, 0].any(dim=1).sum() < 54


def test_without_a_mask_the_input_is_the_same_as_none():
    decoder = BUILDERS["decoder"]().net
    torch.nn.init.normal_(decoder.enter_mask.weight)
    torch.nn.init.normal_(decoder.leave.weight)
    pictures, hole = torch.rand(2, 3, 64, 64), torch.ones(2, 1, 64, 64)
    fields = (torch.randn(2, 3, 64, 64), torch.full((2,), 0.5), torch.randn(2, 32), torch.randn(2, 5, 32))
    keep = torch.ones(2, dtype=torch.bool)
    present = torch.ones(2, 5, dtype=torch.bool)
    unused = masks.masked_input(pictures, hole, torch.zeros(2, dtype=torch.bool))
    plain = decoder(*fields, present, keep, keep)
    assert torch.allclose(decoder(*fields, present, keep, keep, unused), plain, atol=1e-5)
    used = masks.masked_input(pictures, hole, keep)
    assert not torch.allclose(decoder(*fields, present, keep, keep, used), plain, atol=1e-3)


@pytest.mark.parametrize("name", ["decoder", "first_upsampler"])
def test_mask_channels_are_learnt(name):
    task = BUILDERS[name]()
    torch.nn.init.normal_(task.net.leave.weight, std=0.1)
    task.loss(0, 0.0).backward()
    assert task.net.enter_mask.weight.grad.abs().max() > 0


def test_blur_keeps_the_mean_and_nothing_at_zero():
    picture = torch.rand(2, 3, 32, 32)
    blurred = corrupt.gaussian_blur(picture, torch.tensor([0.0, 1.5]))
    assert torch.allclose(blurred[0], picture[0], atol=1e-5)
    assert fine_energy(blurred[1:]) < 0.5 * fine_energy(picture[1:])
    assert blurred[1].mean() == pytest.approx(float(picture[1].mean()), abs=0.02)


def test_jpeg_loses_little_at_the_best_quality_and_much_at_the_worst():
    smooth = F.interpolate(torch.rand(1, 3, 8, 8), (64, 64), mode="bicubic").repeat(3, 1, 1, 1) * 2 - 1
    errors = (corrupt.jpeg(smooth, torch.tensor([100.0, 50.0, 5.0])) - smooth).abs().mean(dim=(1, 2, 3))
    assert errors[0] < 0.005 < errors[1] < errors[2]


def test_degrading_is_random_and_stays_in_bounds():
    picture = torch.rand(8, 3, 64, 64) * 2 - 1
    one, other = corrupt.degraded(picture, source(1)), corrupt.degraded(picture, source(2))
    assert one.shape == picture.shape and one.abs().max() <= 1
    assert not torch.equal(one, other)
    assert torch.equal(one, corrupt.degraded(picture, source(1)))
    assert 0.001 < (one - picture).abs().mean() < 0.6


def test_the_velocity_weight_is_min_snr():
    t = torch.linspace(0.05, 0.95, 19)
    snr = 1 / torch.tan(t * math.pi / 2).square()
    assert torch.allclose(diffusing.min_snr_weight(t), snr.clamp(max=5) / (snr + 1), atol=1e-5)


def test_moments_are_even_and_reach_the_end():
    t = diffusing.moments(100, source(), CPU, end=0.6)
    assert 0 <= t.min() < 0.006 and 0.594 < t.max() <= 0.6
    assert torch.allclose(t.diff(), torch.full((99,), 0.006), atol=1e-5)


def test_velocity_and_mixture_give_the_picture_back():
    x0, noise, t = torch.rand(4, 3, 8, 8), torch.randn(4, 3, 8, 8), torch.tensor([0.1, 0.4, 0.7, 1.0])
    x, v = diffusing.mixed(x0, noise, t), diffusing.velocity(x0, noise, t)
    assert torch.allclose(diffusing.clean(x, v, t), x0, atol=1e-5)


def test_the_same_caption_twice_does_not_count_against_itself():
    ids = torch.tensor([[1, 5, 2], [1, 6, 2], [1, 5, 2]])
    alike = same_caption(ids)
    assert alike.nonzero().tolist() == [[0, 2], [2, 0]]
    z = F.normalize(torch.randn(3, 8), dim=-1)
    z[2] = z[0]
    assert contrastive_loss(z, z, torch.tensor(100.0), alike) < 0.7
    assert contrastive_loss(z, z, torch.tensor(100.0), torch.zeros_like(alike)) > contrastive_loss(
        z, z, torch.tensor(100.0), alike
    )


def test_a_quarter_of_clips_batch_are_minimal_pairs():
    task = BUILDERS["clip"]()
    assert task.single_pool.batch + 2 * task.pair_pool.batch == task.batch
    assert 2 * task.pair_pool.batch == task.batch / 4
    pairs = task.pair_pool.at(0)
    one, other = pairs["ids"][0]
    assert not torch.equal(one, other)
    assert sorted(one.tolist()) == sorted(other.tolist())  # the same words in another order


def test_crops_hold_the_edges():
    pictures = torch.zeros(16, 3, 64, 64, dtype=torch.uint8)
    pictures[:, :, 40:48, 40:48] = 255
    pictures[8:] //= 2
    crops, things = busiest_crops(pictures, pictures[:, 0] > 0, 32, source(), each=2)
    assert crops.shape == (32, 3, 32, 32)
    assert crops[:16].max() == 255 and crops[16:].max() == 127  # those of one picture stand together
    assert ((crops[:, 0] > 0) == things).all()
    assert (things.flatten(1).any(dim=1)).float().mean() > 0.8


def test_curves_and_sheets_are_pictures(tmp_path):
    rows = [{"step": step, "loss": 1 / (step + 1)} for step in range(50)] + [{"step": 49, "held_out": 0.05}]
    loss_curve(tmp_path / "curve.png", rows, "a net")
    colours = Image.open(tmp_path / "curve.png").getcolors(100000)
    assert len(colours) > 4
    loss_curve(tmp_path / "empty.png", [], "nothing yet")
    sheet(tmp_path / "sheet.png", [[torch.zeros(3, 8, 8)] * 3] * 2, ["a long caption of many words"] * 3)
    assert Image.open(tmp_path / "sheet.png").width == 3 * 134 + 6


def test_a_log_that_was_cut_off_is_read_as_far_as_it_goes(tmp_path):
    (tmp_path / "log").write_text('{"step": 1}\n{"step": 2}\n{"ste')
    assert [row["step"] for row in read_log(tmp_path / "log")] == [1, 2]
    assert read_log(tmp_path / "none") == []
