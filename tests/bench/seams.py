"""How much is seen of the border of what was painted anew: pasted plainly, and as we join it.

    python -m tests.bench.seams [--engine] [--count 20] [--sheet FILE]

Composed scenes of the corpus with film grain on them, each with a rectangle, a band along a border and a free shape
taken out. Three who paint do so perfectly but for one fault (a cast that changes over the picture; grain that is
missing, or too much; both), so the figures say what joining does whatever the weights are. `--engine` adds the bundled
engine with GPU_WORKER_WEIGHTS. A score of 1 is a border like any other place in the picture (evaluation/seams.py); the
error is the mean difference from the picture itself, of 255, within a sixteenth of the side from the border.
"""

import argparse
import itertools
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter
from torch import Tensor

from gpu_worker.corpus.scenes import Corpus
from gpu_worker.corpus.sources import atlas_path
from gpu_worker.evaluation.seams import grown, seam
from gpu_worker.pipeline.frame import Frame, Known
from gpu_worker.pipeline.pictures import from_bytes, to_bytes

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]
SIDE = ENGINE_SIDE = 256
GRAIN = 4.0
HOLES = ("rectangle", "border", "free")


def pictures(count: int, side: int, seed: int = 77) -> tuple[list[Pixels], list[str]]:
    scenes = Corpus.load(atlas_path()).batch(seed, side, count, split="all")
    chance = np.random.default_rng(seed)
    found = []
    for scene in scenes.pictures.permute(0, 2, 3, 1).numpy():
        grainy = scene + chance.normal(0, GRAIN, scene.shape)
        found.append(np.clip(grainy.round(), 0, 255).astype(np.uint8))
    return found, scenes.captions


