"""Muon: momentum made orthogonal for the matrices of a net, AdamW for the rest (Jordan et al. 2024).

Every direction of a matrix learns at the same pace, so a step of the same batch gets further than AdamW's. The
update is scaled to the size of AdamW's (Liu et al. 2025, "Muon is scalable", §2.2), so one learning rate serves both.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

MOMENTUM = 0.95
# The quintic whose iteration drives singular values to about 1 in five steps (Jordan et al. 2024).
QUINTIC = (3.4445, -4.7750, 2.0315)
ROUNDS = 5
SMALLEST_SIDE = 64
SIZE_OF_ADAM = 0.2


class Muon(torch.optim.AdamW):
    """AdamW that first takes the step of the groups marked `orthogonal` itself."""

    @torch.no_grad()
    def step(self, closure: Any = None) -> Any:
        for group in self.param_groups:
            if group.get("orthogonal"):
                for parameter in group["params"]:
                    if parameter.grad is not None:
                        self._turn(parameter, group)
                        # AdamW passes over what has no gradient.
                        parameter.grad = None
        return super().step(closure)

    def _turn(self, parameter: Tensor, group: dict[str, Any]) -> None:
        gradient = parameter.grad
        assert gradient is not None
        state = self.state[parameter]
        if not state:
            state["exp_avg"] = torch.zeros_like(parameter)
        momentum = state["exp_avg"].lerp_(gradient, 1 - MOMENTUM)
        update = orthogonal(gradient.lerp(momentum, MOMENTUM).flatten(1)).view(parameter.shape)
        reach = SIZE_OF_ADAM * math.sqrt(max(parameter.shape[0], parameter[0].numel()))
        parameter.mul_(1 - group["lr"] * group["weight_decay"])
        parameter.add_(update.to(parameter.dtype), alpha=-group["lr"] * reach)


def orthogonal(matrix: Tensor) -> Tensor:
    """The nearest matrix whose singular values are all about 1, by Newton and Schulz's iteration. (M, N) -> (M, N)"""
    a, b, c = QUINTIC
    x = matrix.bfloat16()
    tall = x.shape[0] > x.shape[1]
    if tall:
        x = x.T
    x = x / (x.norm() + 1e-7)
    for _ in range(ROUNDS):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return x.T if tall else x


def make_muon(
    net: nn.Module,
    *,
    decay: float = 0.01,
    rate: float = 1e-3,
    turns: tuple[type[nn.Linear | nn.Conv2d], ...] = (nn.Linear, nn.Conv2d),
) -> Muon:
    """Layers of the kinds `turns` are made orthogonal; embeddings, gains, biases and thin matrices (the first and last
    layers) are AdamW's."""
    turned: list[nn.Parameter] = []
    decayed: list[nn.Parameter] = []
    rest: list[nn.Parameter] = []
    layers = {id(module.weight) for module in net.modules() if isinstance(module, turns)}
    for parameter in net.parameters():
        if id(parameter) in layers and min(parameter.shape[0], parameter[0].numel()) >= SMALLEST_SIDE:
            turned.append(parameter)
        elif parameter.ndim >= 2 and parameter.numel() >= 4096:
            decayed.append(parameter)
        else:
            rest.append(parameter)
    groups = [
        {"params": turned, "weight_decay": decay, "orthogonal": True},
        {"params": decayed, "weight_decay": decay},
        {"params": rest, "weight_decay": 0.0},
    ]
    return Muon([group for group in groups if group["params"]], rate, betas=(0.9, 0.98), eps=1e-8)
