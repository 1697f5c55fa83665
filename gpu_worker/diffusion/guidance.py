"""Classifier-free guidance, with the rescale that keeps contrast in bounds."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from gpu_worker.diffusion.schedule import Net

Pair = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
"""(x_t, t) -> the prediction with and without the condition."""


def guide(with_condition: Tensor, without: Tensor, scale: float | Tensor, rescale: float = 0.0) -> Tensor:
    """without + scale · (with − without) (Ho & Salimans 2022, eq. 6, with scale = 1 + w).

    scale may be a tensor with one number for each row, shaped to spread over it.

    rescale > 0 pulls each sample's deviation back towards the conditional one's (Lin et al. 2023, eqs. 14–16).
    """
    guided = without + scale * (with_condition - without)
    if rescale == 0.0:
        return guided
    around = tuple(range(1, guided.ndim))
    wanted = with_condition.std(dim=around, keepdim=True)
    factor = wanted / guided.std(dim=around, keepdim=True).clamp_min(1e-6)
    return guided * torch.lerp(torch.ones_like(factor), factor, rescale)


def guided(pair: Pair, scale: float | Tensor, rescale: float = 0.0) -> Net:
    def net(x: Tensor, t: Tensor) -> Tensor:
        return guide(*pair(x, t), scale, rescale)

    return net
