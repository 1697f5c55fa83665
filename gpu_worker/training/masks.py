"""What is to be painted anew, for training edits: things with a margin, bands for outpainting, strokes of a brush."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

THINGS, BANDS = 0.5, 0.75  # shares of the three sorts, cumulated
SEGMENTS = 4


def holes(things: Tensor, source: torch.Generator) -> Tensor:
    """things (B, H, W), where one thing of each scene is -> (B, 1, H, W), 1 where to paint.

    Half are things, dilated so that nothing of the thing is left to be seen: a net that sees a rim of it learns to
    follow the rim, and a small net learns to paint background. Scenes without a thing get a stroke.
    """
    rows, height, width = things.shape
    device = things.device
    sort = torch.rand(rows, generator=source, device=device)
    thing = _dilated(things.float(), source)
    strokes, bands = _strokes(rows, height, width, source, device), _bands(rows, height, width, source, device)
    usable = (thing.flatten(1).mean(dim=1) > 0.005) & (sort < THINGS)
    between = (sort >= THINGS) & (sort < BANDS)
    chosen = torch.where(usable[:, None, None], thing, torch.where(between[:, None, None], bands, strokes))
    return chosen[:, None]


def masked_input(pictures: Tensor, hole: Tensor, used: Tensor) -> Tensor:
    """(B, 4, H, W) as the nets take it; zeros, which is the same as no mask, where `used` (B) is False."""
    return torch.cat([hole, pictures * (1 - hole)], dim=1) * used[:, None, None, None]


def one_thing(masks: Tensor, source: torch.Generator) -> Tensor:
    """(B, K, H, W) -> (B, H, W): one of the things that each scene has, by lot"""
    rows, count = masks.shape[:2]
    if count == 0:
        return torch.zeros(rows, *masks.shape[2:], dtype=torch.bool, device=masks.device)
    there = (masks > 127).flatten(2).any(dim=2)
    lot = torch.rand(rows, count, generator=source, device=masks.device) + there
    return masks[torch.arange(rows, device=masks.device), lot.argmax(dim=1)] > 127


def _dilated(things: Tensor, source: torch.Generator) -> Tensor:
    """By a margin of 2 to 8 % of the side, of two sizes so that one shape serves the whole batch."""
    side = things.shape[-1]
    near, far = (F.max_pool2d(things[:, None], 2 * m + 1, 1, m)[:, 0] for m in (max(1, side // 50), max(2, side // 12)))
    wide = torch.rand(len(things), generator=source, device=things.device) < 0.5
    return torch.where(wide[:, None, None], far, near)


def _bands(rows: int, height: int, width: int, source: torch.Generator, device: torch.device) -> Tensor:
    """On one to three sides, as wide as half the picture: what outpainting asks for."""
    share = 0.15 + 0.35 * torch.rand(rows, 4, generator=source, device=device)
    order = torch.rand(rows, 4, generator=source, device=device).argsort(dim=1).argsort(dim=1)
    count = torch.randint(1, 4, (rows, 1), generator=source, device=device)
    share = share * (order < count)
    y = (torch.arange(height, device=device) + 0.5) / height
    x = (torch.arange(width, device=device) + 0.5) / width
    down = (y < share[:, 0:1]) | (y > 1 - share[:, 1:2])
    across = (x < share[:, 2:3]) | (x > 1 - share[:, 3:4])
    return (down[:, :, None] | across[:, None, :]).float()


def _strokes(rows: int, height: int, width: int, source: torch.Generator, device: torch.device) -> Tensor:
    """A bent line of a thick brush: everything near enough to its segments."""
    points = torch.rand(rows, SEGMENTS + 1, 2, generator=source, device=device)
    reach = 0.05 + 0.1 * torch.rand(rows, generator=source, device=device)
    y = (torch.arange(height, device=device) + 0.5) / height
    x = (torch.arange(width, device=device) + 0.5) / width
    near = torch.full((rows, height, width), torch.inf, device=device)
    for segment in range(SEGMENTS):
        (ay, ax), (by, bx) = (points[:, segment + end].unbind(1) for end in (0, 1))
        dy, dx = by - ay, bx - ax
        along = (y[None, :] - ay[:, None])[:, :, None] * dy[:, None, None]
        along = along + (x[None, :] - ax[:, None])[:, None, :] * dx[:, None, None]
        along = (along / (dy * dy + dx * dx + 1e-6)[:, None, None]).clamp(0, 1)
        off_y = y[None, :, None] - ay[:, None, None] - along * dy[:, None, None]
        off_x = x[None, None, :] - ax[:, None, None] - along * dx[:, None, None]
        near = torch.minimum(near, off_y.square() + off_x.square())
    return (near < reach[:, None, None].square()).float()
