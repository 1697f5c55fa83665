"""Pictures side by side with what was asked and what the judge saw, as one WebP file."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

INK, RIGHT, WRONG = (30, 34, 42), (30, 120, 60), (190, 50, 40)
GAP, LINE, LINES = 6, 13, 4
QUALITY = 84


def sheet(
    path: Path, pictures: Sequence[Tensor], notes: Sequence[str], *, columns: int = 8, side: int = 144,
    verdicts: Sequence[str] = (),
) -> str:  # fmt: skip
    """pictures of bytes (3, h, w), all alike. Verdicts stand under the notes, green unless they begin with "no"."""
    rows = -(-len(pictures) // columns)
    tall = side * pictures[0].shape[1] // pictures[0].shape[2]
    # The note and the verdict under it, three lines at most.
    below = LINE * (LINES + 3 * bool(verdicts)) + 2 if notes or verdicts else 0
    page = Image.new("RGB", (columns * (side + GAP) + GAP, rows * (tall + GAP + below) + GAP), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(size=11)
    for number, picture in enumerate(pictures):
        x = GAP + number % columns * (side + GAP)
        y = GAP + number // columns * (tall + GAP + below)
        image = Image.fromarray(picture.permute(1, 2, 0).numpy())
        how = Image.Resampling.NEAREST if image.width < side else Image.Resampling.LANCZOS
        page.paste(image.resize((side, tall), how), (x, y))
        lines = textwrap.wrap(notes[number], max(8, side // 6))[:LINES] if notes else []
        for line, words in enumerate(lines):
            draw.text((x, y + tall + 1 + LINE * line), words, INK, font)
        if verdicts:
            colour = WRONG if verdicts[number].startswith("no") else RIGHT
            for line, words in enumerate(textwrap.wrap(verdicts[number], max(8, side // 6))[:3], start=len(lines)):
                draw.text((x, y + tall + 1 + LINE * line), words, colour, font)
    path.parent.mkdir(parents=True, exist_ok=True)
    page.save(path, "WEBP", quality=QUALITY, method=4)
    return path.name
