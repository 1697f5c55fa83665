"""A contact sheet of scenes with their captions: `python -m gpu_worker.corpus.sheet --out sheet.png`.

The sheet in the documents: `--small --seed 2022 --count 50 --columns 10 --out docs/corpus.webp`.
With --small the scenes are composed at 64 pixels and enlarged, as a net of that size is taught; --style, --place,
--relation, --colour show one row for each value, to be looked at one by one.
"""

import argparse
import sys
import textwrap
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw

from gpu_worker.corpus.atlas import BrokenAtlas
from gpu_worker.corpus.colour import COLOUR_NAMES
from gpu_worker.corpus.places import PLACE_NAMES
from gpu_worker.corpus.plan import Plan, joined
from gpu_worker.corpus.scenes import Corpus, Scenes
from gpu_worker.corpus.styles import STYLE_NAMES
from gpu_worker.corpus.vocabulary import RELATIONS

CELL, TEXT = 192, 44


def sheet(scenes: Scenes, columns: int, cell: int = CELL) -> Image.Image:
    rows = -(-len(scenes) // columns)
    page = Image.new("RGB", (columns * (cell + 8) + 8, rows * (cell + TEXT) + 8), (255, 255, 255))
    pen = ImageDraw.Draw(page)
    for n, (picture, caption) in enumerate(zip(scenes.pictures, scenes.captions, strict=True)):
        image = Image.fromarray(picture.permute(1, 2, 0).cpu().numpy())
        how = Image.Resampling.NEAREST if image.width < cell else Image.Resampling.LANCZOS
        x, y = 8 + n % columns * (cell + 8), 8 + n // columns * (cell + TEXT)
        page.paste(image.resize((cell, cell), how), (x, y))
        for line, words in enumerate(textwrap.wrap(caption, cell // 6)[:3]):
            pen.text((x, y + cell + 1 + 12 * line), words, fill=(20, 20, 24))
    return page


def one_each(corpus: Corpus, what: str, seed: int, each: int, only: str | None = None) -> Plan:
    """A few scenes for every value of one thing."""
    names = {"style": STYLE_NAMES, "place": PLACE_NAMES, "relation": RELATIONS, "colour": COLOUR_NAMES}[what]
    plans = []
    for value, name in enumerate(names):
        if only and name != only:
            continue
        for attempt in range(400):
            plan = corpus.plan(seed * 1000 + attempt * 31 + value, 64, split="all")
            rows = np.nonzero(getattr(plan, what) == value)[0]
            if what != "style":
                rows = rows[plan.style[rows] == 0]
            if len(rows):
                plans.append(plan.rows(rows[:each]))
            if sum(len(p) for p in plans if getattr(p, what)[0] == value) >= each:
                break
        mine = joined([p for p in plans if getattr(p, what)[0] == value])
        plans = [p for p in plans if getattr(p, what)[0] != value] + [mine.rows(slice(0, each))]
    return joined(plans)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("var/corpus/sheet.png"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--columns", type=int, default=8)
    parser.add_argument("--small", action="store_true", help="compose at 64 pixels")
    parser.add_argument("--simple", type=float, default=0.0)
    parser.add_argument("--split", default="train")
    parser.add_argument("--each", choices=("style", "place", "relation", "colour"))
    parser.add_argument("--only")
    wanted = parser.parse_args()
    torch.set_num_threads(1)
    try:
        corpus, size = Corpus.load(), 64 if wanted.small else 256
    except BrokenAtlas as why:
        print(why, file=sys.stderr)
        return 1
    if wanted.each:
        plan = one_each(
            corpus, wanted.each, wanted.seed, wanted.columns if wanted.only is None else wanted.count, wanted.only
        )
    else:
        plan = corpus.plan(wanted.seed, wanted.count, split=wanted.split, simple=wanted.simple)
    scenes = corpus.compose(plan, size)
    wanted.out.parent.mkdir(parents=True, exist_ok=True)
    # The quality is WebP's; PNG has none.
    sheet(scenes, wanted.columns).save(wanted.out, quality=64, method=6)
    print(f"{wanted.out}: {len(scenes)} scenes of {size} pixels")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
