"""The great circle between two points: what interpolation keeps of the length of noise and of embeddings."""

from __future__ import annotations

import torch
from torch import Tensor

NEARLY_PARALLEL = 1e-4


def slerp(one: Tensor, other: Tensor, theta: Tensor) -> Tensor:
    """Shoemake 1985, eq. (slerp). one, other (B or 1, ...), theta (B): 0 is the one, 1 the other, to the bit nearly.

    Lengths go along: the ends are what was given even where the two are not equally long.
    """
    around = tuple(range(1, one.ndim))
    first, second = one.double(), other.double()
    lengths = first.square().sum(around, keepdim=True).sqrt() * second.square().sum(around, keepdim=True).sqrt()
    cosine = (first * second).sum(around, keepdim=True) / lengths.clamp_min(1e-12)
    angle = cosine.clamp(-1, 1).acos()
    share = theta.double().view(-1, *[1] * (one.ndim - 1)).to(one.device)
    whole = angle.sin()
    # Where the two are as good as parallel the circle is a point, and opposite ones have no circle of their own.
    straight = whole < NEARLY_PARALLEL
    whole = torch.where(straight, torch.ones_like(whole), whole)
    before = torch.where(straight, 1 - share, ((1 - share) * angle).sin() / whole)
    after = torch.where(straight, share, (share * angle).sin() / whole)
    return (before * first + after * second).to(one.dtype)
