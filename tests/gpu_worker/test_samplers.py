"""Samplers against a Gaussian whose exact velocity is known, and with it the end of every path."""

import pytest
import torch

from gpu_worker.diffusion import guidance, samplers, schedule

MEAN = torch.tensor([0.7, -0.4, 0.1], dtype=torch.float64)
SPREAD = torch.tensor([0.5, 0.2, 1.3], dtype=torch.float64)


def deviation(t):
    return torch.sqrt((schedule.alpha(t) * SPREAD) ** 2 + schedule.sigma(t) ** 2)


def exact_velocity(x, t):
    """E[v | x_t] where x_0 is normal with MEAN and SPREAD."""
    moment = float(t[0])
    a, s = schedule.alpha(moment), schedule.sigma(moment)
    centred = (x - a * MEAN) / deviation(moment) ** 2
    picture, noise = MEAN + a * SPREAD**2 * centred, s * centred
    return a * noise - s * picture


def exact_path(x, t, s):
    """The probability flow takes quantiles to quantiles."""
    return schedule.alpha(s) * MEAN + deviation(s) / deviation(t) * (x - schedule.alpha(t) * MEAN)


@pytest.fixture
def start():
    return torch.randn(64, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(5))


def error(sampler, start, steps, *, begin=1.0):
    end = sampler(exact_velocity, start, schedule.times(steps, start=begin))
    return float((end - exact_path(start, begin, 0.0)).abs().max())


def test_ddim_ends_where_the_flow_ends_and_is_of_first_order(start):
    coarse, fine = error(samplers.ddim, start, 40), error(samplers.ddim, start, 160)
    assert fine < 0.03
    assert 3 < coarse / fine < 5.5


def test_dpm_solver_is_of_second_order_and_better_than_ddim(start):
    coarse, fine = error(samplers.dpm_solver_2m, start, 20), error(samplers.dpm_solver_2m, start, 80)
    assert fine < 0.005
    assert coarse / fine > 8
    assert coarse < error(samplers.ddim, start, 20) / 3


def test_both_walk_from_truncated_noise_too(start):
    assert error(samplers.ddim, start, 100, begin=0.6) < 0.02
    assert error(samplers.dpm_solver_2m, start, 40, begin=0.6) < 0.01


def test_one_step_is_finite_and_lands_on_the_expected_picture(start):
    for sampler in (samplers.ddim, samplers.dpm_solver_2m):
        end = sampler(exact_velocity, start, [1.0, 0.0])
        assert torch.allclose(end, MEAN.expand_as(end))


@pytest.mark.parametrize("eta", [0.3, 1.0])
def test_ddim_with_fresh_noise_keeps_the_distribution(eta):
    source = torch.Generator().manual_seed(1)

    def noise(x):
        return torch.randn(x.shape, dtype=x.dtype, generator=source)

    start = torch.randn(5000, 3, dtype=torch.float64, generator=source)
    end = samplers.ddim(exact_velocity, start, schedule.times(250), eta=eta, noise=noise)
    assert torch.allclose(end.mean(0), MEAN, atol=0.05)
    assert torch.allclose(end.std(0), SPREAD, rtol=0.06)


def test_ddim_with_fresh_noise_ends_elsewhere(start):
    moments = schedule.times(10)
    assert not torch.allclose(
        samplers.ddim(exact_velocity, start, moments, eta=1.0), samplers.ddim(exact_velocity, start, moments)
    )


def test_inversion_finds_the_noise_that_ddim_draws_the_picture_from(start):
    moments = schedule.times(50, start=0.98)
    picture = samplers.ddim(exact_velocity, start, moments)
    found = samplers.ddim_invert(exact_velocity, picture, moments, refinements=4)
    assert torch.allclose(found, start, atol=1e-3)
    assert torch.allclose(samplers.ddim(exact_velocity, found, moments), picture, atol=1e-3)


def test_refinement_is_what_makes_inversion_exact(start):
    moments = schedule.times(20, start=0.98)
    picture = samplers.ddim(exact_velocity, start, moments)

    def miss(refinements):
        return float((samplers.ddim_invert(exact_velocity, picture, moments, refinements=refinements) - start).norm())

    assert miss(2) < miss(0) / 10


