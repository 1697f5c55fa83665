"""Drawn styles: pencil, crayon, ink, chalk, blueprint, neon. Outlines are wide enough to be seen at 64 pixels."""

import torch
from torch import Tensor

from gpu_worker.corpus.prints import parted
from gpu_worker.corpus.stage import Stage, blur, contours, grown, luma, mix, saturated


def hatching(stage: Stage, dark: Tensor, slant: float, lines_across: int, shift: Tensor | float = 0.0) -> Tensor:
    """Parallel strokes as wide as the picture is dark there: (n, 1, h, w) in 0…1."""
    wobble = (stage.noise(20, 6) - 0.5) * 0.5
    phase = ((stage.u * slant + stage.v) * lines_across + wobble + shift) % 1
    soft = lines_across / stage.size * 1.2
    return ((dark - (phase - 0.5).abs() * 2) / soft * 0.5 + 0.5).clamp(0, 1)


def pencil(stage: Stage, picture: Tensor, mask: Tensor) -> Tensor:
    grey = luma(parted(picture, mask))
    # Stretched, so that a dark night does not fill the whole sheet.
    low, high = grey.amin((2, 3), keepdim=True), grey.amax((2, 3), keepdim=True)
    dark = 1 - (grey - low) / (high - low).clamp_min(0.2)
    tone = torch.maximum(hatching(stage, dark * 0.8 - 0.12, 1.0, 24), hatching(stage, dark * 1.2 - 0.62, -1.0, 24))
    inside = blur(mask, 0.008)
    sheet = 0.965 - 0.03 * stage.noise(1, 40)
    shade = sheet - tone * (0.26 + 0.3 * inside) - 0.1 * dark * inside
    line = contours(picture, mask, 1 / 40)
    grain = 0.82 + 0.36 * (stage.noise(2, 50) - 0.5)
    return (shade - line * 0.68 * grain).clamp(0.08, 1).expand_as(picture)


def crayon(stage: Stage, picture: Tensor, mask: Tensor) -> Tensor:
    """Waxy scribble on white paper, each part in its own strong colour."""
    colour = saturated(blur(picture, 0.012), 1.9)
    strength = 1.06 - luma(picture) * 0.72 + (colour.amax(1, keepdim=True) - colour.amin(1, keepdim=True)) * 0.35
    inside = blur(mask, 0.008)
    scribble = hatching(stage, (strength * (0.62 + 0.34 * inside)).clamp(0, 0.93), 0.8, 17)
    scribble = scribble * (0.72 + 0.5 * (stage.noise(2, 44) - 0.4)).clamp(0, 1)
    sheet = stage.rgb(254, 253, 248)
    drawn = mix(sheet, colour * 0.96, scribble.clamp(0, 1))
    line = contours(picture, mask, 1 / 36, 0.2)
    edge = saturated(blur(picture, 0.02), 2.0) * 0.42
    return mix(drawn, edge, line * (0.7 + 0.5 * (stage.noise(3, 40) - 0.4)).clamp(0, 1))


def ink(stage: Stage, picture: Tensor, mask: Tensor) -> Tensor:
    """Brush and black ink on rice paper, a red seal in the corner."""
    sheet = stage.rgb(246, 240, 226) - (stage.noise(1, 30) - 0.5) * 0.04
    dark = 1 - luma(blur(picture, 0.01))
    inside = blur(mask, 0.01)
    wash = (dark * (0.2 + 0.32 * inside) * (0.7 + 0.6 * stage.noise(2, 6))).clamp(0, 0.6)
    line = contours(picture, mask, 1 / 28, 0.16)
    wet = ((stage.noise(3, 16) - 0.22) * 6).clamp(0.35, 1)
    solid = ((dark - 0.72) * 8).clamp(0, 1) * inside
    drawn = mix(sheet, stage.rgb(28, 26, 30), wash)
    drawn = mix(drawn, stage.rgb(14, 13, 16), torch.maximum(line * wet, solid))
    seal = ((stage.u - 0.91).abs() < 0.05) & ((stage.v - 0.9).abs() < 0.06)
    mark = ((stage.u - 0.91).abs() < 0.012) & ((stage.v - 0.9).abs() < 0.035)
    return mix(drawn, stage.rgb(204, 36, 30), (seal & ~mark).float())


