"""A picture made larger than any frame: frame after frame, each half over what is there already."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor

from gpu_worker.pipeline import operations
from gpu_worker.pipeline.frame import Frame
from gpu_worker.pipeline.unclip import Unclip
from gpu_worker.request import SEED_LIMIT, DrawRequest

Side = Literal["left", "right", "top", "bottom"]


@torch.inference_mode()
def outpaint(
    unclip: Unclip, picture: Tensor, request: DrawRequest, *, side: Side, by: int, watch: operations.Watcher
) -> Tensor:
    """(H, W, 3) of whole numbers, of any size, made longer by so many pixels; what was there stays exact.

    request: a drawing by words, whose size is that of the frames and whose seed is the first one's.
    """
    request, reach = operations.resolved(unclip, request), request.size
    down = side in ("top", "bottom")
    height, width = picture.shape[:2]
    long, wide = (height, width) if down else (width, height)
    # In the direction of growth, as if to the right or downwards, and along the edge.
    onwards = _starts(max(0, long - reach // 2), long + by, reach)
    if side in ("left", "top"):
        onwards = [long - reach - start for start in onwards]
    along = _starts(0, wide, reach)
    first, last = min(0, *onwards), max(long, *(start + reach for start in onwards))
    broad = max(wide, along[-1] + reach)
    shape = (last - first, broad) if down else (broad, last - first)
    canvas, empty = torch.zeros(*shape, 3, dtype=torch.uint8), torch.ones(shape, dtype=torch.bool)
    top, left = (-first, 0) if down else (0, -first)
    canvas[top : top + height, left : left + width] = picture
    empty[top : top + height, left : left + width] = False

    places = [(forward - first, across) for forward in onwards for across in along]
    for number, (forward, across) in enumerate(places):
        y, x = (forward, across) if down else (across, forward)
        place = (slice(y, y + reach), slice(x, x + reach))
        frame = Frame(canvas[place].clone(), empty[place].clone())
        # Another seed for each, lest the same texture be seen again and again.
        asked = dataclasses.replace(request, seeds=((request.seeds[0] + number) % SEED_LIMIT,))

        def tell(done: int, total: int, pictures: Sequence[Tensor] | Tensor | None, before: int = number) -> None:
            watch(before * total + done, len(places) * total, pictures)

        canvas[place] = operations.prompt(unclip, asked, tell, frame).pictures[0]
        empty[place] = False

    begin = -first - by if side in ("left", "top") else -first
    grown = slice(begin, begin + long + by)
    return canvas[grown, :wide] if down else canvas[:wide, grown]


def _starts(begin: int, end: int, reach: int) -> list[int]:
    """Where frames begin so that each half covers its neighbour and together they reach from `begin` to `end`."""
    starts = [begin]
    while starts[-1] + reach < end:
        starts.append(starts[-1] + reach // 2)
    return starts