def test_inversion_of_a_net_that_predicts_the_picture_never_asks_at_the_picture(start):
    """There it knows no velocity: dividing by σ = 0 would be the end."""

    def clean(x, t):
        return schedule.clean_part(x, exact_velocity(x, t), float(t[0]))

    velocity = schedule.velocity_from_clean(clean)
    moments = schedule.times(50, start=0.98)
    picture = samplers.ddim(velocity, start, moments)
    found = samplers.ddim_invert(velocity, picture, moments, refinements=4)
    assert torch.allclose(samplers.ddim(velocity, found, moments), picture, atol=1e-2)


def test_inversion_is_watched_and_may_be_ended(start):
    seen = []
    samplers.ddim_invert(exact_velocity, start, schedule.times(5, start=0.9), observe=lambda step, x: seen.append(step))
    assert seen == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("sampler", [samplers.ddim, samplers.dpm_solver_2m])
def test_what_is_held_is_what_the_net_sees_at_every_step(sampler, start):
    """The first coordinate is known; the others end where they would, as in this Gaussian nothing leans on it."""
    seen = []

    def velocity(x, t):
        seen.append(x[:, 0].clone())
        return exact_velocity(x, t)

    def hold(x, t):
        x = x.clone()
        x[:, 0] = schedule.alpha(t) * 0.25 + schedule.sigma(t) * start[:, 0]
        return x

    moments = schedule.times(6)
    held = sampler(velocity, start, moments, hold=hold)
    assert torch.allclose(held[:, 1:], sampler(exact_velocity, start, moments)[:, 1:])
    for x, t in zip(seen, moments, strict=False):
        assert torch.allclose(x, schedule.alpha(t) * 0.25 + schedule.sigma(t) * start[:, 0])


def test_guidance_may_differ_from_row_to_row():
    with_condition, without = torch.randn(2, 2, 3, 8, 8).unbind(0)
    scales = torch.tensor([1.0, 3.0]).view(-1, 1, 1, 1)
    mixed = guidance.guide(with_condition, without, scales, 0.7)
    for row, scale in enumerate((1.0, 3.0)):
        one = slice(row, row + 1)
        assert torch.allclose(mixed[one], guidance.guide(with_condition[one], without[one], scale, 0.7), atol=1e-6)


def test_observers_are_told_of_every_step_and_may_end_the_walk(start):
    class Enough(Exception):
        pass

    for sampler in (samplers.ddim, samplers.dpm_solver_2m):
        seen = []

        def observe(step, picture, seen=seen):
            seen.append(step)
            assert picture.shape == start.shape
            if step == 3:
                raise Enough

        with pytest.raises(Enough):
            sampler(exact_velocity, start, schedule.times(5), observe=observe)
        assert seen == [1, 2, 3]


def test_guidance_is_linear_and_one_means_the_condition_alone():
    with_condition, without = torch.randn(2, 4, 3, 8, 8).unbind(0)
    assert torch.allclose(guidance.guide(with_condition, without, 1.0), with_condition, atol=1e-6)
    assert torch.allclose(guidance.guide(with_condition, without, 0.0), without)
    assert torch.allclose(
        guidance.guide(with_condition, without, 3.0), without + 3 * (with_condition - without), atol=1e-6
    )


def test_rescale_gives_each_sample_the_deviation_of_its_conditional_one():
    with_condition, without = torch.randn(2, 4, 3, 8, 8).unbind(0)
    wild = guidance.guide(with_condition, without, 8.0)
    tame = guidance.guide(with_condition, without, 8.0, rescale=1.0)
    halfway = guidance.guide(with_condition, without, 8.0, rescale=0.5)
    assert torch.allclose(tame.std(dim=(1, 2, 3)), with_condition.std(dim=(1, 2, 3)), rtol=1e-4)
    assert (wild.std(dim=(1, 2, 3)) > 2 * tame.std(dim=(1, 2, 3))).all()
    assert torch.allclose(halfway, (wild + tame) / 2, atol=1e-5)
