"""Upsamplers 64→256 and 256→1024: diffusion conditioned on the smaller picture.

Ramesh et al. 2022, §2.1: convolutions only, no attention, so a net trained on crops may be applied to any
size. Space to depth by 4 first, because full-resolution convolutions would dominate everything. It predicts
what is missing from the smoothly enlarged picture, so a net that knows nothing adds nothing.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gpu_worker.nets.layers import Modulator, PositionNorm, ResidualConv, TimeEmbedding, halve, zero_

FOLD = 4
MASK_CHANNELS = 4  # a mask and the masked picture, as in the decoder


@dataclass(frozen=True, slots=True)
class UpsamplerConfig:
    """`widths` from a quarter of the resolution downwards, each half of the one before."""

    widths: tuple[int, ...] = (96, 160)
    convolutions: tuple[int, ...] = (2, 3)
    condition_width: int = 128
    embedding: int | None = None
    """The width of z_i, where it modulates the net."""


class Upsampler(nn.Module):
    def __init__(self, config: UpsamplerConfig) -> None:
        super().__init__()
        self.config = config
        widths = config.widths
        pairs = list(itertools.pairwise(widths))
        condition = config.condition_width
        self.time = TimeEmbedding(condition)
        self.image = None if config.embedding is None else nn.Linear(config.embedding, condition)
        self.enter = nn.Conv2d(FOLD * FOLD * 6, widths[0], 3, padding=1)
        # Zero to begin with, as in the decoder: a net that never saw a mask ignores it.
        self.enter_mask = nn.Conv2d(FOLD * FOLD * MASK_CHANNELS, widths[0], 3, padding=1, bias=False)
        self.modulators = nn.ModuleList(Modulator(condition, width, 2) for width in widths)
        self.down = nn.ModuleList(_half(width, n) for width, n in zip(widths, config.convolutions, strict=True))
        self.shrink = nn.ModuleList(nn.Conv2d(4 * wide, narrow, 1) for wide, narrow in pairs)
        self.grow = nn.ModuleList(nn.Conv2d(narrow, 4 * wide, 1) for wide, narrow in pairs)
        self.join = nn.ModuleList(nn.Conv2d(2 * wide, wide, 1) for wide, _ in pairs)
        self.up = nn.ModuleList(_half(width, n) for width, n in zip(widths[:-1], config.convolutions, strict=False))
        self.leave_norm = PositionNorm(widths[0])
        self.leave = nn.Conv2d(widths[0], FOLD * FOLD * 3, 3, padding=1)
        zero_(self.enter_mask, self.leave)

    @property
    def multiple(self) -> int:
        """Rows and columns of the picture must divide by this."""
        return FOLD * 2 ** (len(self.config.widths) - 1)

    def forward(
        self, x: Tensor, t: Tensor, enlarged: Tensor, z_image: Tensor | None = None, masked: Tensor | None = None
    ) -> Tensor:
        """The un-noised picture. x and enlarged (B, 3, H, W), t (B) in [0, 1], z_image (B, d) scaled by √d,
        masked (B, 4, H, W): 1 where to paint, and the picture without that."""
        condition = self.time(t)
        if self.image is not None and z_image is not None:
            condition = condition + self.image(z_image)
        modulations = [modulator(condition) for modulator in self.modulators]
        h = self.enter(halve(torch.cat([x, enlarged], dim=1), FOLD))  # (B, widths[0], H/4, W/4)
        if masked is not None:
            h = h + self.enter_mask(halve(masked, FOLD))
        kept: list[Tensor] = []
        for level, convolutions in enumerate(self.down):
            for convolution in convolutions:
                h = convolution(h, modulations[level])
            if level < len(self.shrink):
                kept.append(h)
                h = self.shrink[level](halve(h))
        for level in reversed(range(len(self.shrink))):
            h = F.pixel_shuffle(self.grow[level](h), 2)
            h = self.join[level](torch.cat([h, kept[level]], dim=1))
            for convolution in self.up[level]:
                h = convolution(h, modulations[level])
        return enlarged + F.pixel_shuffle(self.leave(F.silu(self.leave_norm(h))), FOLD)


def _half(width: int, count: int) -> nn.ModuleList:
    return nn.ModuleList(ResidualConv(width) for _ in range(count))
