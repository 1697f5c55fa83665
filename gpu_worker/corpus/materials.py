"""Compounds: one thing in the stuff of another ("a watermelon car", "a golden owl").

A material paints a drawing anew from three things: its own light, how deep inside its outline a point lies (rind,
flesh, core), and a pattern that moves with it.
"""

import torch
from torch import Tensor

from gpu_worker.corpus.stage import Stage, blur, graded, luma, mix

# The word before the name.
MATERIALS: dict[str, tuple[str, ...]] = {
    "golden": ("golden", "gold"),
    "wooden": ("wooden",),
    "chocolate": ("chocolate",),
    "ice": ("ice", "icy"),
    "watermelon": ("watermelon",),
    "avocado": ("avocado",),
    "banana": ("banana",),
    "zebra": ("zebra-striped",),
    "leopard": ("leopard-print",),
    "candy cane": ("candy cane", "candy-striped"),
    "marble": ("marble", "stone"),
    "lava": ("lava",),
    "galaxy": ("galaxy-patterned",),
    "strawberry": ("strawberry",),
}
MATERIAL_NAMES = tuple(MATERIALS)


def made_of(stage: Stage, picture: Tensor, alpha: Tensor, material: Tensor, u: Tensor, v: Tensor) -> Tensor:
    """Straight-alpha drawings (n, 3, h, w) in their materials (n,). u and v run over each drawing from −1 to 1."""
    light = luma(picture)
    solid = alpha.sum((2, 3), keepdim=True).clamp_min(1)
    middle = (light * alpha).sum((2, 3), keepdim=True) / solid
    shade = (0.5 + (light - middle) * 0.9).clamp(0, 1)
    depth = ((blur(alpha, 0.03) - 0.5) * 2).clamp(0, 1)
    result = picture
    for index, name in enumerate(MATERIAL_NAMES):
        rows = torch.nonzero(material == index)[:, 0]
        if len(rows):
            here = stage.part(rows)
            result = result.index_copy(
                0, rows, _PAINT[name](here, shade[rows], depth[rows], u[rows], v[rows]).clamp(0, 1)
            )
    return result


def _golden(stage: Stage, shade: Tensor, depth: Tensor, u: Tensor, v: Tensor) -> Tensor:
    shine = torch.sin(shade * 9 + v * 5) * 0.12
    return graded(shade * 0.8 + shine + 0.15 * depth, [(84, 46, 4), (206, 142, 20), (255, 214, 72), (255, 250, 214)])


def _wooden(stage: Stage, shade: Tensor, depth: Tensor, u: Tensor, v: Tensor) -> Tensor:
    rings = torch.sin(v * 11 + torch.sin(u * 3) * 1.2) * 0.16
    return graded(shade + rings, [(70, 36, 14), (150, 92, 44), (214, 156, 94)])


def _chocolate(stage: Stage, shade: Tensor, depth: Tensor, u: Tensor, v: Tensor) -> Tensor:
    return graded(
        shade * 0.85 + 0.1 * torch.sin(shade * 14), [(36, 16, 8), (94, 48, 24), (160, 96, 60), (226, 176, 140)]
    )


def _ice(stage: Stage, shade: Tensor, depth: Tensor, u: Tensor, v: Tensor) -> Tensor:
    facets = 0.16 * torch.sin(u * 7 + v * 4).sign() * torch.sin(v * 6 - u * 3).sign()
    return graded(1 - depth * 0.55 + (shade - 0.5) + facets, [(58, 150, 214), (150, 218, 248), (244, 254, 255)])


def _watermelon(stage: Stage, shade: Tensor, depth: Tensor, u: Tensor, v: Tensor) -> Tensor:
    flesh = graded(depth, [(22, 98, 38), (92, 178, 74), (246, 250, 226), (244, 66, 80), (232, 40, 66), (232, 40, 66)])
    seeds, _ = _spots(stage, u, v, 3.4, 0.2, 1.5)
    return mix(flesh, stage.rgb(30, 16, 18), seeds * (depth > 0.72)) * (0.72 + 0.5 * shade)


def _avocado(stage: Stage, shade: Tensor, depth: Tensor, u: Tensor, v: Tensor) -> Tensor:
    flesh = graded(depth, [(28, 62, 22), (98, 148, 46), (206, 222, 118), (240, 238, 166), (240, 238, 166)])
    pit = ((0.3 - ((u * u) + (v - 0.15) ** 2).sqrt()) * 16).clamp(0, 1)
    return mix(flesh, stage.rgb(122, 70, 34), pit) * (0.72 + 0.5 * shade)


