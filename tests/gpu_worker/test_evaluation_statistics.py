"""Distances and intervals against answers that are known."""

from statistics import NormalDist

import numpy as np
import pytest

from gpu_worker.evaluation.statistics import (
    bootstrap,
    frechet,
    increasing_share,
    kid,
    mean_pairwise_distance,
    nearest,
    paired,
    ranks_of_own,
    unit,
)


def with_moments(rng, n, mean, root):
    """n rows whose sample mean and covariance are exactly `mean` and root·rootᵀ."""
    rows = rng.standard_normal((n, len(mean)))
    rows -= rows.mean(axis=0)
    rows = rows @ np.linalg.inv(np.linalg.cholesky(np.cov(rows.T))).T
    return rows @ root.T + mean


def test_frechet_of_known_gaussians():
    """Diagonal covariances: |m₁ − m₂|² + Σ (σ₁ − σ₂)²."""
    rng = np.random.default_rng(0)
    one = with_moments(rng, 400, np.array([0.0, 1.0, 2.0]), np.diag([1.0, 2.0, 0.5]))
    other = with_moments(rng, 300, np.array([3.0, 1.0, -2.0]), np.diag([2.0, 2.0, 1.5]))
    assert frechet(one, other) == pytest.approx(9 + 16 + 1 + 1, rel=1e-9)
    assert frechet(other, one) == pytest.approx(27, rel=1e-9)
    assert frechet(one, one) == pytest.approx(0, abs=1e-9)


def test_frechet_where_covariances_do_not_commute():
    """Against the textbook form, with the root of the product by its eigenvalues."""
    rng = np.random.default_rng(1)
    roots = [np.tril(rng.standard_normal((4, 4))) + 2 * np.eye(4) for _ in range(2)]
    one, other = (with_moments(rng, 200, np.zeros(4), root) for root in roots)
    first, second = (root @ root.T for root in roots)
    crossed = np.sqrt(np.linalg.eigvals(first @ second).real).sum()
    assert frechet(one, other) == pytest.approx(np.trace(first) + np.trace(second) - 2 * crossed, rel=1e-9)


def test_frechet_with_fewer_pictures_than_features():
    rng = np.random.default_rng(2)
    rows = rng.standard_normal((20, 64))
    assert frechet(rows, rows + 0.5) == pytest.approx(64 * 0.25, rel=1e-6)


def test_kid_is_unbiased():
    """Zero on the average for two sets of one distribution, which a biased estimate is not."""
    rng = np.random.default_rng(3)
    found = [kid(rng.standard_normal((60, 4)), rng.standard_normal((60, 4)), blocks=1)[0] for _ in range(200)]
    assert abs(np.mean(found)) < 3 * np.std(found) / np.sqrt(len(found))
    # Taking each picture's likeness to itself along would add E[k(x, x) − k(x, y)]: far above that.
    assert np.std(found) / np.sqrt(len(found)) < 0.1


def test_kid_of_a_known_shift():
    """In one dimension the kernel is (xy + 1)³, so MMD² is Σ C(3, k)·(difference of the k-th moments)²."""
    spread = [NormalDist().inv_cdf((number + 0.5) / 3000) for number in range(3000)]
    x = np.array(spread)[:, None]
    moments = {1: (0, 0.5), 2: (1, 1.25), 3: (0, 1.625)}
    known = sum(many * (moments[k][1] - moments[k][0]) ** 2 for k, many in ((1, 3), (2, 3), (3, 1)))
    mean, error = kid(x, x + 0.5, block=1500, blocks=12)
    assert mean == pytest.approx(known, abs=3 * error) and 0 < error < 0.1 * known


def test_too_few_pictures_are_refused():
    with pytest.raises(ValueError, match="two rows"):
        frechet(np.zeros((1, 3)), np.zeros((5, 3)))
    with pytest.raises(ValueError, match="two pictures"):
        kid(np.zeros((1, 3)), np.zeros((5, 3)))


def test_intervals_cover_what_they_should():
    rng = np.random.default_rng(5)
    hits = 0
    for trial in range(100):
        _, low, high = bootstrap((rng.random(200) < 0.3).astype(float), seed=trial, draws=400)
        hits += low <= 0.3 <= high
    assert 88 <= hits <= 100


def test_pairing_sees_what_noise_hides():
    rng = np.random.default_rng(6)
    hard = rng.random((400, 1)) * 10
    one = hard + rng.standard_normal((400, 4)) * 0.1 + 0.05
    other = hard + rng.standard_normal((400, 4)) * 0.1
    mean, low, high = paired(one, other)
    assert low > 0 and low < mean < high and mean == pytest.approx(0.05, abs=0.02)
    with pytest.raises(ValueError, match="not the same prompts"):
        paired(one, other[:3])


def test_what_was_not_asked_is_left_out():
    mean, low, high = bootstrap(np.array([1.0, np.nan, 0.0, np.nan]))
    assert mean == 0.5 and low >= 0 and high <= 1
    with pytest.raises(ValueError, match="nothing was asked"):
        bootstrap(np.array([np.nan]))


def test_ranks_and_neighbours():
    likeness = np.array([[0.9, 0.1, 0.2], [0.5, 0.4, 0.6], [0.3, 0.3, 0.3]])
    assert ranks_of_own(likeness).tolist() == [0, 2, 1]
    places, values = nearest(np.array([[1.0, 0.0], [0.0, 1.0]]), unit(np.array([[1.0, 1.0], [0.1, 1.0]])))
    assert places.tolist() == [0, 1] and values[1] > 0.99


def test_variety_and_monotony():
    assert mean_pairwise_distance(np.eye(4)) == pytest.approx(1)
    assert mean_pairwise_distance(np.ones((3, 5))) == pytest.approx(0)
    assert increasing_share([[0, 1, 2], [0, 2, 1]]) == pytest.approx(0.75)
