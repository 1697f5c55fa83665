"""Noise that depends on nothing but a seed, a purpose and a place.

From generators on the CPU, so that a seed means the same picture on every device; one generator a
picture, so that it means the same alone and in a batch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import torch
from torch import Tensor

TILE = 64


def generator(seed: int, purpose: str) -> torch.Generator:
    """Purposes keep streams apart: another number of prior candidates must not change x_T."""
    digest = hashlib.sha256(f"{seed}/{purpose}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "big") >> 1)


def noise(seeds: Sequence[int], purpose: str, shape: Sequence[int]) -> Tensor:
    """(seeds, *shape) of standard normal numbers."""
    return torch.stack([torch.randn(tuple(shape), generator=generator(seed, purpose)) for seed in seeds])


def placed_noise(seed: int, purpose: str, *, channels: int, top: int, left: int, height: int, width: int) -> Tensor:
    """(channels, height, width) of noise at an absolute place: neighbouring tiles of a canvas agree where they meet."""
    rows = range(top // TILE, (top + height - 1) // TILE + 1)
    columns = range(left // TILE, (left + width - 1) // TILE + 1)
    whole = torch.cat(
        [
            torch.cat(
                [
                    torch.randn(channels, TILE, TILE, generator=generator(seed, f"{purpose}/{row}/{column}"))
                    for column in columns
                ],
                dim=2,
            )
            for row in rows
        ],
        dim=1,
    )
    down, right = top - rows[0] * TILE, left - columns[0] * TILE
    return whole[:, down : down + height, right : right + width]
