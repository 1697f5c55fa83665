"""Styles made of pieces: glass, stones, pixels, facets, stitches. Few and large, so that 64 pixels can show them."""

import torch
import torch.nn.functional as F
from torch import Tensor

from gpu_worker.corpus.stage import Stage, band, blur, contours, graded, luma, mix, rgb, sampled, saturated


def means(picture: Tensor, piece: Tensor, count: int) -> Tensor:
    """Each pixel as the mean colour of its piece. piece: (n, 1, h, w) whole numbers under count."""
    n, channels, h, w = picture.shape
    flat = (piece + torch.arange(n, device=picture.device).reshape(-1, 1, 1, 1) * count).reshape(-1)
    # Sums by scatter differ in their last bits from run to run on some devices; whole numbers do not.
    values = (picture.permute(0, 2, 3, 1).reshape(-1, channels) * 4096).round().long()
    total = torch.zeros(n * count, channels, device=picture.device, dtype=torch.long).index_add_(0, flat, values)
    number = torch.bincount(flat, minlength=n * count).clamp_min(1)[:, None]
    return (total.float() / number / 4096)[flat].reshape(n, h, w, channels).permute(0, 3, 1, 2)


def voronoi(stage: Stage, i: int, cells: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Pieces of a jittered grid: (piece number, distance to the border, and the way to the middle in u and in v)."""
    which = ((stage.dice[:, i] * 9973).long() % 64).reshape(-1, 1, 1, 1)
    gu, gv = stage.u * cells, stage.v * cells
    full = (stage.n, 1, stage.size, stage.size)
    first, second = (torch.full(full, 9.0, device=stage.device) for _ in range(2))
    piece = torch.zeros(full, device=stage.device, dtype=torch.long)
    du, dv = torch.zeros(full, device=stage.device), torch.zeros(full, device=stage.device)
    for oy in (-1, 0, 1):
        for ox in (-1, 0, 1):
            cx, cy = (gu.floor() + ox).long(), (gv.floor() + oy).long()
            px = cx + 0.1 + 0.8 * stage.bank[which, cy % 64, cx % 64]
            py = cy + 0.1 + 0.8 * stage.bank[(which + 7) % 64, cy % 64, cx % 64]
            far = ((px - gu) ** 2 + (py - gv) ** 2).sqrt()
            near = far < first
            second = torch.where(near, first, torch.minimum(second, far))
            number = ((cy + 1) * (cells + 2) + cx + 1).clamp(0, (cells + 2) ** 2 - 1).expand(full)
            piece = torch.where(near, number, piece)
            du, dv = torch.where(near, (px - gu) / cells, du), torch.where(near, (py - gv) / cells, dv)
            first = torch.where(near, far, first)
    return piece, (second - first) / cells, du, dv


def stained_glass(stage: Stage, picture: Tensor, mask: Tensor) -> Tensor:
    """About seventy panes in black lead; the thing itself is leaded round, so that its outline stays."""
    cells = 8
    piece, border, _, _ = voronoi(stage, 1, cells)
    count = (cells + 2) ** 2
    inside = (mask > 0.5).long()
    # A pane belongs to the thing or to the ground, never to both.
    pane = means(picture, piece + inside * count, 2 * count)
    pane = saturated(pane, 1.7) * 0.75 + 0.25 * saturated(blur(picture, 0.01), 1.5)
    own = means(stage.noise(2, 30), piece, count) - 0.5
    glow = 1.08 + 1.3 * own - 0.25 * ((stage.u - 0.5) ** 2 + (stage.v - 0.5) ** 2)
    lead = torch.maximum(stage.step(0.011 - border), band(mask, 1 / 32))
    edge = torch.minimum(torch.minimum(stage.u, 1 - stage.u), torch.minimum(stage.v, 1 - stage.v))
    lead = torch.maximum(lead, stage.step(0.02 - edge))
    return mix(pane * glow, rgb(12, 11, 14).to(stage.device), lead)


def blocks(picture: Tensor, cells: int) -> Tensor:
    """The picture on a coarse square grid: (n, c, cells, cells)."""
    return F.interpolate(picture, size=(cells, cells), mode="area")


def enlarged(small: Tensor, size: int) -> Tensor:
    return F.interpolate(small, size=(size, size), mode="nearest-exact")


def mosaic(stage: Stage, picture: Tensor, mask: Tensor) -> Tensor:
    """Square stones in pale mortar, each a little different."""
    cells = 21
    stones = blocks(saturated(picture, 1.3), cells)
    stones = stones + (stage.lattice(1, cells) - 0.5) * 0.2
    wide = enlarged(stones, stage.size)
    near = torch.minimum(torch.minimum((stage.u * cells) % 1, 1 - (stage.u * cells) % 1),
                         torch.minimum((stage.v * cells) % 1, 1 - (stage.v * cells) % 1)) / cells  # fmt: skip
    mortar = stage.step(0.006 - near)
    return mix(wide, rgb(214, 204, 184).to(stage.device), mortar * 0.8)


def pixel_art(stage: Stage, picture: Tensor, mask: Tensor) -> Tensor:
    """Twenty-two blocks across, few tones, a dark outline of blocks."""
    cells = 22
    small = blocks(saturated(picture, 1.35), cells)
    solid = (blocks(mask, cells) > 0.42).float()
    # A block on the border takes the thing's colour, not half of the ground's.
    own = blocks(picture * mask, cells) / blocks(mask, cells).clamp_min(0.05)
    small = mix(small, saturated(own.clamp(0, 1), 1.35), solid)
    small = (small * 4).round() / 4
    outline = (F.max_pool2d(solid, 3, 1, 1) - solid) * torch.tensor(1.0)
    small = mix(small, rgb(22, 18, 40).to(stage.device), outline * 0.9)
    return enlarged(small, stage.size)


def low_poly(stage: Stage, picture: Tensor, mask: Tensor) -> Tensor:
    """Flat triangles: a grid bent by noise, each square cut along a diagonal, each facet with its own light."""
    cells = 9
    u = (stage.u + (stage.noise(1, cells) - 0.5) * 0.1).clamp(0, 0.999) * cells
    v = (stage.v + (stage.noise(2, cells) - 0.5) * 0.1).clamp(0, 0.999) * cells
    iu, iv = u.floor(), v.floor()
    flip = ((iu + iv) % 2).bool()
    fu = torch.where(flip, 1 - (u - iu), u - iu)
    upper = (fu + (v - iv) > 1).long()
    piece = ((iv * cells + iu) * 2).long() + upper
    count = cells * cells * 2
    inside = (mask > 0.5).long()
    facet = means(picture, piece + inside * count, 2 * count)
    own = means(stage.noise(3, 40), piece, count) - 0.5
    light = 1.0 + own * 3.2 + (upper.float() - 0.5) * 0.2
    return saturated(facet * light, 1.25) * 0.97 + 0.02


def cubist(stage: Stage, picture: Tensor, mask: Tensor) -> Tensor:
    """Picasso: the picture broken into planes, each seen a little from elsewhere and shaded across; ochre and slate."""
    cells = 5
    piece, border, du, dv = voronoi(stage, 1, cells)
    count = (cells + 2) ** 2
    own_u = means(stage.noise(2, 24), piece, count) - 0.5
    own_v = means(stage.noise(3, 24), piece, count) - 0.5
    moved = sampled(picture, own_u * 0.42 - du * 0.12, own_v * 0.42 - dv * 0.12)
    shade = 1 + (du * own_u.sign() + dv * own_v.sign()) * 2.6
    earth = graded((luma(moved) + own_u * 0.8).clamp(0, 1), [(44, 38, 44), (98, 96, 116), (190, 138, 82), (240, 218, 174)])
    paint = mix(moved, earth, 0.42) * shade.clamp(0.55, 1.35)
    line = torch.maximum(stage.step(0.008 - border), contours(moved, torch.zeros_like(mask), 1 / 40, 0.22) * 0.7)
    return mix(paint, rgb(26, 22, 24).to(stage.device), line * 0.85)


def cross_stitch(stage: Stage, picture: Tensor, mask: Tensor) -> Tensor:
    """Crosses of thread on linen, twenty-four across."""
    cells = 24
    colour = enlarged((blocks(saturated(picture, 1.4), cells) * 5).round() / 5, stage.size)
    x, y = (stage.u * cells) % 1 - 0.5, (stage.v * cells) % 1 - 0.5
    far = torch.minimum((x - y).abs(), (x + y).abs())
    soft = cells / stage.size
    thread = ((0.2 - far) / soft + 0.5).clamp(0, 1)
    linen = rgb(238, 228, 206).to(stage.device) - 0.05 * (((stage.u * 48) % 1 < 0.5) ^ ((stage.v * 48) % 1 < 0.5)).float()
    light = 1.06 - 0.5 * far.clamp(0, 0.3)
    return mix(linen, colour * light, (thread * 0.96).clamp(0, 1))
