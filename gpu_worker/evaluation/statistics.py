"""Shares with intervals, paired comparisons, and two distances between sets of pictures by their features."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

Array = np.ndarray


def bootstrap(values: Array, *, seed: int = 0, draws: int = 2000) -> tuple[float, float, float]:
    """The mean and its 95 % interval; rows of a 2-D array belong together (one prompt, several seeds)."""
    per_prompt = values if values.ndim == 1 else np.nanmean(values, axis=1)
    per_prompt = per_prompt[~np.isnan(per_prompt)]
    if not len(per_prompt):
        raise ValueError("nothing was asked, so there is no mean of it")
    rng = np.random.default_rng(seed)
    means = per_prompt[rng.integers(0, len(per_prompt), (draws, len(per_prompt)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(per_prompt.mean()), float(low), float(high)


def paired(one: Array, other: Array, *, seed: int = 0) -> tuple[float, float, float]:
    """How much better `one` is than `other` on the same prompts and seeds: the mean difference and its interval."""
    if one.shape != other.shape:
        raise ValueError(f"not the same prompts: {one.shape} and {other.shape}")
    return bootstrap(one - other, seed=seed)


def frechet(one: Array, other: Array) -> float:
    """The Fréchet distance between two Gaussians fitted to the rows (Heusel et al. 2017, eq. 6).

    The trace of the root of the product is the sum of the singular values of S₁ᵀS₂ for any roots SSᵀ of the two
    covariances, and the centred rows themselves are such roots: no matrix root need be computed, and sets with fewer
    rows than columns do no harm.
    """
    if one.shape[1] != other.shape[1] or min(len(one), len(other)) < 2:
        raise ValueError(f"two sets of at least two rows with the same columns, not {one.shape} and {other.shape}")
    first, second = one.astype(np.float64), other.astype(np.float64)
    apart = first.mean(axis=0) - second.mean(axis=0)
    first = (first - first.mean(axis=0)) / np.sqrt(len(first) - 1)
    second = (second - second.mean(axis=0)) / np.sqrt(len(second) - 1)
    first_root, second_root = _thin(first), _thin(second)
    crossed = np.linalg.svd(first_root @ second_root.T, compute_uv=False).sum()
    return float(apart @ apart + np.square(first).sum() + np.square(second).sum() - 2 * crossed)


def _thin(rows: Array) -> Array:
    """R with RᵀR = rowsᵀrows, no taller than wide."""
    return np.asarray(np.linalg.qr(rows, mode="r")) if len(rows) > rows.shape[1] else rows


def kid(one: Array, other: Array, *, block: int = 500, blocks: int = 50, seed: int = 0) -> tuple[float, float]:
    """(the mean, its standard error) of the unbiased squared MMD with the kernel (x·y/d + 1)³ (Bińkowski et al. 2018).

    Over random blocks, as is usual, so that figures from sets of different sizes can be compared.
    """
    rng = np.random.default_rng(seed)
    # Half of a small set at most: blocks that are all the same would seem to be without error.
    size = min(block, max(2, min(len(one), len(other)) // 2))
    if min(len(one), len(other)) < 2:
        raise ValueError("at least two pictures on each side")
    found = []
    for _ in range(blocks):
        x = one[rng.choice(len(one), size, replace=False)].astype(np.float64)
        y = other[rng.choice(len(other), size, replace=False)].astype(np.float64)
        found.append(_mmd(x, y))
    return float(np.mean(found)), float(np.std(found, ddof=1) / np.sqrt(blocks)) if blocks > 1 else 0.0


def _mmd(x: Array, y: Array) -> float:
    n, wide = x.shape
    xx, yy, xy = ((a @ b.T / wide + 1) ** 3 for a, b in ((x, x), (y, y), (x, y)))
    within = (xx.sum() - np.trace(xx) + yy.sum() - np.trace(yy)) / (n * (n - 1))
    return float(within - 2 * xy.mean())


def ranks_of_own(likeness: Array) -> Array:
    """likeness (n, n): for each row, how many columns are liker than its own; half of those that are just as like."""
    own = np.diag(likeness)[:, None]
    others = ~np.eye(len(likeness), dtype=bool)
    return np.asarray(((likeness > own) & others).sum(axis=1) + 0.5 * ((likeness == own) & others).sum(axis=1))


def nearest(queries: Array, known: Array, *, block: int = 512) -> tuple[Array, Array]:
    """For each row its most alike among the known, and how alike: cosines of rows of length 1."""
    places, values = [], []
    for start in range(0, len(queries), block):
        likeness = queries[start : start + block] @ known.T
        best = likeness.argmax(axis=1)
        places.append(best)
        values.append(likeness[np.arange(len(best)), best])
    return np.concatenate(places), np.concatenate(values)


def unit(rows: Array) -> Array:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12))


def mean_pairwise_distance(rows: Array) -> float:
    """Of 1 − cosine, over all pairs."""
    if len(rows) < 2:
        raise ValueError("one picture has no variety")
    likeness = unit(rows) @ unit(rows).T
    return float(1 - likeness[np.triu_indices(len(rows), 1)].mean())


def increasing_share(rows: Sequence[Sequence[float]]) -> float:
    """Of all steps in all rows, the share that goes up (or stays)."""
    steps = [after - before for row in rows for before, after in itertools.pairwise(row)]
    return float(np.mean([step >= 0 for step in steps]))
