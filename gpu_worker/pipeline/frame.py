"""A picture of which a part is to be painted anew, at every resolution that it passes through.

What is kept is put back before every step of every net, and once more at the end, byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from gpu_worker.diffusion import samplers, schedule
from gpu_worker.pipeline import joining
from gpu_worker.pipeline.pictures import from_bytes

OPAQUE = 255.0
# Of an edge that is as soft as can be: how far into the hole, as a share of the side, what was there shows through.
SOFTEST = 1 / 8
ALMOST = 1e-6


@dataclass(frozen=True, slots=True)
class Known:
    """What is kept, at one resolution."""

    picture: Tensor
    """(1, 3, H, W) in [-1, 1], 0 in the hole"""
    hole: Tensor
    """(1, 1, H, W), True where to paint"""

    def masked(self) -> Tensor | None:
        """(1, 4, H, W) as the nets were trained on it: 1 where to paint, and the picture without that.

        None where nothing is kept, which the nets know as a drawing without a mask.
        """
        if self.hole.all():
            return None
        return torch.cat([self.hole.to(self.picture.dtype), self.picture], dim=1)

    def put_back(self, x: Tensor) -> Tensor:
        return torch.where(self.hole, x, self.picture)

    def hold(self, fresh: Tensor) -> samplers.Hold:
        """Always with the same noise, the very one that the drawing began from, so that no step sees it jump."""

        def hold(x: Tensor, t: float) -> Tensor:
            return torch.where(self.hole, x, schedule.noised(self.picture.expand_as(fresh), fresh, t))

        return hold

    def joined(self, drawn: Tensor, grain: Tensor | None = None) -> Tensor:
        """What is kept, and in the hole what was drawn, with the colours and the grain of what lies around it."""
        if self.hole.all():
            return drawn
        return self.put_back(joining.joined(drawn, self.picture, self.hole, grain=grain))


@dataclass(frozen=True, slots=True)
class Hint(Known):
    """Paint that steers what is drawn, at one resolution."""

    strength: Tensor
    """(1, 1, H, W), 0 to 1, 0 where nothing is painted"""

    def hold(self, fresh: Tensor) -> samplers.Hold:
        """As far as it is strong: what is drawn shares its noise, so that between the two is what lies between both."""

        def hold(x: Tensor, t: float) -> Tensor:
            return torch.lerp(x, schedule.noised(self.picture.expand_as(fresh), fresh, t), self.strength)

        return hold


@dataclass(frozen=True, slots=True)
class Frame:
    pixels: Tensor
    """(side, side, 3) of whole numbers 0 to 255"""
    hole: Tensor
    """(side, side), True where to paint"""
    hint: Tensor | None = None
    """(side, side, 4) of whole numbers: colours, and how strongly they are meant"""
    shown: Tensor | None = None
    """(side, side), 0 to 1: how much of the pixels in the hole still shows through"""

    @property
    def side(self) -> int:
        return len(self.hole)

    def known(self, side: int, device: torch.device) -> Known:
        """Smaller, a cell is a hole if any pixel in it is: what is erased must not colour what is kept."""
        hole = _resized(self.hole[None, None].float(), side, F.adaptive_max_pool2d) > 0
        picture = _resized(from_bytes(self.pixels)[None], side, F.adaptive_avg_pool2d)
        return Known((picture * ~hole).to(device), hole.to(device))

    def hinted(self, side: int, device: torch.device) -> Hint | None:
        """The hint as something known for a while: where more than half of a cell of the hole is painted."""
        if self.hint is None:
            return None
        opaque = (self.hint[..., 3].float() / OPAQUE * self.hole)[None, None]
        painted = _resized((opaque > 0).float(), side, F.adaptive_avg_pool2d)
        strength = _resized(opaque, side, F.adaptive_avg_pool2d)
        colour = _resized(from_bytes(self.hint[..., :3])[None] * opaque, side, F.adaptive_avg_pool2d)
        there = painted > 0.5
        colour, strength = colour / strength.clamp_min(ALMOST), strength / painted.clamp_min(ALMOST)
        return Hint((there * colour).to(device), (~there).to(device), (there * strength).to(device))

    def finished(self, drawn: Tensor) -> Tensor:
        """(side, side, 3) of whole numbers, every kept pixel the very one that was given."""
        if self.shown is not None:
            share = self.shown[..., None]
            drawn = (self.pixels * share + drawn * (1 - share)).round().to(torch.uint8)
        return torch.where(self.hole[..., None], drawn, self.pixels)


def _resized(x: Tensor, side: int, pool: Callable[[Tensor, int], Tensor]) -> Tensor:
    if side >= x.shape[-1]:
        return F.interpolate(x, (side, side), mode="nearest")
    return pool(x, side)


def shown_through(opaque: Tensor, hole: Tensor, soft: float) -> Tensor | None:
    """opaque (side, side), 0 to 1: what was sent of the pixels in the hole -> how much of each stays, less and less
    with the distance from what is kept. None where nothing does."""
    reach = round(soft * SOFTEST * len(hole))
    if reach < 1:
        return None
    kept = (~hole)[None, None].float()
    # How far, in as many steps as there are pixels: each lets the kept part grow by one.
    near = torch.zeros_like(kept)
    for _step in range(reach):
        kept = F.max_pool2d(kept, 3, 1, 1)
        near += kept
    return torch.minimum(near[0, 0] / (reach + 1), opaque) * hole
