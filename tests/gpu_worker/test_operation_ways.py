"""The bipartite latent: the way back to x_T, variations, blends and text diffs."""

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import functional as F

from gpu_worker.diffusion import samplers, schedule
from gpu_worker.diffusion.slerp import slerp
from gpu_worker.pipeline import operations
from gpu_worker.pipeline.pictures import from_bytes, reduced
from tests.gpu_worker.asked import ask, at_64, decibels, draw, numbers, png, scene, tiny_walker


@pytest.fixture(scope="module")
def engine():
    with tiny_walker() as engine:
        yield engine


@pytest.fixture(scope="module")
def unclip(engine):
    return engine._unclip


def pictures(*seeds):
    return torch.stack([reduced(from_bytes(torch.from_numpy(np.array(scene(seed)))), 64) for seed in seeds])


def small_source(seed):
    """As the decoder meets the source, in numbers."""
    return at_64(png(scene(seed)))


@pytest.mark.parametrize(("steps", "least"), [(10, 20), (50, 40)])
def test_a_picture_is_drawn_again_from_where_inversion_leads(unclip, steps, least):
    with torch.inference_mode():
        real = pictures(1, 2, 3)
        z_image = unclip.see(real)
        x_T = unclip.invert(real, z_image, steps=steps)
        velocity = unclip.velocity(unclip.empty_captions(), z_image, 1.0)
        again = samplers.ddim(velocity, x_T, schedule.times(steps))
    error = (again - real).square().flatten(1).mean(dim=1)
    assert (10 * torch.log10(4 / error)).min() > least
    assert 0.2 < float(x_T.std()) < 2


def test_inversion_of_one_does_not_depend_on_the_others(unclip):
    with torch.inference_mode():
        real = pictures(1, 2)
        z_image = unclip.see(real)
        both = unclip.invert(real, z_image, steps=5)
        alone = unclip.invert(real[1:], z_image[1:], steps=5)
    assert torch.allclose(both[1:], alone, atol=4e-3)


def test_slerp_goes_from_the_one_to_the_other_at_an_even_pace():
    one, other = torch.randn(2, 1, 3, 8, 8, generator=torch.Generator().manual_seed(3)).unbind(0)
    theta = torch.linspace(0, 1, 5)
    way = slerp(one, other, theta)
    assert torch.allclose(way[0], one[0], atol=1e-6) and torch.allclose(way[-1], other[0], atol=1e-6)
    flat = F.normalize(way.flatten(1).double(), dim=1)
    angles = (flat[1:] * flat[:-1]).sum(1).acos()
    assert torch.allclose(angles, angles.mean().expand(4), rtol=0.05)
    assert torch.allclose(slerp(one, one, theta), one.expand(5, -1, -1, -1))
    assert slerp(one, -one, theta).isfinite().all()


def test_no_strength_is_the_source_again_and_more_leads_further_away(engine):
    found = []
    for strength in (0.0, 0.3, 0.6, 1.0):
        result = draw(engine, ask("variation", strength=strength, seeds=(1, 2)))
        found.append([decibels(at_64(file), small_source(1)) for file in result.pictures])
    means = np.array(found).mean(axis=1)
    assert means[0] > 25
    assert (np.diff(means) < 0).all()
    assert means[-1] < means[0] - 10


def test_variations_keep_what_clip_saw(unclip):
    drawn = operations.draw(
        unclip, operations.resolved(unclip, ask("variation", strength=1.0)), lambda done, total, shown: None
    )
    seen = unclip.see(pictures(1))
    assert torch.allclose(drawn.z_image, seen.expand(2, -1), atol=1e-4)


def test_full_strength_forgets_the_source_but_not_its_z(engine):
    """From the same seed and z_i nothing of x_T is left: what is left of the source is what z_i says."""
    one, other = (
        draw(engine, ask("variation", strength=1.0, sources=(png(scene(seed)),), seeds=(9,))).pictures[0]
        for seed in (1, 2)
    )
    weak = [
        draw(engine, ask("variation", strength=0.0, sources=(png(scene(seed)),), seeds=(9,))).pictures[0]
        for seed in (1, 2)
    ]
    assert decibels(numbers(one), numbers(other)) > decibels(numbers(weak[0]), numbers(weak[1]))


def test_a_blend_begins_and_ends_at_its_sources(engine):
    frames = draw(engine, ask("blend")).pictures
    assert decibels(at_64(frames[0]), small_source(1)) > 25
    assert decibels(at_64(frames[-1]), small_source(2)) > 25
    for seed in (1, 2):
        assert decibels(at_64(frames[1]), small_source(seed)) < 25


def test_a_blend_goes_steadily_from_one_z_to_the_other(unclip):
    request = operations.resolved(unclip, ask("blend", thetas=()))
    drawn = operations.draw(unclip, request, lambda done, total, shown: None)
    ends = unclip.see(pictures(1, 2))
    towards = F.cosine_similarity(drawn.z_image, ends[1:]) - F.cosine_similarity(drawn.z_image, ends[:1])
    assert (towards.diff() > 0).all()
    assert len(drawn.pictures) == 7
    near = [decibels(at_64(png_of(picture)), small_source(1)) for picture in drawn.pictures]
    assert near[0] == max(near)


def png_of(picture):
    return png(Image.fromarray(picture.numpy()))


def test_a_text_diff_begins_at_the_source_and_moves_the_way_the_words_say(engine, unclip):
    request = operations.resolved(unclip, ask("text_diff", thetas=(0.0, 0.25, 0.5), from_prompt="a cat in summer"))
    drawn = operations.draw(unclip, request, lambda done, total, shown: None)
    assert decibels(at_64(png_of(drawn.pictures[0])), small_source(1)) > 25
    direction = unclip.text_direction("a cat in winter", "a cat in summer")
    assert (F.cosine_similarity(drawn.z_image, direction).diff() > 0).all()
    changes = [np.abs(picture.numpy().astype(float) - drawn.pictures[0].numpy()).mean() for picture in drawn.pictures]
    assert changes[2] > changes[1] > 0


def test_words_the_other_way_round_lead_the_other_way(unclip):
    there, back = (unclip.text_direction(*pair) for pair in (("winter", "summer"), ("summer", "winter")))
    assert torch.allclose(there, -back, atol=1e-5)
    assert float(there.square().mean()) == pytest.approx(1, rel=1e-4)