def chalk(stage: Stage, picture: Tensor, mask: Tensor) -> Tensor:
    """On a blackboard in a wooden frame: dusty lines, the thing rubbed in with its colour."""
    dust = (stage.noise(1, 3) - 0.5) * 0.09
    board = stage.rgb(34, 66, 54) + dust
    grain = (0.78 + 0.5 * (stage.noise(2, 62) - 0.4)).clamp(0, 1)
    pastel = saturated(picture, 1.25) * 0.72 + 0.28
    drawn = mix(board, pastel, blur(mask, 0.006) * 0.66 * grain)
    around = contours(picture, torch.zeros_like(mask), 1 / 40, 0.1) * (1 - mask)
    drawn = mix(drawn, stage.rgb(226, 232, 226), around * 0.3 * grain)
    line = contours(picture, mask, 1 / 36, 0.14) * grown(mask, 1 / 30)
    drawn = mix(drawn, stage.rgb(250, 250, 244), line * (0.5 + 0.6 * grain).clamp(0, 1))
    edge = torch.minimum(torch.minimum(stage.u, 1 - stage.u), torch.minimum(stage.v, 1 - stage.v))
    return mix(drawn, stage.rgb(150, 98, 54), stage.step(0.035 - edge))


def blueprint(stage: Stage, picture: Tensor, mask: Tensor) -> Tensor:
    sheet = stage.rgb(20, 66, 150) + (stage.noise(1, 4) - 0.5) * 0.05
    for cells, strength in ((8, 0.26), (32, 0.07)):
        if cells > 10 and stage.size < 128:
            continue  # finer than the pixels
        near = torch.minimum((stage.u * cells) % 1, (stage.v * cells) % 1) / cells
        sheet = mix(sheet, stage.rgb(150, 196, 250), stage.step(1.1 / 128 - near) * strength)
    inside = blur(mask, 0.006)
    drawn = mix(sheet, stage.rgb(120, 170, 236), inside * (0.12 + 0.3 * luma(picture)))
    outside = contours(picture, torch.zeros_like(mask), 1 / 40, 0.1) * (1 - mask) * 0.25
    line = torch.maximum(contours(picture, mask, 1 / 40, 0.1) * grown(mask, 1 / 30), outside)
    return mix(drawn, stage.rgb(246, 250, 255), line * 0.95)


def neon(stage: Stage, picture: Tensor, mask: Tensor) -> Tensor:
    """Glowing tubes on a dark wall, in the colours of what they trace."""
    wall = stage.rgb(14, 10, 26)
    brick = ((stage.v * 14) % 1 < 0.1) | ((stage.u * 7 + 0.5 * ((stage.v * 14).floor() % 2)) % 1 < 0.05)
    wall = (wall + (stage.noise(1, 5) - 0.5) * 0.03 + 0.03 * brick.float()).expand_as(picture)
    # Tubes shine in pure colours: stretch the local colour to full strength; grey becomes white light.
    local = saturated(blur(picture, 0.015), 2.2)
    bright = local / local.amax(1, keepdim=True).clamp_min(0.12)
    line = contours(picture, mask, 1 / 32, 0.16) * grown(mask, 1 / 26)
    outside = contours(picture, torch.zeros_like(mask), 1 / 40, 0.16) * (1 - grown(mask, 1 / 26)) * 0.55
    tube = torch.maximum(line, outside)
    glow = blur(bright * tube, 0.03) * 1.5 + blur(bright * tube, 0.08) * 0.9
    fill = bright * blur(mask, 0.01) * 0.16
    core = mix(bright, torch.ones_like(bright), 0.28)
    return mix(wall + glow + fill, core, tube)
