"""Printed and photographed styles: posters, comics, screen prints, woodblocks, photographs, paper."""

import torch
import torch.nn.functional as F
from torch import Tensor

from gpu_worker.corpus.stage import (
    Stage,
    band,
    blur,
    contours,
    graded,
    grown,
    luma,
    mix,
    sampled,
    saturated,
    set_off,
)


def edge(stage: Stage) -> Tensor:
    """How far the nearest border of the picture is."""
    return torch.minimum(torch.minimum(stage.u, 1 - stage.u), torch.minimum(stage.v, 1 - stage.v))


def photo(stage: Stage, picture: Tensor, mask: Tensor) -> Tensor:
    """A lens: sharp on the thing, soft behind it, darker in the corners."""
    near = blur(mask, 0.008)
    far = mix(picture, blur(picture, 0.02), 0.85 * (1 - stage.v * 0.6))
    corners = 1.04 - 0.5 * ((stage.u - 0.5) ** 2 + (stage.v - 0.5) ** 2)
    lens = mix(far, picture, near) * corners
    return lens + (stage.noise(1, 60) - 0.5) * 0.025


def parted(picture: Tensor, mask: Tensor) -> Tensor:
    """The ground made lighter behind a dark thing and darker behind a light one, as a photographer without colour
    does: red on green is grey on grey."""
    light = luma(picture)
    thing = (light * mask).sum((2, 3), keepdim=True) / mask.sum((2, 3), keepdim=True).clamp_min(1)
    ground = (light * (1 - mask)).sum((2, 3), keepdim=True) / (1 - mask).sum((2, 3), keepdim=True).clamp_min(1)
    away = torch.where(ground > thing, 0.3 - (ground - thing), -0.3 - (ground - thing))
    # What is far apart already is left alone.
    away = torch.where((ground - thing).abs() < 0.3, away, torch.zeros_like(away))
    return (picture + away * (1 - blur(mask, 0.01))).clamp(0, 1)


def render(stage: Stage, picture: Tensor, mask: Tensor) -> Tensor:
    """Computer graphics: things swell, with a hard highlight and a rim of light, before a clean soft backdrop."""
    depth = blur(mask, 0.045)
    slope_u = (depth.roll(-1, 3) - depth.roll(1, 3)) * stage.size * 0.06
    slope_v = (depth.roll(-1, 2) - depth.roll(1, 2)) * stage.size * 0.06
    shade = 1 + 0.55 * (slope_u + slope_v).clamp(-0.6, 0.6)
    rim = ((1 - depth) * mask).clamp(0, 1) * ((-slope_u + slope_v).clamp(0, 1))
    # On what is thin the whole is slope: there the light is gentler, or a face would be white.
    wide = ((blur(mask, 0.08) - 0.45) * 4).clamp(0.25, 1)
    shine = (slope_u + slope_v - 0.18).clamp(0, 0.5) * mask * wide
    lit = saturated(picture * mix(torch.ones_like(shade), shade, 0.5 + 0.5 * wide), 1.25) + 0.8 * shine
    lit = lit + 0.35 * rim * stage.rgb(150, 200, 255)
    ball = 1.12 - 0.75 * ((stage.u - 0.5) ** 2 + (stage.v - 0.42) ** 2)
    studio = graded(stage.v.expand_as(mask), [(92, 98, 140), (186, 190, 222), (232, 226, 236)])
    behind = mix(blur(picture, 0.03), studio, 0.34) * ball
    return mix(behind, lit, (mask * 1.2).clamp(0, 1))


def poster(stage: Stage, picture: Tensor, mask: Tensor) -> Tensor:
    """Rays of light behind the thing, vibrant colours, a white border."""
    bright = saturated(picture, 1.75) * 1.06 + 0.05
    angle = torch.atan2(stage.v - 0.52, stage.u - 0.5) / 6.2832 * 14 + stage.die(1)
    rays = ((angle % 1) < 0.5).float()
    glow = stage.pick(2, [(255, 236, 120), (255, 250, 240), (255, 206, 120)])
    behind = mix(bright, glow, (0.2 + 0.36 * rays) * (1 - 0.35 * stage.v))
    result = mix(behind, bright, blur(mask, 0.006))
    halo = (blur(grown(mask, 0.02), 0.02) - mask).clamp(0, 1)
    result = mix(result, torch.ones_like(result), halo * 0.6)
    return mix(result, stage.rgb(255, 255, 255), stage.step(0.045 - edge(stage)))