def _banana(stage: Stage, shade: Tensor, depth: Tensor, u: Tensor, v: Tensor) -> Tensor:
    spots, _ = _spots(stage, u, v, 3.0, 0.15, 1.0)
    skin = graded(shade, [(166, 116, 10), (250, 214, 40), (255, 246, 160)])
    ends = ((v.abs() - 0.72) * 6).clamp(0, 1)
    return mix(mix(skin, stage.rgb(104, 68, 20), spots * 0.85), stage.rgb(120, 130, 30), ends * 0.6)


def _zebra(stage: Stage, shade: Tensor, depth: Tensor, u: Tensor, v: Tensor) -> Tensor:
    stripes = (torch.sin(u * 12 + torch.sin(v * 4.5) * 2.2) * 4 + 0.5).clamp(0, 1)
    return graded(stripes, [(24, 22, 26), (248, 246, 240)]) * (0.66 + 0.6 * shade)


def _leopard(stage: Stage, shade: Tensor, depth: Tensor, u: Tensor, v: Tensor) -> Tensor:
    outer, _ = _spots(stage, u, v, 3.6, 0.36, 1.0)
    inner, _ = _spots(stage, u, v, 3.6, 0.2, 1.0)
    fur = mix(stage.rgb(238, 180, 84), stage.rgb(50, 28, 14), outer)
    return mix(fur, stage.rgb(186, 112, 40), inner) * (0.7 + 0.55 * shade)


def _candy(stage: Stage, shade: Tensor, depth: Tensor, u: Tensor, v: Tensor) -> Tensor:
    stripes = (torch.sin((u + v) * 9) * 4 + 0.5).clamp(0, 1)
    return graded(stripes, [(226, 26, 50), (255, 250, 248)]) * (0.72 + 0.5 * shade)


def _marble(stage: Stage, shade: Tensor, depth: Tensor, u: Tensor, v: Tensor) -> Tensor:
    vein = 1 - (torch.sin(u * 3 + v * 5 + 3 * torch.sin(v * 3.1 + u * 2.3)).abs() * 3.2).clamp(0, 1)
    return graded(0.35 + shade * 0.7, [(96, 98, 106), (206, 208, 212), (250, 250, 252)]) - vein * 0.22


def _lava(stage: Stage, shade: Tensor, depth: Tensor, u: Tensor, v: Tensor) -> Tensor:
    crack = 1 - (torch.sin(u * 6 + 2.4 * torch.sin(v * 5)) * torch.sin(v * 7 + 2 * torch.sin(u * 4))).abs().mul(
        3.4
    ).clamp(0, 1)
    return graded(crack * 0.9 + 0.2 * shade - 0.05, [(30, 14, 14), (120, 20, 8), (248, 92, 10), (255, 226, 90)])


def _galaxy(stage: Stage, shade: Tensor, depth: Tensor, u: Tensor, v: Tensor) -> Tensor:
    cloud = 0.5 + 0.5 * torch.sin(u * 3.4 + 2 * torch.sin(v * 2.6))
    stars, _ = _spots(stage, u, v, 4.0, 0.13, 1.0)
    sky = graded(cloud * 0.8 + 0.3 * (shade - 0.5), [(20, 10, 66), (96, 30, 156), (40, 120, 220), (240, 130, 214)])
    return mix(sky,
               torch.ones_like(u), stars)  # fmt: skip


def _strawberry(stage: Stage, shade: Tensor, depth: Tensor, u: Tensor, v: Tensor) -> Tensor:
    seeds, _ = _spots(stage, u, v, 4.0, 0.16, 1.3)
    skin = mix(graded(shade, [(140, 6, 26), (234, 30, 54), (255, 130, 120)]), stage.rgb(255, 222, 110), seeds)
    leaf = ((-v - 0.72) * 8).clamp(0, 1)
    return mix(skin, stage.rgb(60, 154, 50), leaf)


def _spots(stage: Stage, u: Tensor, v: Tensor, cells: float, radius: float, tall: float) -> tuple[Tensor, Tensor]:
    """Ovals on a grid that is shifted row by row; sizes are in cells."""
    y = v * cells
    x = u * cells + 0.5 * (y.floor() % 2)
    wave = 0.18 * torch.sin(y.floor() * 2.7 + x.floor() * 4.1)
    far = (((x % 1 - 0.5 + wave) ** 2) + ((y % 1 - 0.5 - wave) / tall) ** 2).sqrt()
    return ((radius - far) * 7 + 0.5).clamp(0, 1), far


_PAINT = {
    "golden": _golden, "wooden": _wooden, "chocolate": _chocolate, "ice": _ice, "watermelon": _watermelon,
    "avocado": _avocado, "banana": _banana, "zebra": _zebra, "leopard": _leopard, "candy cane": _candy,
    "marble": _marble, "lava": _lava, "galaxy": _galaxy, "strawberry": _strawberry,
}  # fmt: skip
