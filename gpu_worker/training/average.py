"""An exponential moving average of the weights (Polyak & Juditsky 1992): what is drawn with and handed on."""

from __future__ import annotations

import copy

import torch
from torch import nn


class Average:
    def __init__(self, net: nn.Module, decay: float) -> None:
        self.decay = decay
        self.net = copy.deepcopy(net).eval().requires_grad_(False)

    @torch.no_grad()
    def update(self, net: nn.Module, since_start: int) -> None:
        """A young average follows closely, else it would be mostly what the net began with."""
        decay = min(self.decay, (1 + since_start) / (10 + since_start))
        torch._foreach_lerp_(list(self.net.parameters()), list(net.parameters()), 1 - decay)
        for mine, its in zip(self.net.buffers(), net.buffers(), strict=True):
            mine.copy_(its)