def halftone(stage: Stage, dark: Tensor, cells: int) -> Tensor:
    """Printer's dots, staggered, as large as the picture is dark: (n, 1, h, w)."""
    y = stage.v * cells
    x = stage.u * cells + 0.5 * (y.floor() % 2)
    far = ((x % 1 - 0.5) ** 2 + (y % 1 - 0.5) ** 2).sqrt()
    return ((dark.clamp(0, 1).sqrt() * 0.62 - far) * stage.size / cells + 0.5).clamp(0, 1)


def flat(picture: Tensor, tones: int) -> Tensor:
    """Few tones of light, the hue kept."""
    light = luma(picture).clamp_min(0.02)
    steps = (light * tones).round() / tones
    # Halfway to the step only where it would burn out or drown: dark skin keeps its features, black stays black.
    steps = mix(steps, light, 0.25)
    return (picture * (steps / light)).clamp(0, 1)


def pop_art(stage: Stage, picture: Tensor, mask: Tensor) -> Tensor:
    """Lichtenstein: one flat loud ground with dots, thick black lines, few tones."""
    ground = stage.pick(1, [(255, 222, 20), (250, 90, 160), (40, 190, 230), (250, 120, 40), (120, 214, 90)])
    dots_in = stage.pick(2, [(255, 255, 255), (230, 40, 50), (255, 255, 255), (30, 90, 210)])
    dotted = mix(ground.expand_as(picture), dots_in, halftone(stage, 0.42 - 0.3 * stage.v + 0.0 * mask, 16))
    thing = flat(saturated(picture, 1.8), 3) * 1.05 + 0.06
    shade = halftone(stage, (0.6 - luma(picture)) * 0.9, 22)
    thing = mix(thing, thing * 0.5, shade * 0.7)
    result = mix(dotted, thing, blur(mask, 0.004))
    line = contours(picture, mask, 1 / 30, 0.22) * grown(mask, 1 / 28)
    return mix(result, stage.rgb(10, 8, 12), line)


_WARHOL = (
    ((250, 230, 40), (236, 40, 130), (60, 20, 110)), ((40, 200, 220), (250, 240, 90), (220, 40, 60)),
    ((250, 120, 180), (60, 220, 150), (30, 40, 140)), ((255, 140, 40), (70, 120, 240), (110, 10, 60)),
    ((150, 230, 70), (250, 70, 60), (20, 60, 120)), ((190, 120, 240), (255, 200, 40), (10, 90, 90)),
)  # fmt: skip


def warhol(stage: Stage, picture: Tensor, mask: Tensor) -> Tensor:
    """Four prints of one block, each in other inks: a flat ground, a flat thing, and the dark plate over it."""
    half = F.interpolate(torch.cat([picture, mask], 1), scale_factor=0.5, mode="area")
    tiled = half.repeat(1, 1, 2, 2)
    if tiled.shape[-1] != stage.size:
        tiled = F.interpolate(tiled, size=(stage.size, stage.size), mode="nearest-exact")
    block, thing = tiled[:, :3], tiled[:, 3:]
    inks = torch.tensor(_WARHOL, device=stage.device, dtype=torch.float32) / 255
    quarter = (2 * (stage.v > 0.5).long() + (stage.u > 0.5).long()).expand(stage.n, 1, -1, -1)[:, 0]
    which = (quarter + (stage.dice[:, 1] * 6).long().reshape(-1, 1, 1)) % len(_WARHOL)
    ground, flat_ink, plate = (inks[which][..., k, :].permute(0, 3, 1, 2) for k in range(3))
    light = luma(block)
    inside = thing * light + (1 - thing)
    print_ = mix(ground, flat_ink, (thing * 1.3).clamp(0, 1))
    print_ = mix(print_, mix(flat_ink, torch.ones_like(flat_ink), 0.6), ((inside - 0.72) * 7).clamp(0, 1) * thing)
    dark = ((0.47 - light) * 7).clamp(0, 1) * thing
    line = torch.maximum(band(thing, 1 / 50), contours(block, torch.zeros_like(thing), 1 / 40, 0.2) * thing)
    print_ = mix(print_, plate, torch.maximum(dark, line))
    gap = torch.minimum((stage.u - 0.5).abs(), (stage.v - 0.5).abs())
    return mix(print_, torch.ones_like(print_), stage.step(0.009 - gap))


