"""The two upsamplers at work: whole pictures, pictures with a hole, and pictures of any size in tiles."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from gpu_worker.diffusion import noise, samplers, schedule
from gpu_worker.nets.upsampler import Upsampler
from gpu_worker.pipeline.frame import Known
from gpu_worker.pipeline.pictures import from_bytes, to_bytes

PICTURE_LIMIT = 1.0
TIMES = 4
# In pixels of the smaller picture. A tile is drawn with a margin of its neighbours, which is then cut off: as wide
# as what a net sees of its surroundings in all of its steps, as far as it makes a difference (tests say how little).
TILE, MARGIN = 192, 32


@dataclass(frozen=True, slots=True)
class Stage:
    """One upsampler and how it is sampled. `purpose` names its noise."""

    net: Upsampler
    steps: int
    start: float
    purpose: str

    def enlarge(
        self,
        small: Tensor,
        seeds: Sequence[int],
        z_image: Tensor,
        *,
        known: Known | None = None,
        top: int = 0,
        left: int = 0,
        observe: samplers.Observer | None = None,
    ) -> Tensor:
        """Four times the side, from truncated noise over the bicubic enlargement (SDEdit, Meng et al. 2021, §3).

        top, left: where in a larger picture this one stands, so that its noise is what the larger one's would be.
        """
        dtype = self.net.leave.weight.dtype
        enlarged = F.interpolate(small, scale_factor=TIMES, mode="bicubic").clamp(-1, 1)
        height, width = enlarged.shape[-2:]
        fresh = torch.stack(
            [
                noise.placed_noise(
                    seed, self.purpose, channels=3, top=top * TIMES, left=left * TIMES, height=height, width=width
                )
                for seed in seeds
            ]
        ).to(small.device)
        condition, z = _picture(enlarged, dtype), z_image.to(dtype)
        masked = None if known is None else known.masked()
        if masked is not None:
            masked = _picture(masked, dtype).expand(len(small), -1, -1, -1)

        def net(x: Tensor, t: Tensor) -> Tensor:
            return self.net(_picture(x, dtype), t, condition, z, masked).float()

        drawn = samplers.ddim(
            schedule.velocity_from_clean(net, limit=PICTURE_LIMIT),
            schedule.noised(enlarged, fresh, self.start),
            schedule.times(self.steps, start=self.start),
            hold=None if known is None else known.hold(fresh),
            observe=observe,
        ).clamp(-1, 1)
        return drawn if known is None else known.joined(drawn, fresh)

    def enlarge_tiled(
        self,
        pixels: Tensor,
        seed: int,
        z_image: Tensor,
        *,
        tile: int = TILE,
        margin: int = MARGIN,
        observe: samplers.Observer | None = None,
    ) -> Tensor:
        """(H, W, 3) of whole numbers, of any size -> (4H, 4W, 3). Memory follows the tile, not the picture."""
        multiple = self.net.multiple // TIMES
        if tile % multiple or margin % multiple:
            raise ValueError(f"tiles and margins divide by {multiple}, or the net folds their pixels differently")
        device = z_image.device
        result = torch.empty(*(TIMES * side for side in pixels.shape[:2]), 3, dtype=torch.uint8)
        for rows, columns in tiles(pixels.shape[0], pixels.shape[1], tile):
            top, left = max(0, rows.start - margin), max(0, columns.start - margin)
            part = from_bytes(pixels[top : rows.stop + margin, left : columns.stop + margin])[None]
            height, width = part.shape[-2:]
            part = F.pad(part, (0, -width % multiple, 0, -height % multiple), mode="replicate").to(device)
            large = to_bytes(self.enlarge(part, [seed], z_image, top=top, left=left, observe=observe)[0])
            inner = large[_enlarged(rows, top), _enlarged(columns, left)]
            result[_enlarged(rows), _enlarged(columns)] = inner
        return result


def tiles(height: int, width: int, side: int = TILE) -> Iterator[tuple[range, range]]:
    """The rows and the columns of each, together the whole picture, none twice."""
    rows = [range(top, min(top + side, height)) for top in range(0, height, side)]
    columns = [range(left, min(left + side, width)) for left in range(0, width, side)]
    return itertools.product(rows, columns)


def _enlarged(places: range, begin: int = 0) -> slice:
    """Where rows or columns come to stand, counted from `begin`."""
    return slice(TIMES * (places.start - begin), TIMES * (places.stop - begin))


def _picture(x: Tensor, dtype: torch.dtype) -> Tensor:
    return x.to(dtype, memory_format=torch.channels_last)
