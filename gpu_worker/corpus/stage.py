"""The ground all painters stand on: coordinates from 0 to 1, dice and noise that depend on the scene alone.

A picture is the same scene at 64, 256 and 1024 pixels and on any device, so nothing here draws random numbers: each
scene brings its dice (a row of uniform numbers, made by numpy) and noise is looked up in a bank of lattices made once
from a fixed seed, at a place the dice choose, and enlarged smoothly to the size asked for.
"""

from functools import cache

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

DICE = 24
BANK, LATTICE = 64, 64


@cache
def _bank(device: str) -> Tensor:
    numbers = np.random.default_rng(20_22).random((BANK, LATTICE, LATTICE), dtype=np.float32)
    return torch.from_numpy(numbers).to(device)


class Stage:
    """n scenes of one size: what a painter needs to know where it is and to be different each time."""

    def __init__(self, size: int, dice: Tensor) -> None:
        self.size, self.dice, self.n, self.device = size, dice, len(dice), dice.device
        centres = (torch.arange(size, device=self.device, dtype=torch.float32) + 0.5) / size
        self.u = centres.reshape(1, 1, 1, size)  # to the right
        self.v = centres.reshape(1, 1, size, 1)  # downwards
        self.bank = _bank(str(self.device))

    def part(self, rows: Tensor) -> "Stage":
        return Stage(self.size, self.dice[rows])

    def die(self, i: int, low: float = 0.0, high: float = 1.0) -> Tensor:
        """(n, 1, 1, 1) between low and high."""
        return low + (high - low) * self.dice[:, i % DICE].reshape(-1, 1, 1, 1)

    def rgb(self, *values: int) -> Tensor:
        """One colour, (1, 3, 1, 1)."""
        return torch.tensor(values, device=self.device, dtype=torch.float32).reshape(1, 3, 1, 1) / 255

    def pick(self, i: int, colours: list[tuple[int, int, int]]) -> Tensor:
        """(n, 3, 1, 1): one of the colours for each scene."""
        table = torch.tensor(colours, device=self.device, dtype=torch.float32) / 255
        return table[(self.dice[:, i % DICE] * len(colours)).long().clamp_max(len(colours) - 1)][:, :, None, None]

    def lattice(self, i: int, rows: int, columns: int | None = None) -> Tensor:
        """(n, 1, rows, columns) of uniform numbers, the same for a scene at every size."""
        columns = columns or rows
        which = (self.dice[:, i % DICE] * 9973 + i * 17).long() % BANK
        return self.bank[which, :rows, :columns][:, None]

    def noise(self, i: int, cells: int, columns: int | None = None) -> Tensor:
        """(n, 1, size, size): a smooth field in 0…1 with so many hills across."""
        field = F.interpolate(
            self.lattice(i, cells + 1, (columns or cells) + 1), size=(self.size, self.size), mode="bicubic",
            align_corners=True,
        )  # fmt: skip
        return field.clamp(0, 1)

    def ridge(self, i: int, cells: int) -> Tensor:
        """(n, 1, 1, size): a line of hills in 0…1."""
        row = F.interpolate(self.lattice(i, 1, cells + 1)[:, 0], size=self.size, mode="linear", align_corners=True)
        soft = F.interpolate(self.lattice(i, 1, cells + 1), size=(1, self.size), mode="bicubic", align_corners=True)
        return (0.5 * row[:, None] + 0.5 * soft).clamp(0, 1)

    def step(self, x: Tensor) -> Tensor:
        """1 where x (in canvas lengths) is above 0, with an edge one pixel soft."""
        return (x * self.size + 0.5).clamp(0, 1)

    def dots(
        self, i: int, cells: int, radius: float, density: float = 1.0, jitter: float = 1.0
    ) -> tuple[Tensor, Tensor]:
        """Round dots, one at most in each cell of a jittered grid: (cover, a number of its own), each (n, 1, h, w)."""
        gx, gy = self.u * cells, self.v * cells
        ix, iy = gx.floor().long().clamp_max(LATTICE - 1), gy.floor().long().clamp_max(LATTICE - 1)
        which = ((self.dice[:, i % DICE] * 9973 + i * 17).long() % BANK).reshape(-1, 1, 1, 1)
        a, b, c = (self.bank[(which + k) % BANK, iy, ix] for k in (0, 7, 13))
        room = max(0.0, 0.5 - radius * cells) * jitter
        dx = (gx - ix - 0.5 - (a - 0.5) * 2 * room) / cells
        dy = (gy - iy - 0.5 - (b - 0.5) * 2 * room) / cells
        cover = self.step(radius - (dx * dx + dy * dy).sqrt()) * (c < density)
        return cover, (a * 7.31 + b * 3.17 + c * 5.53) % 1


def mix(a: Tensor, b: Tensor, share: Tensor | float) -> Tensor:
    return a + (b - a) * share