def comic(stage: Stage, picture: Tensor, mask: Tensor) -> Tensor:
    """A panel: black outlines, flat colours, dots in the shadows, a white gutter and a caption box."""
    paint = flat(saturated(blur(picture, 0.006), 1.45), 4) * 1.04 + 0.03
    shade = halftone(stage, (0.62 - luma(picture)) * 1.1, 26)
    paint = mix(paint, paint * 0.6, shade * 0.75)
    # By night a black outline is lost: there a white one runs round it.
    dark = ((0.3 - blur(luma(paint), 0.03)) * 8).clamp(0, 1)
    paint = mix(paint, torch.ones_like(paint), grown(mask, 1 / 22) * dark * (1 - mask) * 0.85)
    paint = mix(paint, stage.rgb(10, 10, 14), contours(picture, mask, 1 / 34, 0.18))
    box = (stage.u > 0.07) & (stage.u < 0.42) & (stage.v > 0.07) & (stage.v < 0.17)
    rim = (stage.u > 0.06) & (stage.u < 0.43) & (stage.v > 0.06) & (stage.v < 0.18)
    text = ((stage.v - 0.1).abs() < 0.008) & (stage.u < 0.38) | ((stage.v - 0.14).abs() < 0.008) & (stage.u < 0.3)
    clear = 1 - grown(mask, 0.02)
    paint = mix(paint, stage.rgb(10, 10, 14), rim.float() * clear)
    paint = mix(paint, stage.rgb(255, 236, 120), box.float() * clear)
    paint = mix(paint, stage.rgb(60, 50, 40), (text & box & (stage.u > 0.1)).float() * clear)
    border = edge(stage)
    paint = mix(paint, stage.rgb(10, 10, 14), stage.step(0.055 - border))
    return mix(paint, stage.rgb(255, 255, 255), stage.step(0.035 - border))


def ukiyo_e(stage: Stage, picture: Tensor, mask: Tensor) -> Tensor:
    """Woodblock: cream paper, indigo and faded red, flat tones, the band of dark sky wiped on by hand, a seal."""
    tones = flat(blur(picture, 0.01), 4)
    inks = graded(luma(tones), [(24, 36, 74), (58, 96, 136), (146, 176, 172), (222, 206, 160), (246, 234, 204)])
    warm = (picture[:, :1] - picture[:, 2:]).clamp(0, 1)
    inks = mix(inks, stage.rgb(196, 74, 48), (warm * 1.2).clamp(0, 0.5) * mask)
    print_ = mix(mix(inks, tones, 0.2), mix(inks, saturated(tones, 0.9), 0.62), mask)
    outside = 1 - mask
    print_ = mix(print_, stage.rgb(22, 44, 96), (1 - stage.v / 0.2).clamp(0, 1) * outside * 0.92)
    grain = torch.sin((stage.v + 0.02 * torch.sin(stage.u * 9)) * 190 + stage.noise(1, 4) * 8) * 0.02
    print_ = print_ * 0.94 + stage.rgb(246, 232, 200) * 0.06 + grain
    print_ = mix(print_, stage.rgb(24, 26, 44), contours(picture, mask, 1 / 38, 0.18) * 0.92)
    label = ((stage.u - 0.9).abs() < 0.045) & ((stage.v - 0.2).abs() < 0.12)
    print_ = mix(print_, stage.rgb(196, 52, 40), label.float() * outside)
    return mix(print_, stage.rgb(244, 232, 204), stage.step(0.03 - edge(stage)))


