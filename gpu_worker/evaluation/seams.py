"""How much of a seam is seen where a part of a picture was painted anew.

The jump from one pixel to the next across the border of the hole, against the jumps between neighbours of the picture's
own on the kept side of it. One: the border is like any other place. Two: it is twice as rough.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]

# How far from the border the picture's own jumps are taken from, as a share of the side.
NEAR = 1 / 32
# Of 255: where a picture is flat, less than this is not seen.
UNSEEN = 1.0


@dataclass(frozen=True)
class Seam:
    across: float
    """The mean jump across the border, of 255."""
    own: float
    """The mean jump between neighbours of the kept part near it."""

    @property
    def score(self) -> float:
        return (self.across + UNSEEN) / (self.own + UNSEEN)


def seam(picture: Pixels, hole: Mask) -> Seam:
    """picture (H, W, 3), hole (H, W) True where it was painted. ValueError where there is no border."""
    if hole.all() or not hole.any():
        raise ValueError("a hole that is nothing or everything has no border")
    near = grown(hole, max(2, round(NEAR * max(hole.shape)))) & ~hole
    across: list[NDArray[np.float32]] = []
    own: list[NDArray[np.float32]] = []
    for first, second in _neighbours():
        jump = np.abs(picture[first].astype(np.float32) - picture[second]).mean(axis=-1)
        across.append(jump[hole[first] != hole[second]])
        own.append(jump[near[first] & near[second]])
    return Seam(across=_mean(across), own=_mean(own))


def _neighbours() -> Iterator[tuple[tuple[slice, ...], tuple[slice, ...]]]:
    """Each pixel with the one to its right, and with the one below."""
    yield np.s_[:, :-1], np.s_[:, 1:]
    yield np.s_[:-1, :], np.s_[1:, :]


def _mean(jumps: list[NDArray[np.float32]]) -> float:
    found = np.concatenate(jumps)
    return float(found.mean()) if found.size else 0.0


def grown(where: Mask, by: int) -> Mask:
    """By so many pixels to each side."""
    for axis in (0, 1):
        wide = where.copy()
        for step in range(1, by + 1):
            here, there = [slice(None)] * 2, [slice(None)] * 2
            here[axis], there[axis] = slice(step, None), slice(None, -step)
            wide[tuple(here)] |= where[tuple(there)]
            wide[tuple(there)] |= where[tuple(here)]
        where = wide
    return where
