"""Painted styles: brush, palette knife, wet paper. Strokes are at least a 24th of the picture wide."""

import torch
from torch import Tensor

from gpu_worker.corpus.stage import Stage, band, blur, contours, graded, luma, mix, sampled, saturated, set_off


def along(picture: Tensor, angle: Tensor, length: float) -> Tensor:
    """Smeared along a field of directions (line-integral convolution, Cabral and Leedom 1993, with straight lines)."""
    # A sample every four pixels: wider apart, a large picture would show its edges several times over.
    steps = min(16, max(3, round(length * picture.shape[-1] / 8)))
    du, dv = angle.cos() * length / (2 * steps), angle.sin() * length / (2 * steps)
    total = picture
    for step in range(1, steps + 1):
        total = total + sampled(picture, du * step, dv * step) + sampled(picture, -du * step, -dv * step)
    return total / (2 * steps + 1)


def bristles(stage: Stage, i: int, angle: Tensor, length: float, cells: int) -> Tensor:
    """Marks of the brush in −1…1 along the field: (n, 1, h, w)."""
    marks = along(stage.noise(i, cells) - 0.5, angle, length)
    return (marks * 4.5).clamp(-1, 1)


def van_gogh(stage: Stage, picture: Tensor, mask: Tensor) -> Tensor:
    """Swirls of thick parallel strokes, cobalt and chrome yellow in the air, Prussian outlines."""
    x, y = stage.u - stage.die(1, 0.15, 0.85), stage.v - stage.die(2, 0.1, 0.4)
    # Around a middle, elsewhere as the wind goes; joined as directions, since angles jump where a turn is full.
    radius = (x * x + y * y).sqrt() + 0.02
    around = (torch.exp(-radius.square() * 9) * 1.6).clamp(0, 1)
    turn = (stage.noise(3, 3) - 0.5) * 5
    angle = torch.atan2(mix(turn.sin(), x / radius, around), mix(turn.cos(), -y / radius, around))
    # On a thing the strokes follow its form: across the slope of its light.
    soft = blur(luma(picture), 0.03)
    dx, dy = soft.roll(-1, 3) - soft.roll(1, 3), soft.roll(-1, 2) - soft.roll(1, 2)
    angle = torch.where((mask > 0.5) & (dx.abs() + dy.abs() > 0.01), torch.atan2(dx, -dy), angle)
    paint = along(picture, angle, 0.07)
    marks = bristles(stage, 4, angle, 0.15, 34)
    light = luma(paint)
    air = graded(
        (light * 0.75 + marks * 0.26 + 0.12).clamp(0, 1), [(14, 26, 92), (36, 84, 184), (108, 172, 210), (250, 214, 76)]
    )
    outside = 1 - blur(mask, 0.006)
    paint = mix(paint, air, outside * 0.46)
    paint = saturated(mix(paint, picture, 0.3 * mask) + marks * (0.1 + 0.13 * outside), 1.4)
    return mix(paint, stage.rgb(16, 24, 74), band(mask, 1 / 36) * 0.75)