def bw_photo(stage: Stage, picture: Tensor, mask: Tensor) -> Tensor:
    grey = luma(photo(stage, set_off(parted(picture, mask), mask), mask))
    # The thing's own tones are stretched over what paper can show, within limits: a dark face keeps its eyes, pale
    # wings their edge.
    area = mask.sum((2, 3), keepdim=True).clamp_min(1)
    middle = (grey * mask).sum((2, 3), keepdim=True) / area
    spread = (((grey - middle).square() * mask).sum((2, 3), keepdim=True) / area).sqrt()
    thing = middle.clamp(0.3, 0.66) + (grey - middle) * (0.2 / spread.clamp_min(0.02)).clamp(0.9, 1.7)
    ground = 0.5 + (grey - 0.5) * 1.12
    film = mix(ground, thing, blur(mask, 0.004))
    corners = ((stage.u - 0.5) ** 2 + (stage.v - 0.5) ** 2) * 0.5
    film = film - corners * (1 - mask) + (stage.noise(2, 63) - 0.5) * (0.07 - 0.04 * mask)
    return film.clamp(0.02, 0.98).expand_as(picture)


def vintage(stage: Stage, picture: Tensor, mask: Tensor) -> Tensor:
    """Sepia, faded, with burnt corners and the white border of a print from a drawer."""
    grey = 0.5 + (luma(photo(stage, set_off(parted(picture, mask), mask), mask)) - 0.5) * 1.1
    corners = ((stage.u - 0.5) ** 2 + (stage.v - 0.5) ** 2) * 1.1
    tone = graded(
        (grey - corners + 0.1 * (stage.noise(2, 5) - 0.5)).clamp(0, 1),
        [(58, 34, 16), (150, 104, 62), (226, 190, 138), (250, 234, 200)],
    )
    return mix(tone, stage.rgb(248, 240, 222), stage.step(0.055 - edge(stage)))


def synthwave(stage: Stage, picture: Tensor, mask: Tensor) -> Tensor:
    """Pink and cyan, with scan lines and the colours of a tired tube."""
    shifted = torch.cat(
        [
            sampled(picture[:, :1], 0.012 + 0 * mask, 0 * mask),
            picture[:, 1:2],
            sampled(picture[:, 2:], -0.012 + 0 * mask, 0 * mask),
        ],
        1,
    )
    tone = graded(
        luma(parted(shifted, mask)), [(22, 6, 60), (112, 18, 150), (248, 60, 170), (255, 150, 190), (150, 250, 255)]
    )
    tone = mix(tone, saturated(shifted, 1.3), 0.24)
    scan = 1 - 0.26 * ((stage.v * 32) % 1 < 0.4).float()
    line = band(mask, 1 / 40)
    return mix(tone * scan, stage.rgb(90, 250, 255), line * 0.75)


def cutout(stage: Stage, picture: Tensor, mask: Tensor) -> Tensor:
    """Layers of coloured paper: each tone a sheet with a torn white edge and a shadow under it."""
    soft = blur(picture, 0.02)
    sheet = flat(saturated(soft, 1.2), 3) * 0.9 + 0.1
    tones = (luma(soft) * 3).floor()
    torn = ((tones - tones.roll((-1, -1), (2, 3))).abs() > 0).float() * (1 - mask)
    paper = (stage.noise(1, 58) - 0.5) * 0.06
    ground = mix(sheet, torch.ones_like(sheet), 0.2) + paper
    ground = mix(ground, torch.ones_like(ground), blur(torn, 0.008) * 0.6)
    wide = grown(mask, 0.022)
    cast = blur(grown(mask, 0.022).roll((max(1, round(0.03 * stage.size)),) * 2, (2, 3)), 0.014)
    ground = ground * (1 - 0.55 * cast)
    ground = mix(ground, stage.rgb(252, 250, 244), wide)
    thing = flat(saturated(picture, 1.15), 4) + paper
    return mix(ground, thing, (mask * 1.3 - 0.15).clamp(0, 1))
