"""Styles made of pieces: glass, stones, pixels, facets, stitches. Few and large, so that 64 pixels can show them."""

import torch
import torch.nn.functional as F
from torch import Tensor

from gpu_worker.corpus.stage import Stage, band, blur, contours, graded, luma, mix, sampled, saturated, set_off


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
    # Where the thing is, more of its own drawing shows through the glass: eyes, wheels, keys.
    pane = mix(saturated(pane, 1.7), saturated(blur(picture, 0.006), 1.5), 0.25 + 0.3 * mask)
    # Black glass would be one with its lead.
    pane = pane + 0.2 * (0.5 - luma(pane)).clamp_min(0)
    own = means(stage.noise(2, 30), piece, count) - 0.5
    glow = 1.08 + 1.3 * own - 0.25 * ((stage.u - 0.5) ** 2 + (stage.v - 0.5) ** 2)
    lead = torch.maximum(stage.step(0.011 - border), band(mask, 1 / 32))
    edge = torch.minimum(torch.minimum(stage.u, 1 - stage.u), torch.minimum(stage.v, 1 - stage.v))
    lead = torch.maximum(lead, stage.step(0.02 - edge))
    return mix(pane * glow, stage.rgb(12, 11, 14), lead)


def blocks(picture: Tensor, cells: int) -> Tensor:
    """The picture on a coarse square grid: (n, c, cells, cells)."""
    return F.interpolate(picture, size=(cells, cells), mode="area")


def enlarged(small: Tensor, size: int) -> Tensor:
    return F.interpolate(small, size=(size, size), mode="nearest-exact")


def own_blocks(picture: Tensor, mask: Tensor, cells: int) -> tuple[Tensor, Tensor]:
    """(colours, which blocks are the thing's). A block on the border is the thing's or the ground's, never both."""
    cover = blocks(mask, cells)
    thing = blocks(picture * mask, cells) / cover.clamp_min(0.05)
    ground = blocks(picture * (1 - mask), cells) / (1 - cover).clamp_min(0.05)
    solid = (cover > 0.45).float()
    return mix(ground, thing, solid).clamp(0, 1), solid


def rim(solid: Tensor) -> Tensor:
    """The blocks just outside the thing."""
    return F.max_pool2d(solid, 3, 1, 1) - solid


def mosaic(stage: Stage, picture: Tensor, mask: Tensor) -> Tensor:
    """Square stones in pale mortar, each a little different; a row of dark ones runs round the thing."""
    cells = 26
    stones, solid = own_blocks(saturated(picture, 1.35), mask, cells)
    ground = mix(stones, stage.rgb(222, 204, 168), 0.22 * (1 - solid))
    around = F.avg_pool2d(luma(ground), 5, 1, 2)
    outline = mix(stage.rgb(240, 222, 180), stage.rgb(58, 40, 36), ((around - 0.32) * 8).clamp(0, 1))
    stones = mix(ground, outline, 0.7 * rim(solid)) + (stage.lattice(1, cells) - 0.5) * (0.18 - 0.08 * solid)
    wide = enlarged(stones, stage.size)
    near = torch.minimum(torch.minimum((stage.u * cells) % 1, 1 - (stage.u * cells) % 1),
                         torch.minimum((stage.v * cells) % 1, 1 - (stage.v * cells) % 1)) / cells  # fmt: skip
    mortar = stage.step(0.0036 - near)
    return mix(wide, stage.rgb(224, 216, 198), mortar * 0.7)


def pixel_art(stage: Stage, picture: Tensor, mask: Tensor) -> Tensor:
    """Thirty-two blocks across (two pixels each at 64), few tones, a dark outline of blocks."""
    small, solid = own_blocks(saturated(picture, 1.4), mask, 32)
    # An ordered pattern between two tones, as on the first home computers.
    pattern = torch.tensor([[0.0, 0.5], [0.75, 0.25]], device=stage.device).repeat(16, 16) - 0.375
    # More tones for the thing than for its ground: three would turn faces and greys into patches.
    tones = 3 + 2 * solid
    small = ((small + pattern * 0.16 * (1 - solid)) * tones).round() / tones
    # On a dark ground the outline is a light one.
    around = F.avg_pool2d(luma(small), 5, 1, 2)
    outline = mix(stage.rgb(206, 210, 240), stage.rgb(16, 12, 36), ((around - 0.2) * 10).clamp(0, 1))
    small = mix(small, outline, rim(solid))
    return enlarged(small, stage.size)


