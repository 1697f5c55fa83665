"""A source of scenes for the tests of training: one coloured shape on a coloured ground."""

from dataclasses import dataclass

import torch

COLOURS = {
    "red": (0.9, -0.8, -0.8),
    "green": (-0.7, 0.6, -0.7),
    "blue": (-0.8, -0.6, 0.9),
    "yellow": (0.9, 0.8, -0.8),
    "white": (0.9, 0.9, 0.9),
    "black": (-0.9, -0.9, -0.9),
}
SHAPES = ("circle", "square", "cross")


@dataclass
class Scenes:
    pictures: torch.Tensor
    captions: list
    masks: torch.Tensor
    facts: list


class Shapes:
    """Also counts what was composed, for the tests of the pool."""

    def __init__(self):
        self.composed = 0

    def batch(self, seed, size, count, device, *, split="train", simple=0.0):
        self.composed += count
        source = torch.Generator().manual_seed(seed % 2**62 + (split != "train"))
        facts = [self._facts(source) for _ in range(count)]
        return self._draw(facts, size, device)

    def pairs(self, seed, size, count, device, *, split="train"):
        """The colour of the shape and that of the ground change places."""
        source = torch.Generator().manual_seed(seed % 2**62 + (split != "train"))
        facts = []
        for _ in range(count):
            shape, colour, ground, x, y, r = self._facts(source)
            facts += [(shape, colour, ground, x, y, r), (shape, ground, colour, x, y, r)]
        return self._draw(facts, size, device)

    def _facts(self, source):
        names = list(COLOURS)
        colour, ground = torch.randperm(len(names), generator=source)[:2].tolist()
        shape = int(torch.randint(len(SHAPES), (1,), generator=source))
        x, y = (0.3 + 0.4 * torch.rand(2, generator=source)).tolist()
        radius = 0.15 + 0.12 * float(torch.rand(1, generator=source))
        return SHAPES[shape], names[colour], names[ground], x, y, radius

    def _draw(self, facts, size, device):
        grid = (torch.arange(size) + 0.5) / size
        pictures, masks = [], []
        for shape, colour, ground, x, y, radius in facts:
            across, down = (grid[None, :] - x).abs(), (grid[:, None] - y).abs()
            if shape == "circle":
                inside = across.square() + down.square() < radius**2
            elif shape == "square":
                inside = (across < radius) & (down < radius)
            else:
                inside = (torch.minimum(across, down) < radius / 3) & (torch.maximum(across, down) < radius)
            of_shape, of_ground = (torch.tensor(COLOURS[name])[:, None, None] for name in (colour, ground))
            pictures.append(torch.where(inside, of_shape, of_ground))
            masks.append(inside[None])
        captions = [f"a {colour} {shape} on {ground}" for shape, colour, ground, *_ in facts]
        return Scenes(
            torch.stack(pictures).add(1).mul(127.5).round().byte().to(device),
            captions,
            torch.stack(masks).byte().mul(255).to(device),
            facts,
        )
