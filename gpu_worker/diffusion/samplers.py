"""Samplers as functions of a velocity. Each walks the moments it is given, from noise to picture."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from gpu_worker.diffusion.schedule import (
    Velocity,
    alpha,
    batch_of,
    clean_part,
    log_snr_half,
    noise_part,
    sigma,
)

Observer = Callable[[int, Tensor], None]
"""(steps done, x_0 as it is now expected); it may raise to end the walk."""
Noise = Callable[[Tensor], Tensor]
Hold = Callable[[Tensor, float], Tensor]
"""(x_t, t) -> x_t with what is known put back, before the net is asked (RePaint, Lugmayr et al. 2022, eq. 8)."""


def ddim(
    velocity: Velocity,
    x: Tensor,
    moments: Sequence[float],
    *,
    eta: float = 0.0,
    noise: Noise = torch.randn_like,
    hold: Hold | None = None,
    observe: Observer | None = None,
) -> Tensor:
    """DDIM (Song, Meng & Ermon 2020, eq. 12; eta as in its eq. 16: 0 is deterministic, 1 is DDPM)."""
    for step, (t, s) in enumerate(itertools.pairwise(moments), start=1):
        x = x if hold is None else hold(x, t)
        v = velocity(x, batch_of(t, x))
        x0 = clean_part(x, v, t)
        fresh = 0.0
        if eta > 0 and s > 0:
            kept = alpha(t) / alpha(s)
            fresh = eta * (sigma(s) / sigma(t)) * math.sqrt(max(0.0, 1 - kept * kept))
        if s == 0:
            x = x0
        elif fresh == 0:
            x = _rotate(x, v, t, s)
        else:
            kept_noise = math.sqrt(max(0.0, sigma(s) ** 2 - fresh**2))
            x = alpha(s) * x0 + kept_noise * noise_part(x, v, t) + fresh * noise(x)
        if observe is not None:
            observe(step, x0)
    return x


def ddim_invert(
    velocity: Velocity,
    x: Tensor,
    moments: Sequence[float],
    *,
    refinements: int = 2,
    observe: Observer | None = None,
) -> Tensor:
    """The noise from which DDIM draws this picture: its step run backwards (Dhariwal & Nichol 2021, appendix F).

    moments as for `ddim`, from noise to picture. The step from s up to t needs the velocity at x_t, which is
    what is sought: begin with the one at x_s and refine by fixed-point iteration (AIDI, Pan et al. 2023, §3.2).
    At s = 0 a net that predicts the picture has no velocity, so the first guess is asked at t.
    """
    upwards = list(reversed(moments))
    for step, (s, t) in enumerate(itertools.pairwise(upwards), start=1):
        v = velocity(x, batch_of(s if s > 0 else t, x))
        start = _rotate(x, v, s, t)
        for _ in range(refinements):
            v = velocity(start, batch_of(t, x))
            start = (x - _velocity_share(t, s) * v) / _picture_share(t, s)
        x = start
        if observe is not None:
            observe(step, x)
    return x


def dpm_solver_2m(
    velocity: Velocity,
    x: Tensor,
    moments: Sequence[float],
    *,
    hold: Hold | None = None,
    observe: Observer | None = None,
) -> Tensor:
    """DPM-Solver++(2M), second-order multistep (Lu et al. 2022b, algorithm 2).

    First order in the first step and, since λ is infinite at t = 0, in the last.
    """
    before: Tensor | None = None
    h_before = math.inf
    for step, (t, s) in enumerate(itertools.pairwise(moments), start=1):
        x = x if hold is None else hold(x, t)
        x0 = clean_part(x, velocity(x, batch_of(t, x)), t)
        h = log_snr_half(s) - log_snr_half(t)
        direction = x0
        if before is not None and math.isfinite(h) and math.isfinite(h_before):
            extrapolation = h / (2 * h_before)  # 1 / 2r
            direction = (1 + extrapolation) * x0 - extrapolation * before
        # σ_s/σ_t · x − α_s (e^(−h) − 1) · D, written so that it stays finite at both ends.
        x = (sigma(s) / sigma(t)) * x + (alpha(s) - alpha(t) * sigma(s) / sigma(t)) * direction
        before, h_before = x0, h
        if observe is not None:
            observe(step, x0)
    return x


def _picture_share(t: float, s: float) -> float:
    """DDIM's step from t to s is a rotation in (x, v): x_s = cos(Δφ) x_t − sin(Δφ) v."""
    return math.cos(math.pi * (t - s) / 2)


def _velocity_share(t: float, s: float) -> float:
    return -math.sin(math.pi * (t - s) / 2)


def _rotate(x: Tensor, v: Tensor, t: float, s: float) -> Tensor:
    return (_picture_share(t, s) * x).add_(v, alpha=_velocity_share(t, s))
