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
from gpu_worker.pipeline.pictures import from_bytes

# How far into the hole its edge is drawn towards what is kept: a share of the side.
FEATHER = 1 / 128
OPAQUE = 255
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

    def joined(self, drawn: Tensor) -> Tensor:
        """What is kept, and in the hole what was drawn, its rim moved by as much as the net was wrong beside it."""
        reach = max(1, round(FEATHER * drawn.shape[-1]))
        kept = (~self.hole).to(drawn.dtype)
        near = _blurred(kept, reach)
        wrong = _blurred((self.picture - drawn) * kept, reach) / near.clamp_min(ALMOST)
        # At a straight rim half of what is near is kept.
        moved = drawn + wrong * (2 * near).clamp_max(1)
        return self.put_back(moved.clamp(-1, 1))


@dataclass(frozen=True, slots=True)
class Frame:
    pixels: Tensor
    """(side, side, 3) of whole numbers 0 to 255"""
    hole: Tensor
    """(side, side), True where to paint"""
    hint: Tensor | None = None
    """(side, side, 4) of whole numbers: colours, and where they are meant"""

    @property
    def side(self) -> int:
        return len(self.hole)

    def known(self, side: int, device: torch.device) -> Known:
        """Smaller, a cell is a hole if any pixel in it is: what is erased must not colour what is kept."""
        hole = _resized(self.hole[None, None].float(), side, F.adaptive_max_pool2d) > 0
        picture = _resized(from_bytes(self.pixels)[None], side, F.adaptive_avg_pool2d)
        return Known((picture * ~hole).to(device), hole.to(device))

    def hinted(self, side: int, device: torch.device) -> Known | None:
        """The hint as something known for a while: only where more than half of a cell of the hole is hinted."""
        if self.hint is None:
            return None
        meant = ((self.hint[..., 3] == OPAQUE) & self.hole)[None, None].float()
        share = _resized(meant, side, F.adaptive_avg_pool2d)
        colour = _resized(from_bytes(self.hint[..., :3])[None] * meant, side, F.adaptive_avg_pool2d)
        there = share > 0.5
        return Known((there * colour / share.clamp_min(ALMOST)).to(device), (~there).to(device))

    def finished(self, drawn: Tensor) -> Tensor:
        """(side, side, 3) of whole numbers, every kept pixel the very one that was given."""
        return torch.where(self.hole[..., None], drawn, self.pixels)


def _resized(x: Tensor, side: int, pool: Callable[[Tensor, int], Tensor]) -> Tensor:
    if side >= x.shape[-1]:
        return F.interpolate(x, (side, side), mode="nearest")
    return pool(x, side)


def _blurred(x: Tensor, reach: int) -> Tensor:
    """The mean over a square, first along rows, then along columns."""
    across = F.avg_pool2d(x, (1, 2 * reach + 1), 1, (0, reach))
    return F.avg_pool2d(across, (2 * reach + 1, 1), 1, (reach, 0))
