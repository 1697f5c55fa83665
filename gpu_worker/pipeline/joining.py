"""What was drawn in a hole brought to what lies around it: its colour, coarse and fine, and its grain.

Beside the hole the net drew as well, and there it can be seen by how much it is wrong. Each scale of that error reaches
as far into the hole as it is coarse, as in a spline of many resolutions (Burt and Adelson, 1983): a cast goes from all
of it, a streak only from the rim. What is then left of a step from the last kept pixels to the first drawn ones is
spread over a feather inside the hole. Grain that is missing near the rim is added, what is too much is taken away.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

# In shares of the side: the finest and the coarsest scale of colours, and how far from the rim grain is compared.
FINEST, COARSEST, GRAIN = 1 / 128, 1 / 2, 1 / 12
# The feather's finest and coarsest scale, and the pixels to each side between which a step is one.
FEATHER_FINEST, FEATHER = 1 / 256, 1 / 16
RIM = 2
# In cells: how far a mean reaches on the grid of its own scale.
REACH = 4
# More than that is no wrong colour but another thing.
MOST_WRONG = 0.5
# Of grain: less of a difference is chance, and so is more.
LEAST_GRAIN, MOST_GRAIN = 0.002, 0.2
# The median of the absolute value of a normal number.
MEDIAN = 0.6745
ALMOST = 1e-6


def joined(drawn: Tensor, picture: Tensor, hole: Tensor, *, grain: Tensor | None = None) -> Tensor:
    """drawn (B, 3, H, W), picture (1, 3, H, W), hole (1, 1, H, W) True where to paint -> what the hole is to show.

    grain: (B, 3, H, W) of noise with variance one, which belongs to the places.
    """
    moved = drawn + _colour(drawn, picture, hole)
    moved = moved + _step(moved, picture, hole)
    if grain is not None:
        moved = moved + _grain(moved, picture, hole, grain)
    return moved.clamp(-1, 1)


def _colour(drawn: Tensor, picture: Tensor, hole: Tensor) -> Tensor:
    wrong = (picture - drawn).clamp(-MOST_WRONG, MOST_WRONG)
    return _spread(wrong, (~hole).to(drawn.dtype), COARSEST, FINEST)


def _step(drawn: Tensor, picture: Tensor, hole: Tensor) -> Tensor:
    """A lively picture has steps of its own: what is no larger than those is none."""
    kept = (~hole).to(drawn.dtype)
    rim = (hole & _grown(~hole, RIM)).to(drawn.dtype)
    outside = _mean(picture * kept, RIM) / _mean(kept, RIM).clamp_min(ALMOST)
    inside = _mean(drawn * (1 - kept), RIM) / _mean(1 - kept, RIM).clamp_min(ALMOST)
    # A line like the rim, far enough out that all around it is the picture's own.
    line = (_grown(hole, 4 * RIM) & ~_grown(hole, 3 * RIM)).to(drawn.dtype)
    fine = _mean(picture, 1)
    own = [(fine - fine.roll(RIM + 1, dims=axis), line) for axis in (2, 3)]
    return _spread(outside - inside, rim, FEATHER, FEATHER_FINEST, own=own)


def _spread(
    wrong: Tensor, known: Tensor, coarsest: float, finest: float, *, own: Sequence[tuple[Tensor, Tensor]] = ()
) -> Tensor:
    """(B, 3, H, W), of which what is known (1, 1, H, W) counts -> spread from there, each scale as far as it is coarse.

    own: the like of it that the picture has of itself, and where; less than that is left as it is.
    """
    wrong, own = wrong * known, [(each * where, where) for each, where in own]
    total, share = torch.zeros_like(wrong), coarsest
    while share >= finest:
        reach = max(1, round(share * wrong.shape[-1]))
        near = _mean(known, reach)
        found = _mean(wrong, reach) / near.clamp_min(ALMOST)
        if own:
            usual = sum(
                _energy(_mean(each, reach) / _mean(where, reach).clamp_min(ALMOST), where) for each, where in own
            )
            found = found * (1 - usual / len(own) / _energy(found, known)).clamp_min(0)
        # At a straight rim half of what is near is known; of a line, as much as on the line.
        whole_at = float(near[known > 0].mean()) if own else 0.5
        total = total + found * (near / whole_at).clamp_max(1)
        wrong = (wrong - found) * known
        share /= 2
    return total


def _energy(found: Tensor, where: Tensor) -> Tensor:
    """(B, 1, 1, 1)"""
    sums = (found.square() * where).sum(dim=(1, 2, 3), keepdim=True)
    return sums / (3 * where.sum()).clamp_min(1) + ALMOST


def _grain(drawn: Tensor, picture: Tensor, hole: Tensor, grain: Tensor) -> Tensor:
    reach = max(2, round(GRAIN * drawn.shape[-1]))
    kept = ~hole
    # Differences reach a pixel to each side, so those beside the rim belong to neither.
    inside, outside = ~_grown(kept, 1), ~_grown(hole, 1)
    near_rim = _mean(kept.to(drawn.dtype), reach)
    ring_inside, ring_outside = inside & (near_rim > 0.05), outside & (near_rim < 0.95)
    if not (ring_inside.any() and ring_outside.any()):
        return torch.zeros_like(drawn)
    fine = drawn - _mean(drawn, 1)
    own = _level(picture - _mean(picture, 1), ring_outside)
    # All of it up to half the way, and then less and less.
    fade = (4 * near_rim).clamp_max(1)
    added = []
    for row, noise in zip(fine, grain, strict=True):
        mine = _level(row[None], ring_inside)
        lacking = (own.square() - mine.square()).clamp_min(0).sqrt()
        lacking = torch.where(lacking > LEAST_GRAIN, lacking, 0).clamp_max(MOST_GRAIN)
        # Of grain the mean over nine pixels was taken off before it was measured: an eighth more comes on.
        more = lacking / MEDIAN * (9 / 8) ** 0.5 * noise
        much = (own + LEAST_GRAIN) / (mine + LEAST_GRAIN)
        added.append(fade[0] * (more - (1 - much.clamp(0.25, 1)) * row))
    return torch.stack(added)


def _level(fine: Tensor, where: Tensor) -> Tensor:
    """(1, 3, H, W) -> (3, 1, 1): the median, which edges do not move."""
    return fine[0, :, where[0, 0]].abs().median(dim=1).values[:, None, None]


def _mean(x: Tensor, reach: int) -> Tensor:
    """Over a square that reaches so far to each side, twice: on a coarser grid where it reaches far."""
    cells = max(1, reach // REACH)
    height, width = x.shape[-2:]
    small = F.avg_pool2d(x, cells, ceil_mode=True, count_include_pad=False) if cells > 1 else x
    reach = min(max(1, round(reach / cells)), min(small.shape[-2:]) - 1)
    small = _box(small, reach)
    if cells == 1:
        return small
    return F.interpolate(small, (height, width), mode="bilinear")


def _box(x: Tensor, reach: int) -> Tensor:
    """Beyond the border of a picture nothing is known: the mean of what there is."""
    size = 2 * reach + 1
    across = F.avg_pool2d(x, (1, size), 1, (0, reach), count_include_pad=False)
    return F.avg_pool2d(across, (size, 1), 1, (reach, 0), count_include_pad=False)


def _grown(where: Tensor, by: int) -> Tensor:
    return F.max_pool2d(where.float(), 2 * by + 1, 1, by) > 0