def low_poly(stage: Stage, picture: Tensor, mask: Tensor) -> Tensor:
    """Flat facets with straight edges: the cells of a jittered grid, each cut in two, each with its own light."""
    cells = 10
    piece, _, du, dv = voronoi(stage, 1, cells)
    count = 2 * (cells + 2) ** 2
    turn = means(stage.noise(2, 44), piece, count // 2) * 12
    half = (du * turn.cos() + dv * turn.sin() > 0).long()
    facet = piece * 2 + half
    inside = (mask > 0.5).long()
    picture = set_off(picture, mask)
    colour = means(picture, facet + inside * count, 2 * count)
    own = means(stage.noise(3, 50), facet, count) - 0.5
    light = 1.0 + own * (1.15 + 0.2 * mask) + (half.float() - 0.5) * (0.42 - 0.12 * mask)
    return mix(saturated(colour * light + 0.03, 1.5), saturated(picture, 1.2), 0.46 * mask)


def cubist(stage: Stage, picture: Tensor, mask: Tensor) -> Tensor:
    """Picasso: the picture broken into planes, each seen a little from elsewhere and shaded across; ochre and slate."""
    cells = 5
    piece, border, du, dv = voronoi(stage, 1, cells)
    count = (cells + 2) ** 2
    own_u = means(stage.noise(2, 24), piece, count) - 0.5
    own_v = means(stage.noise(3, 24), piece, count) - 0.5
    picture = set_off(picture, mask)
    moved = sampled(picture, own_u * 0.17 - du * 0.08, own_v * 0.17 - dv * 0.08)
    there = sampled(mask, own_u * 0.17 - du * 0.08, own_v * 0.17 - dv * 0.08)
    shade = 1 + (du * own_u.sign() + dv * own_v.sign()) * 2.6
    earth = graded(
        (luma(moved) + own_u * 0.8).clamp(0, 1), [(44, 38, 44), (98, 96, 116), (190, 138, 82), (240, 218, 174)]
    )
    paint = mix(moved, earth, 0.46 - 0.2 * there) * shade.clamp(0.55, 1.35)
    line = torch.maximum(stage.step(0.008 - border), contours(moved, there, 1 / 60, 0.22) * 0.9)
    return mix(paint, stage.rgb(26, 22, 24), line * 0.85)


def cross_stitch(stage: Stage, picture: Tensor, mask: Tensor) -> Tensor:
    """Crosses of thread on linen, about twenty across."""
    cells = 64 / 3  # three pixels a cross at 64
    small, solid = own_blocks(saturated(picture, 1.45), mask, 32)
    # An outline of its own thread: dark on a light ground, light on a dark one.
    around = F.avg_pool2d(luma(small), 5, 1, 2)
    outline = mix(stage.rgb(244, 236, 218), stage.rgb(52, 36, 48), ((around - 0.3) * 8).clamp(0, 1))
    small = mix((small * 5).round() / 5, outline, 0.75 * rim(solid))
    colour, inside = enlarged(small, stage.size), enlarged(solid, stage.size)
    x, y = (stage.u * cells) % 1 - 0.5, (stage.v * cells) % 1 - 0.5
    far = torch.minimum((x - y).abs(), (x + y).abs())
    soft = cells / stage.size
    thread = ((0.26 - far) / soft + 0.5).clamp(0, 1)
    # The thing is stitched close, so that hardly any linen comes between; the ground in single threads.
    thread = torch.maximum(thread, 0.72 * inside)
    linen = stage.rgb(238, 228, 206)
    # Behind a dark ground the cloth is dyed, or every gap would be a spark.
    linen = mix(linen, colour, 0.62 * ((0.55 - luma(colour)) * 3).clamp(0, 1))
    light = 1.1 - 0.75 * far.clamp(0, 0.3)
    return mix(linen, colour * light, (thread * 0.96).clamp(0, 1))
