"""Noise, moments and weights of training steps; the schedule is gpu_worker.diffusion.schedule's."""

from __future__ import annotations

import math

import torch
from torch import Tensor

MIN_SNR = 5.0


def moments(rows: int, source: torch.Generator, device: torch.device, *, end: float = 1.0) -> Tensor:
    """t (B), spread evenly over (0, end] with one common shift (Kingma et al. 2021, appendix I.1).

    Less noisy than independent draws: every batch holds every part of the walk.
    """
    shift = torch.rand(1, generator=source, device=device)
    return (torch.arange(rows, device=device) + shift) * (end / rows)


def mixed(x0: Tensor, noise: Tensor, t: Tensor) -> Tensor:
    """x_t = α_t x_0 + σ_t ε, each row at its own moment."""
    angle = _angle(t, x0)
    return angle.cos() * x0 + angle.sin() * noise


def velocity(x0: Tensor, noise: Tensor, t: Tensor) -> Tensor:
    """v = α_t ε − σ_t x_0 (Salimans & Ho 2022, appendix D)"""
    angle = _angle(t, x0)
    return angle.cos() * noise - angle.sin() * x0


def clean(x: Tensor, v: Tensor, t: Tensor) -> Tensor:
    """x_0 = α_t x_t − σ_t v (ibid.)"""
    angle = _angle(t, x)
    return angle.cos() * x - angle.sin() * v


def min_snr_weight(t: Tensor) -> Tensor:
    """min(SNR, 5) / (SNR + 1), for the squared error of v (Hang et al. 2023, §3.4). SNR = cot²(πt/2)"""
    angle = t * (math.pi / 2)
    # SNR / (SNR + 1) = cos², 1 / (SNR + 1) = sin²: finite at both ends.
    return torch.minimum(angle.cos().square(), MIN_SNR * angle.sin().square())


def randn(shape: torch.Size | tuple[int, ...], source: torch.Generator, device: torch.device) -> Tensor:
    return torch.randn(shape, generator=source, device=device)


def chance(share: float, rows: int, source: torch.Generator, device: torch.device) -> Tensor:
    """True in about this share of the rows."""
    return torch.rand(rows, generator=source, device=device) < share


def _angle(t: Tensor, like: Tensor) -> Tensor:
    return (t.float() * (math.pi / 2)).view(-1, *[1] * (like.ndim - 1))
