"""The judge: a small residual net of convolutions that says what it sees in a picture.

On purpose nothing like the image encoder of our CLIP, whose space the generator was trained in: other layers, batch
normalisation, another seed, and labels instead of sentences.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gpu_worker.evaluation.labels import Classes


@dataclass(frozen=True, slots=True)
class JudgeConfig:
    """`widths` are those of 32², 16², 8² and 4²; `convolutions` how many at each."""

    size: int = 64
    widths: tuple[int, ...] = (32, 96, 192, 384)
    convolutions: tuple[int, ...] = (1, 2, 2, 2)
    features: int = 192


class JudgeNet(nn.Module):
    def __init__(self, config: JudgeConfig, classes: Classes) -> None:
        super().__init__()
        self.config, self.classes = config, classes
        stages, before = [], 3 * 4
        for number, (width, count) in enumerate(zip(config.widths, config.convolutions, strict=True)):
            stages.append(_Stage(before, width, count, halves=number > 0))
            before = width
        self.stages = nn.ModuleList(stages)
        grid = config.size // 2 ** len(config.widths)
        self.place = nn.Parameter(torch.randn(grid * grid, before) * 0.02)
        # Each question looks at the picture in its own way: where the left thing is, where the sky.
        self.look = nn.Linear(before, len(classes))
        self.features = nn.ModuleDict({name: nn.Linear(before, config.features) for name in classes})
        self.answer = nn.ModuleDict({name: nn.Linear(config.features, len(kinds)) for name, kinds in classes.items()})

    def forward(self, picture: Tensor) -> dict[str, Tensor]:
        """picture (B, 3, size, size) in [-1, 1] -> scores (B, classes) of every question"""
        features = self.seen(picture)
        return {name: self.answer[name](F.gelu(features[name])) for name in self.classes}

    def seen(self, picture: Tensor) -> dict[str, Tensor]:
        """(B, features) of every question: what is compared where two pictures are."""
        x = F.pixel_unshuffle(picture, 2)
        for stage in self.stages:
            x = stage(x)
        tokens = x.flatten(2).transpose(1, 2)  # (B, grid², width)
        weight = self.look(tokens + self.place).softmax(dim=1)
        pooled = torch.einsum("bnh,bnw->hbw", weight.to(tokens.dtype), tokens)  # (questions, B, width)
        return {name: self.features[name](part) for name, part in zip(self.classes, pooled, strict=True)}


class _Stage(nn.Module):
    def __init__(self, before: int, width: int, count: int, *, halves: bool) -> None:
        super().__init__()
        self.enter = nn.Conv2d(before, width, 3, stride=2 if halves else 1, padding=1, bias=False)
        self.enter_norm = nn.BatchNorm2d(width)
        self.more = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1, bias=False) for _ in range(count - 1))
        self.norms = nn.ModuleList(nn.BatchNorm2d(width) for _ in range(count - 1))

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.enter_norm(self.enter(x)))
        for convolution, norm in zip(self.more, self.norms, strict=True):
            x = x + F.relu(norm(convolution(x)))
        return x
