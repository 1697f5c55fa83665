"""Muon for kernels (Jordan et al. 2024): momentum whose matrix is made orthogonal before each step.

Measured here after 32,000 scenes: of 423 subjects 7.3 % right, with AdamW alone 2.5 %; styles 83 and 69 %. Every
kernel is looked at as a matrix of outputs by inputs; gains, biases and last layers are for AdamW.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

MOMENTUM = 0.95
STEPS = 5
# The quintic's coefficients, chosen by its authors to blow small singular values up fastest.
QUINTIC = (3.4445, -4.7750, 2.0315)


class Muon:
    def __init__(self, parameters: Mapping[str, Tensor], dtype: torch.dtype | None = None) -> None:
        self.parameters = dict(parameters)
        self.momentum = {name: torch.zeros_like(value) for name, value in self.parameters.items()}
        self.dtype = dtype or torch.float32

    @torch.no_grad()
    def step(self, rate: float) -> None:
        for name, parameter in self.parameters.items():
            if parameter.grad is None:
                continue
            momentum = self.momentum[name].mul_(MOMENTUM).add_(parameter.grad)
            ahead = parameter.grad.add(momentum, alpha=MOMENTUM).flatten(1)
            turned = orthogonal(ahead.to(self.dtype)).to(parameter.dtype)
            scale = max(1.0, ahead.shape[0] / ahead.shape[1]) ** 0.5
            parameter.add_(turned.view_as(parameter), alpha=-rate * scale)


def orthogonal(matrix: Tensor) -> Tensor:
    """UVᵀ of the matrix's USVᵀ, nearly: all singular values between about 0.7 and 1.2, by Newton and Schulz."""
    a, b, c = QUINTIC
    wide = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    x = wide / (wide.norm() + 1e-7)
    for _ in range(STEPS):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return x if matrix.shape[0] <= matrix.shape[1] else x.T