def hole_of(kind: str, side: int, seed: int) -> Mask:
    chance, hole = np.random.default_rng([seed, HOLES.index(kind)]), np.zeros((side, side), bool)
    if kind == "rectangle":
        top, left = chance.integers(side // 8, side // 3, 2)
        hole[top : top + side * 2 // 5, left : left + side // 2] = True
    elif kind == "border":
        hole[:, side // 2 :] = True
        hole = np.rot90(hole, chance.integers(4)).copy()
    else:
        drawn = Image.new("L", (side, side))
        pen = ImageDraw.Draw(drawn)
        places = chance.integers(side // 5, side * 4 // 5, (5, 2))
        for (x, y), (to_x, to_y) in itertools.pairwise(places):
            pen.line((x, y, to_x, to_y), fill=255, width=side // 6)
            pen.ellipse((to_x - side // 12, to_y - side // 12, to_x + side // 12, to_y + side // 12), fill=255)
        hole = np.array(drawn) > 0
    return hole


def wrong_colour(picture: Pixels, seed: int) -> Pixels:
    """Another brightness and a cast that is stronger at one side."""
    chance, side = np.random.default_rng([seed, 1]), len(picture)
    slope = np.linspace(0.5, 1.5, side)[None, :, None]
    cast = chance.uniform(-18, 18, 3) * slope
    return np.clip(picture * chance.uniform(0.88, 1.1) + cast, 0, 255).astype(np.uint8)


def wrong_grain(picture: Pixels, seed: int) -> Pixels:
    """Smooth as nets paint; or, every other time, rougher than it should be."""
    if seed % 2:
        noise = np.random.default_rng([seed, 2]).normal(0, 2.5 * GRAIN, picture.shape)
        return np.clip(picture + noise, 0, 255).astype(np.uint8)
    return np.array(Image.fromarray(picture).filter(ImageFilter.MedianFilter(5)))


def wrong_both(picture: Pixels, seed: int) -> Pixels:
    return wrong_colour(wrong_grain(picture, seed), seed)


PERFECT_BUT_FOR: dict[str, Callable[[Pixels, int], Pixels]] = {
    "colour": wrong_colour,
    "grain": wrong_grain,
    "colour and grain": wrong_both,
}


def joined_both_ways(known: Known, drawn: Tensor, noise: Tensor) -> tuple[Pixels, Pixels]:
    return to_bytes(known.put_back(drawn)[0]).numpy(), to_bytes(known.joined(drawn, noise)[0]).numpy()


def frame_of(picture: Pixels, hole: Mask) -> Frame:
    return Frame(torch.from_numpy(picture * ~hole[..., None]), torch.from_numpy(hole))


@dataclass
class Row:
    """Of each picture: its own score there, pasted plainly, joined; and the two errors."""

    name: str
    hole: str
    values: list[tuple[float, ...]] = field(default_factory=list)

    def note(self, picture: Pixels, hole: Mask, plain: Pixels, ours: Pixels) -> None:
        ring = hole & grown(~hole, len(hole) // 16)
        errors = [float(np.abs(each[ring].astype(float) - picture[ring]).mean()) for each in (plain, ours)]
        self.values.append((*(seam(each, hole).score for each in (picture, plain, ours)), *errors))

    def __str__(self) -> str:
        values = np.array(self.values)
        middle, worst = np.median(values, axis=0), np.quantile(values, 0.9, axis=0)
        figures = [f"{middle[0]:7.2f}"]
        figures += [f"{middle[place]:7.2f} {worst[place]:6.2f}" for place in (1, 2)]
        figures += [f"{middle[place]:8.1f}" for place in (3, 4)]
        return f"{self.name:<18}{self.hole:<11}" + "  ".join(figures)


HEAD = (
    f"{'painted by':<18}{'hole':<11}itself    plain   90 %     ours   90 %   err plain  ours\n{'perfect but for':<18}"
)


def perfect(count: int, tiles: list[Image.Image]) -> Iterator[Row]:
    found, _captions = pictures(count, SIDE)
    noise = torch.randn(1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(5))
    for name, spoil in PERFECT_BUT_FOR.items():
        for kind in HOLES:
            row = Row(name, kind)
            for number, picture in enumerate(found):
                hole = hole_of(kind, SIDE, number)
                known = frame_of(picture, hole).known(SIDE, torch.device("cpu"))
                drawn = from_bytes(torch.from_numpy(spoil(picture, number)))[None]
                plain, ours = joined_both_ways(known, drawn, noise)
                row.note(picture, hole, plain, ours)
                if number < 2:
                    tiles.append(_side_by_side(picture, hole, plain, ours))
            yield row


def engine(count: int, tiles: list[Image.Image]) -> Iterator[Row]:
    # With weights that are in training what is drawn may be poor; what is measured is its border.
    from gpu_worker.engines import load_engine
    from gpu_worker.pipeline import operations
    from gpu_worker.request import DrawRequest

    unclip = load_engine("bundled")._unclip  # type: ignore[attr-defined]
    found, captions = pictures(count, ENGINE_SIDE)
    seen: list[tuple[Known, Tensor, Tensor]] = []
    plainly = Known.joined

    def noted(self: Known, drawn: Tensor, grain: Tensor | None = None) -> Tensor:
        assert grain is not None
        seen.append((self, drawn, grain))
        return plainly(self, drawn, grain)

    Known.joined = noted  # type: ignore[method-assign]
    for kind in HOLES:
        row = Row("bundled engine", kind)
        for number, (picture, caption) in enumerate(zip(found, captions, strict=True)):
            hole = hole_of(kind, ENGINE_SIDE, number)
            request = DrawRequest(id="seam", kind="prompt", prompt=caption, seeds=(number,), size=ENGINE_SIDE, steps=12)
            request = operations.resolved(unclip, request)
            operations.prompt(unclip, request, lambda *_told: None, frame_of(picture, hole))
            known, drawn, noise = seen.pop()
            plain, ours = (to_bytes(each[0]).numpy() for each in (known.put_back(drawn), plainly(known, drawn, noise)))
            row.note(picture, hole, plain, ours)
            if number < 6:
                tiles.append(_side_by_side(picture, hole, plain, ours))
        yield row


def _side_by_side(picture: Pixels, hole: Mask, *results: Pixels) -> Image.Image:
    cut = np.where(hole[..., None], 255, picture).astype(np.uint8)
    return Image.fromarray(np.concatenate([picture, cut, *results], axis=1)).resize((4 * 256, 256))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--engine", action="store_true", help="the bundled engine too: slow on a CPU")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--sheet", type=Path, help="a picture of some: itself, with its hole, plain, ours")
    asked = parser.parse_args()
    tiles: list[Image.Image] = []
    began = time.monotonic()
    torch.set_num_threads(1)
    print(f"{asked.count} scenes, medians and the worst tenth; load {os.getloadavg()[0]:.1f}\n\n{HEAD}")
    for row in perfect(asked.count, tiles):
        print(row, flush=True)
    if asked.engine:
        for row in engine(asked.count, tiles):
            print(row, flush=True)
    print(f"\n{time.monotonic() - began:.0f} s")
    if asked.sheet:
        sheet = Image.new("RGB", (1024, 256 * len(tiles)))
        for place, tile in enumerate(tiles):
            sheet.paste(tile, (0, 256 * place))
        sheet.save(asked.sheet)


if __name__ == "__main__":
    main()
