"""Colour moved in a perceptual space (OKLab), in batches; and the distance people see (CIE Lab's ΔE).

Ottosson 2020, "A perceptual color space for image processing", for the matrices.
"""

import numpy as np
import torch
from torch import Tensor

# Thirteen names and the sRGB a thing of that colour mostly has in its lit part.
COLOURS: dict[str, tuple[int, int, int]] = {
    "red": (214, 30, 36),
    "orange": (247, 124, 8),
    "yellow": (250, 212, 14),
    "lime": (150, 222, 20),
    "green": (26, 145, 52),
    "turquoise": (20, 196, 190),
    "blue": (28, 84, 222),
    "purple": (128, 44, 196),
    "pink": (252, 122, 186),
    "brown": (122, 72, 34),
    "black": (34, 34, 38),
    "gray": (136, 136, 140),
    "white": (244, 244, 246),
}
COLOUR_NAMES = tuple(COLOURS)

_TO_LMS = torch.tensor(
    [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
     [0.0883024619, 0.2817188376, 0.6299787005]]
)  # fmt: skip
_TO_LAB = torch.tensor(
    [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
     [0.0259040371, 0.7827717662, -0.8086757660]]
)  # fmt: skip


def _mixed(matrix: Tensor, picture: Tensor) -> Tensor:
    # Written out: for three channels this is several times faster than einsum's detour over a matrix product.
    a, b, c = picture.unbind(1)
    rows = matrix.tolist()
    return torch.stack([a * row[0] + b * row[1] + c * row[2] for row in rows], 1)


def linear(picture: Tensor) -> Tensor:
    """sRGB to linear light; a square with a fitted blend is within 0.005 of the standard's curve."""
    return picture * (picture * (picture * 0.305306011 + 0.682171111) + 0.012522878)


def gamma(light: Tensor) -> Tensor:
    light = light.clamp(0, 1)
    root = light.sqrt()
    quarter = root.sqrt()
    return (0.585122381 * root + 0.783140355 * quarter - 0.368262736 * quarter.sqrt()).clamp(0, 1)


def oklab(picture: Tensor) -> Tensor:
    """(n, 3, …) of sRGB in 0…1 to OKLab."""
    lms = _mixed(_TO_LMS, linear(picture.clamp(0, 1)))
    return _mixed(_TO_LAB, lms.clamp_min(0).pow(1 / 3))


def from_oklab(lab: Tensor) -> Tensor:
    lms = _mixed(_FROM_LAB, lab)
    return gamma(_mixed(_FROM_LMS, lms * lms * lms))


def oklab_of(rgb: tuple[int, int, int] | np.ndarray) -> np.ndarray:
    values = torch.tensor(np.asarray(rgb, dtype=np.float32) / 255).reshape(-1, 3)
    return oklab(values).numpy()


def cielab(picture: Tensor) -> Tensor:
    """(n, 3, …) of sRGB to CIE Lab, D65: the space in which ΔE counts."""
    light = torch.where(picture <= 0.04045, picture / 12.92, ((picture + 0.055) / 1.055).clamp_min(0) ** 2.4)
    xyz = _mixed(torch.tensor([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]), light)
    white = torch.tensor([0.9505, 1.0, 1.089]).to(xyz).reshape(1, 3, *[1] * (xyz.dim() - 2))
    ratio = xyz / white
    f = torch.where(ratio > 0.008856, ratio.clamp_min(1e-9).pow(1 / 3), 7.787 * ratio + 16 / 116)
    x, y, z = f.unbind(1)
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], 1)


_FROM_LAB, _FROM_LMS = torch.linalg.inv(_TO_LAB), torch.linalg.inv(_TO_LMS)
TARGETS = torch.tensor(oklab_of(np.array(list(COLOURS.values()))))


def membership(lab: Tensor, dominant: Tensor, reach: Tensor) -> Tensor:
    """How far each pixel belongs to the dominant region: (n, 1, h, w) in 0…1. Near in hue and chroma counts; in
    lightness four times as much is allowed, since a region is lit and shaded."""
    centre = dominant[:, :, None, None]
    # Chroma shrinks with lightness along a shaded surface: compare a, b at the centre's lightness.
    scale = (centre[:, :1].clamp_min(0.25) / lab[:, :1].clamp_min(0.2)).clamp(0.75, 1.6)
    away = lab[:, 1:] * scale - centre[:, 1:]
    light = (lab[:, :1] - centre[:, :1]) ** 2
    # Where the main colour has a hue, paler and stronger tones of that hue are one region, and what has none (eyes,
    # teeth, tyres) is another.
    strength = centre[:, 1:].square().sum(1, keepdim=True).sqrt()
    hued = (strength > 0.06).float()
    direction = centre[:, 1:] / strength.clamp_min(1e-4)
    along = (away * direction).sum(1, keepdim=True)
    across = away.square().sum(1, keepdim=True) - along.square()
    distance = (across.clamp_min(0) + along.square() * (1 - 0.75 * hued) + light / 16).sqrt()
    own = lab[:, 1:].square().sum(1, keepdim=True).sqrt()
    gate = ((own - 0.22 * strength) / (0.18 * strength).clamp_min(1e-4)).clamp(0, 1)
    near = ((reach[:, None, None, None] - distance) / 0.035 + 0.5).clamp(0, 1)
    return near * (gate * hued + 1 - hued)


def recoloured(picture: Tensor, colour: Tensor, dominant: Tensor, reach: Tensor) -> Tensor:
    """Move the dominant region of straight-alpha pictures (n, 3, h, w) to colours (n,), its shading kept."""
    lab = oklab(picture)
    weight = membership(lab, dominant, reach)
    goal = TARGETS.to(lab)[colour][:, :, None, None]
    centre = dominant[:, :, None, None]
    shade = lab[:, :1] - centre[:, :1]
    # Bright and dark goals leave less room for shading on one side: white would burn out, black drown.
    room = torch.where(shade > 0, (1.02 - goal[:, :1]) / 0.45, goal[:, :1] / 0.45).clamp(0.25, 1)
    lightness = goal[:, :1] + shade * room
    ratio = (lightness / goal[:, :1].clamp_min(0.2)).clamp(0.6, 1.12)
    detail = (lab[:, 1:] - centre[:, 1:]) * 0.25
    moved = torch.cat([lightness, goal[:, 1:] * ratio + detail], 1)
    return from_oklab(lab + (moved - lab) * weight)