def luma(picture: Tensor) -> Tensor:
    return 0.299 * picture[:, :1] + 0.587 * picture[:, 1:2] + 0.114 * picture[:, 2:3]


def saturated(picture: Tensor, factor: float) -> Tensor:
    grey = luma(picture)
    return (grey + (picture - grey) * factor).clamp(0, 1)


def blur(picture: Tensor, share: float) -> Tensor:
    """Two box filters, about a Gaussian whose width is a share of the picture."""
    reach = max(1, round(share * picture.shape[-1]))
    kernel = 2 * reach + 1
    for _ in range(2):
        padded = F.pad(picture, (reach, reach, reach, reach), mode="replicate")
        if reach == 1:  # the most frequent; sums of shifted pictures are faster than a pool
            across = padded[..., :-2] + padded[..., 1:-1] + padded[..., 2:]
            picture = (across[..., :-2, :] + across[..., 1:-1, :] + across[..., 2:, :]) / 9
        elif reach < 3:
            picture = F.avg_pool2d(padded, kernel, stride=1)
        else:  # rows, then columns: a square of a hundred pixels is dear
            picture = F.avg_pool2d(F.avg_pool2d(padded, (kernel, 1), stride=1), (1, kernel), stride=1)
    return picture


def grown(mask: Tensor, share: float) -> Tensor:
    """Wider by about a share of the picture's width, round at its corners."""
    return ((blur(mask, share * 0.75) - 0.06) * 8).clamp(0, 1)


def band(mask: Tensor, share: float) -> Tensor:
    """A line about so wide along the border of a mask; what is thinner than the line is line all over."""
    soft = blur(mask, share * 0.5)
    return ((0.36 - (soft - 0.5).abs()) * 6).clamp(0, 1)


def contours(picture: Tensor, mask: Tensor, outer: float = 1 / 36, threshold: float = 0.13) -> Tensor:
    """Drawn lines, (n, 1, h, w) in 0…1: a wide one round the things, finer ones along the edges within. Of the ground
    only what is large is drawn: not every star and drop."""
    size = picture.shape[-1]
    soft = blur(picture, 0.006) if size > 100 else picture
    soft = mix(blur(picture, 0.022), soft, mask)
    reach = max(1, size // 80)
    dx = F.pad(soft[..., 2 * reach :] - soft[..., : -2 * reach], (reach, reach, 0, 0))
    dy = F.pad(soft[..., 2 * reach :, :] - soft[..., : -2 * reach, :], (0, 0, reach, reach))
    strength = (dx.abs() + dy.abs()).amax(1, keepdim=True)
    # Softened edges are weaker ones.
    inner = ((strength - threshold * (1.1 + 0.9 * mask)) * 4).clamp(0, 1)
    return torch.maximum(band(mask, outer), inner)


def sampled(picture: Tensor, du: Tensor, dv: Tensor) -> Tensor:
    """The picture read at every pixel moved by (du, dv), each (n, 1, h, w) in canvas lengths."""
    n, _, h, w = picture.shape
    ys = (torch.arange(h, device=picture.device, dtype=picture.dtype) + 0.5) / h * 2 - 1
    xs = (torch.arange(w, device=picture.device, dtype=picture.dtype) + 0.5) / w * 2 - 1
    grid = torch.stack([xs + 2 * du[:, 0], ys[:, None] + 2 * dv[:, 0]], -1)
    return F.grid_sample(picture, grid.expand(n, h, w, 2), padding_mode="border", align_corners=False)


def set_off(picture: Tensor, mask: Tensor, wanted: float = 0.3) -> Tensor:
    """The ground close round the things made darker beside what is light and lighter beside what is dark, where the two
    are nearer than wanted: a painter's and a printer's trick, without which a black hat on black is lost."""
    light, reach = luma(picture), 0.03
    thing = blur(mask, reach)
    own = blur(light * mask, reach) / thing.clamp_min(0.04)
    ground = blur(light * (1 - mask), reach) / (1 - thing).clamp_min(0.04)
    side = ((0.5 - own) * 6).clamp(-1, 1)
    missing = (wanted - (ground - own).abs()).clamp_min(0)
    return (picture + side * (missing + 0.5 * wanted * (missing > 0)) * (thing * 2.5).clamp(0, 1) * (1 - mask)).clamp(
        0, 1
    )


def graded(value: Tensor, stops: list[tuple[int, int, int]]) -> Tensor:
    """A number in 0…1 through a row of colours: (n, 1, h, w) to (n, 3, h, w)."""
    table = torch.tensor(stops, device=value.device, dtype=value.dtype)[:, :, None, None] / 255
    place = value.clamp(0, 1) * (len(stops) - 1)
    # One step after the other: on a CPU far faster than to look every pixel up in the table.
    colours = table[0] + (table[1] - table[0]) * place.clamp_max(1)
    for step in range(1, len(stops) - 1):
        colours = colours + (table[step + 1] - table[step]) * (place - step).clamp(0, 1)
    return colours
