"""Four times as large, at any size, in tiles that nobody sees."""

import numpy as np
import pytest
import torch

from gpu_worker.pipeline.enlarge import tiles
from tests.gpu_worker.asked import ask, draw, numbers, png, scene, tiny_walker


@pytest.fixture(scope="module")
def engine():
    with tiny_walker() as engine:
        # An untrained upsampler adds next to nothing to the smooth enlargement, and then tiles always agree.
        with torch.no_grad():
            engine._unclip.stages[1].net.leave.weight.mul_(20)
        yield engine


def source(width=100, height=76):
    return torch.from_numpy(np.array(scene(1, width, height)))


def enlarged(engine, pixels, **fields):
    stage, z_image = engine._unclip.stages[1], torch.zeros(1, 32)
    with torch.inference_mode():
        return stage.enlarge_tiled(pixels, 7, z_image, **fields).numpy().astype(int)


def smooth(pixels):
    large = torch.nn.functional.interpolate(pixels.permute(2, 0, 1)[None].float(), scale_factor=4, mode="bicubic")
    return large[0].permute(1, 2, 0).clamp(0, 255).numpy()


def test_tiles_are_the_whole(engine):
    whole, tiled = enlarged(engine, source(), tile=512), enlarged(engine, source(), tile=32, margin=16)
    assert np.abs(whole - smooth(source())).mean() > 4
    assert np.abs(whole - tiled).max() <= 2
    assert np.abs(whole - tiled).mean() < 0.05


def test_without_a_margin_one_would_see_the_tiles(engine):
    """So the test above can fail."""
    whole, torn = enlarged(engine, source(), tile=512), enlarged(engine, source(), tile=32, margin=0)
    assert np.abs(whole - torn).max() > 10


def test_no_seam_stands_out(engine):
    """Across the tiles' borders neighbours differ no more than elsewhere."""
    tiled = enlarged(engine, source(), tile=32, margin=16)
    steps = np.abs(np.diff(tiled, axis=1)).mean(axis=(0, 2))
    assert steps[[127, 255]].max() < 1.5 * np.median(steps) + 1


@pytest.mark.parametrize(("width", "height"), [(1, 1), (3, 50), (50, 3), (37, 61), (256, 8), (97, 33)])
def test_any_size_comes_out_four_times_as_large(engine, width, height):
    source = png(scene(1).resize((width, height)))
    (file,) = draw(engine, ask("upscale", sources=(source,))).pictures
    assert numbers(file).shape == (4 * height, 4 * width, 3)


def test_it_is_still_the_same_picture(engine):
    pixels = source()
    (file,) = draw(engine, ask("upscale", sources=(png(scene(1, 100, 76)),))).pictures
    back = numbers(file).reshape(76, 4, 100, 4, 3).mean(axis=(1, 3))
    assert np.abs(back - pixels.numpy()).mean() < 16


def test_tiles_cover_everything_once():
    seen = np.zeros((50, 70), int)
    for rows, columns in tiles(50, 70, 32):
        seen[rows.start : rows.stop, columns.start : columns.stop] += 1
    assert (seen == 1).all()


def test_tiles_that_would_fold_otherwise_are_refused(engine):
    with pytest.raises(ValueError, match="divide"):
        enlarged(engine, source(), tile=33)
