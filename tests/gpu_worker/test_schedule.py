import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gpu_worker.diffusion import schedule

inside = st.floats(0.001, 0.999)


@given(inside)
def test_variance_is_preserved(t):
    assert schedule.alpha(t) ** 2 + schedule.sigma(t) ** 2 == pytest.approx(1)


@given(inside, inside)
def test_log_snr_falls_with_t(one, other):
    early, late = sorted((one, other))
    assert schedule.log_snr_half(early) >= schedule.log_snr_half(late)


def test_log_snr_is_infinite_at_both_ends():
    assert schedule.log_snr_half(0) == math.inf
    assert schedule.log_snr_half(1) == -math.inf


@given(inside)
def test_velocity_gives_back_picture_and_noise(t):
    picture, noise = torch.randn(2, 3, 4, dtype=torch.float64).unbind(0)
    x = schedule.noised(picture, noise, t)
    v = schedule.alpha(t) * noise - schedule.sigma(t) * picture
    assert torch.allclose(schedule.clean_part(x, v, t), picture)
    assert torch.allclose(schedule.noise_part(x, v, t), noise)


def test_a_net_that_predicts_the_picture_is_read_as_its_velocity_row_by_row():
    picture, noise = torch.randn(2, 5, 3, 4, 4, dtype=torch.float64).unbind(0)
    t = torch.linspace(0.1, 0.9, 5, dtype=torch.float64)
    x = torch.stack([schedule.noised(p, n, float(m)) for p, n, m in zip(picture, noise, t, strict=True)])
    v = schedule.velocity_from_clean(lambda x, t: picture)(x, t)
    for row, moment in enumerate(t.tolist()):
        assert torch.allclose(schedule.clean_part(x[row], v[row], moment), picture[row])
        assert torch.allclose(schedule.noise_part(x[row], v[row], moment), noise[row])


def test_clipping_bounds_the_picture_that_is_implied_and_leaves_others_alone():
    x = torch.randn(2, 3, 4, 4)
    t = torch.full((2,), 0.7)
    wild = schedule.clipped(lambda x, t: 5 * x, 1.0)(x, t)
    assert schedule.clean_part(x, wild, 0.7).abs().max() <= 1 + 1e-5

    def tame(x, t):
        return schedule.alpha(0.7) / schedule.sigma(0.7) * x - 0.1

    assert torch.allclose(schedule.clipped(tame, 1.0)(x, t), tame(x, t), atol=1e-5)


def test_times_run_evenly_from_start_to_end():
    assert schedule.times(4) == pytest.approx([1, 0.75, 0.5, 0.25, 0])
    assert schedule.times(2, start=0.6) == pytest.approx([0.6, 0.3, 0])
    with pytest.raises(ValueError, match="one step"):
        schedule.times(0)
