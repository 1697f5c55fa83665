"""The continuous cosine schedule and the ways to say what a net predicts.

x_t = α_t x_0 + σ_t ε with α_t = cos(πt/2), σ_t = sin(πt/2), t in [0, 1] (Nichol & Dhariwal 2021, eq. 17
without their offset; the angle φ of Salimans & Ho 2022, appendix D). Velocity is v = α_t ε − σ_t x_0
(ibid.): it stays finite at both ends, so every sampler here takes a function that returns it.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

Net = Callable[[Tensor, Tensor], Tensor]
"""(x_t, t) -> what the net predicts, of the shape of x_t; t has one entry for each row of the batch."""
Velocity = Net


def alpha(t: float) -> float:
    return math.cos(math.pi * t / 2)


def sigma(t: float) -> float:
    return math.sin(math.pi * t / 2)


def log_snr_half(t: float) -> float:
    """λ_t = ln(α_t / σ_t), the clock of DPM-Solver; infinite at the ends."""
    if t <= 0:
        return math.inf
    if t >= 1:
        return -math.inf
    return math.log(alpha(t) / sigma(t))


def times(steps: int, *, start: float = 1.0, end: float = 0.0) -> list[float]:
    """steps + 1 moments from start to end, even in the angle."""
    if steps < 1:
        raise ValueError("at least one step")
    return [start + (end - start) * step / steps for step in range(steps + 1)]


def batch_of(t: float, x: Tensor) -> Tensor:
    return torch.full((len(x),), t, device=x.device)


def noised(x0: Tensor, noise: Tensor, t: float) -> Tensor:
    return (alpha(t) * x0).add_(noise, alpha=sigma(t))


def clean_part(x: Tensor, v: Tensor, t: float) -> Tensor:
    """x_0 = α_t x_t − σ_t v (Salimans & Ho 2022, appendix D)."""
    return (alpha(t) * x).sub_(v, alpha=sigma(t))


def noise_part(x: Tensor, v: Tensor, t: float) -> Tensor:
    """ε = σ_t x_t + α_t v (ibid.)."""
    return (sigma(t) * x).add_(v, alpha=alpha(t))


def velocity_from_clean(net: Net, *, limit: float | None = None) -> Velocity:
    """The velocity of a net that predicts x_0, clipped to ±limit: v = (α_t x_t − x_0) / σ_t.

    Not to be asked at t = 0, where x_0 alone no longer says how the noise went.
    """

    def velocity(x: Tensor, t: Tensor) -> Tensor:
        x0 = net(x, t)
        if limit is not None:
            x0 = x0.clamp(-limit, limit)
        angle = _angle(x, t)
        return (angle.cos() * x).sub_(x0).div_(angle.sin())

    return velocity


def clipped(velocity: Velocity, limit: float) -> Velocity:
    """The same velocity, turned so that the x_0 it implies stays within ±limit (DDPM's clipping)."""

    def clean(x: Tensor, t: Tensor) -> Tensor:
        angle = _angle(x, t)
        return (angle.cos() * x).sub_(angle.sin() * velocity(x, t))

    return velocity_from_clean(clean, limit=limit)


def _angle(x: Tensor, t: Tensor) -> Tensor:
    """Each row at its own moment: pictures at different steps can share one pass."""
    return (t * (math.pi / 2)).view(-1, *[1] * (x.ndim - 1))