def oil(stage: Stage, picture: Tensor, mask: Tensor) -> Tensor:
    """An old master: flat brush marks laid across each other, umber ground, a dark edge, the light on the thing."""
    outside = 1 - blur(mask, 0.012)
    picture = set_off(picture, mask)
    angle = 0.7 + (stage.noise(1, 6) > 0.5).float() * 1.7 + (stage.noise(2, 4) - 0.5)
    paint, own = dabs(stage, picture, 3, 20, 2.0, angle)
    paint = mix(paint, saturated(picture, 1.1), 0.72 * (1 - outside))
    marks = bristles(stage, 4, angle, 0.12, 60)
    shift = max(1, stage.size // 128)
    relief = marks - marks.roll((shift, shift), (2, 3))
    # Lifted, so that what is dark is brown and not a black hole.
    warm = graded(luma(paint) * 0.9 + 0.1, [(44, 26, 14), (118, 74, 34), (206, 158, 84), (246, 222, 164)])
    paint = mix(paint, warm, 0.12 + 0.6 * outside)
    edge = ((stage.u - 0.5) ** 2 + (stage.v - 0.5) ** 2) * 1.3
    rough = 0.35 + 0.65 * outside
    return paint * (1.14 - edge * outside) + ((own - 0.5) * 0.14 + marks * 0.05 + relief * 0.07) * rough


def watercolour(stage: Stage, picture: Tensor, mask: Tensor) -> Tensor:
    """Thin colour on white paper: a ragged edge left bare, pools dark at their rims, colours run into each other."""
    run_u, run_v = (stage.noise(1, 9) - 0.5) * 0.05, (stage.noise(2, 9) - 0.5) * 0.05
    paint = mix(blur(sampled(picture, run_u, run_v), 0.012), picture, 0.75 * mask)
    pool = stage.noise(3, 5) * 0.6 + stage.noise(4, 13) * 0.4
    thin = 0.34 + 0.34 * pool
    thin = thin - 0.16 * blur(mask, 0.01)
    paint = 1 - (1 - saturated(paint, 1.35)) * (1.05 - thin)
    rim = blur(mask, 0.008) - blur(mask, 0.03)
    paint = paint - rim.clamp_min(0) * 0.5
    ragged = torch.minimum(torch.minimum(stage.u, 1 - stage.u), torch.minimum(stage.v, 1 - stage.v))
    ragged = ragged - 0.025 - 0.085 * (stage.noise(5, 8) * 0.7 + stage.noise(6, 20) * 0.3)
    wet = (ragged * 26 + 0.5).clamp(0, 1)
    wet = torch.maximum(wet, blur(mask, 0.01))
    dark_rim = ((ragged > 0) & (ragged < 0.022)).float() * (1 - mask)
    paper = stage.rgb(252, 250, 243) - (stage.noise(7, 60) - 0.5) * 0.05
    line = contours(picture, mask, 1 / 60, 0.2) * blur(mask, 0.02)
    return mix(paper, paint - dark_rim * 0.12, wet) * (1 - 0.42 * line)


def dabs(
    stage: Stage, picture: Tensor, i: int, cells: int, stretch: float, angle: Tensor | float
) -> tuple[Tensor, Tensor]:
    """Short strokes: (their colours, a number of each one's own)."""
    return dabs_with_distance(stage, picture, i, cells, stretch, angle)[:2]


def dabs_with_distance(
    stage: Stage, picture: Tensor, i: int, cells: int, stretch: float, angle: Tensor | float
) -> tuple[Tensor, Tensor, Tensor]:
    """Every pixel takes the colour at the middle of the nearest of a jittered grid of flat ovals. Answers the colours,
    a number of the dab's own, and how far its middle is, in cells."""
    which = ((stage.dice[:, i] * 9973).long() % 64).reshape(-1, 1, 1, 1)
    gu, gv = stage.u * cells, stage.v * cells
    best = torch.full((stage.n, 1, stage.size, stage.size), 9.0, device=stage.device)
    du, dv, own = torch.zeros_like(best), torch.zeros_like(best), torch.zeros_like(best)
    turn = torch.as_tensor(angle, device=stage.device)
    cos, sin = turn.cos(), turn.sin()
    for oy in (-1, 0, 1):
        for ox in (-1, 0, 1):
            cx, cy = gu.floor() + ox, gv.floor() + oy
            ix, iy = cx.long() % 64, cy.long() % 64
            px = cx + 0.15 + 0.7 * stage.bank[which, iy, ix]
            py = cy + 0.15 + 0.7 * stage.bank[(which + 7) % 64, iy, ix]
            x, y = px - gu, py - gv
            along_it, across = x * cos + y * sin, y * cos - x * sin
            far = (along_it / stretch) ** 2 + across**2
            near = far < best
            best = torch.where(near, far, best)
            du, dv = torch.where(near, x / cells, du), torch.where(near, y / cells, dv)
            own = torch.where(near, stage.bank[(which + 13) % 64, iy, ix].expand_as(own), own)
    return sampled(picture, du, dv), own, best.sqrt()


def impressionist(stage: Stage, picture: Tensor, mask: Tensor) -> Tensor:
    """Monet: short broken dabs, lilac for shadow, everything in pale light; no outline."""
    inside = blur(mask, 0.008)
    angle = (stage.noise(1, 3) - 0.5) * 1.6
    paint, own = dabs(stage, set_off(picture, mask), 2, 17, 2.4, angle)
    # The thing keeps its form under the dabs; the air is pale, pink and lilac where it was bright, violet where dark.
    paint = mix(paint, picture, 0.74 * inside)
    air = graded(luma(paint), [(104, 84, 168), (166, 150, 214), (226, 190, 222), (255, 226, 206), (255, 246, 226)])
    paint = mix(paint, air, 0.42 - 0.26 * inside)
    return saturated(paint, 1.3) * 0.84 + 0.14 + (own - 0.5) * (0.2 - 0.12 * inside)


def pointillist(stage: Stage, picture: Tensor, mask: Tensor) -> Tensor:
    """Round dots of pure colour on cream, with paper between them."""
    cream = stage.rgb(250, 242, 218)
    strong = saturated(set_off(picture, mask), 1.7)
    result = cream.expand_as(picture)
    for layer, (cells, radius) in enumerate(((24, 0.0195), (32, 0.0155))):
        colour, own, far = dabs_with_distance(stage, strong, 1 + layer, cells, 1.0, 0.0)
        # Pure colours side by side in the air; on the thing fewer, or a face would be lost.
        shift = (own - 0.5) * (0.34 - 0.2 * mask)
        tone = torch.cat([colour[:, :1] + shift, colour[:, 1:2] - 0.3 * shift, colour[:, 2:] - shift], 1).clamp(0, 1)
        result = mix(result, tone, stage.step(radius - far / cells))
    return result
