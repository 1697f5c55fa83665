"""What a generator does to pictures, done to real ones: the judge must not stumble over softness, grain or a shift.

Nothing here changes what is asked: no mirror (left stays left) and no shift of hues (colours keep their names).
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

BLUR = torch.tensor([1.0, 4.0, 6.0, 4.0, 1.0]) / 16
SHARE = 0.25  # of the rows that each kind of damage is done to
GRAIN, LIGHT, CONTRAST, SHIFT = 0.12, 0.08, 0.12, 3
ROUND_TRIPS = (28, 36, 44, 52)  # the sides, of 64, that a picture is taken down to and brought back from
BLOCK = 8


def augmented(pictures: Tensor, source: torch.Generator) -> Tensor:
    """(B, 3, H, W) in [-1, 1], damaged differently row by row; shifted, lit and contrasted a little all of them."""
    x = _shifted(pictures, source)
    count = len(x)

    def chosen() -> Tensor:
        return torch.nonzero(torch.rand(count, generator=source) < SHARE)[:, 0]

    for damage in (_blurred, _through_a_smaller_size, _in_blocks, _grainy):
        rows = chosen()
        if len(rows):
            x = x.index_copy(0, rows, damage(x[rows], source))
    light = (torch.rand(count, 1, 1, 1, generator=source) * 2 - 1) * LIGHT
    contrast = 1 + (torch.rand(count, 1, 1, 1, generator=source) * 2 - 1) * CONTRAST
    return (x * contrast + light).clamp(-1, 1)


def _shifted(x: Tensor, source: torch.Generator) -> Tensor:
    """Each row by a few pixels, its edge drawn out."""
    count, side = len(x), x.shape[-1]
    move = torch.randint(-SHIFT, SHIFT + 1, (count, 2), generator=source)
    places = torch.arange(side)
    down = (places + move[:, :1]).clamp(0, side - 1)
    across = (places + move[:, 1:]).clamp(0, side - 1)
    rows = torch.arange(count)[:, None, None]
    return x.permute(0, 2, 3, 1)[rows, down[:, :, None], across[:, None, :]].permute(0, 3, 1, 2)


def _blurred(x: Tensor, source: torch.Generator) -> Tensor:
    kernel = (BLUR[:, None] * BLUR).expand(3, 1, 5, 5)
    soft = F.conv2d(F.pad(x, (2, 2, 2, 2), mode="replicate"), kernel, groups=3)
    return torch.lerp(x, soft, 0.4 + 0.6 * torch.rand(len(x), 1, 1, 1, generator=source))


def _through_a_smaller_size(x: Tensor, source: torch.Generator) -> Tensor:
    side = x.shape[-1]
    small = ROUND_TRIPS[int(torch.randint(len(ROUND_TRIPS), (1,), generator=source))] * side // 64
    return F.interpolate(F.interpolate(x, size=(small, small), mode="area"), size=(side, side), mode="bilinear")


def _in_blocks(x: Tensor, source: torch.Generator) -> Tensor:
    """Rounded in the cosines of 8×8 blocks, as JPEG does; the finer the wave, the coarser."""
    n = torch.arange(BLOCK)
    cosines = torch.cos(torch.pi / BLOCK * (n[None] + 0.5) * n[:, None]) * (2 / BLOCK) ** 0.5
    cosines[0] /= 2**0.5
    blocks = x.unfold(2, BLOCK, BLOCK).unfold(3, BLOCK, BLOCK)  # (B, 3, h, w, 8, 8)
    waves = cosines @ blocks @ cosines.T
    strength = 0.02 + 0.06 * torch.rand(len(x), 1, 1, 1, 1, 1, generator=source)
    step = strength * (1 + n[:, None] + n[None])
    blocks = cosines.T @ ((waves / step).round() * step) @ cosines
    return blocks.permute(0, 1, 2, 4, 3, 5).reshape(x.shape)


def _grainy(x: Tensor, source: torch.Generator) -> Tensor:
    amount = GRAIN * torch.rand(len(x), 1, 1, 1, generator=source)
    return x + amount * torch.randn(x.shape, generator=source)
