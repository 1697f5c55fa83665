"""Curves and sheets as PNG, drawn with Pillow: training needs no plotting library."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from gpu_worker.pipeline.pictures import to_bytes

WIDTH, HEIGHT = 900, 480
LEFT, TOP, RIGHT, BOTTOM = 72, 40, 20, 44
INK, GRID, PALE = (30, 34, 42), (222, 226, 232), (176, 200, 236)
LINES = ((32, 96, 192), (214, 92, 40), (44, 140, 84), (140, 70, 170))


def read_log(path: Path) -> list[dict[str, Any]]:
    """The rows of a log; a last line that was cut off is left out."""
    rows = []
    for line in path.read_text().splitlines() if path.exists() else ():
        try:
            rows.append(json.loads(line))
        except ValueError:
            continue
    return rows


def loss_curve(path: Path, rows: Sequence[Mapping[str, Any]], title: str) -> None:
    """The loss over the steps, on a scale of powers: as measured in pale, smoothed in ink, held out as dots."""
    measured = [(row["step"], row["loss"]) for row in rows if _drawable(row.get("loss"))]
    held_out = [(row["step"], row["held_out"]) for row in rows if _drawable(row.get("held_out"))]
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(size=13)
    draw.text((LEFT, 12), title, INK, font)
    values = [math.log10(value) for _, value in measured + held_out]
    if values:
        low, high = min(values), max(values)
        room = max(0.02, (high - low) * 0.05)
        low, high = low - room, high + room
        last = max(step for step, _ in measured + held_out) or 1

        def place(step: float, log_value: float) -> tuple[float, float]:
            across = LEFT + (WIDTH - LEFT - RIGHT) * step / last
            return across, TOP + (HEIGHT - TOP - BOTTOM) * (high - log_value) / (high - low)

        for share in range(6):
            log_value = low + (high - low) * share / 5
            y = place(0, log_value)[1]
            draw.line([(LEFT, y), (WIDTH - RIGHT, y)], GRID)
            draw.text((6, y - 8), f"{10**log_value:.3g}", INK, font)
            x = place(last * share / 5, low)[0]
            draw.text((x - 14, HEIGHT - BOTTOM + 8), f"{last * share / 5:.0f}", INK, font)
        draw.line([place(step, math.log10(value)) for step, value in measured], PALE)
        draw.line([place(step, value) for step, value in _smooth(measured)], LINES[0], 2)
        for step, value in held_out:
            x, y = place(step, math.log10(value))
            draw.ellipse([x - 3, y - 3, x + 3, y + 3], LINES[1])
        draw.text((LEFT, HEIGHT - 20), "steps; blue: training loss, orange: held-out loss of the average", INK, font)
    image.save(path)


def _drawable(value: object) -> bool:
    return isinstance(value, (int, float)) and value > 0 and math.isfinite(value)


def _smooth(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    keep = 1 - 1 / max(1.0, len(points) / 40)
    smoothed, weight, value = [], 0.0, 0.0
    for step, raw in points:
        value, weight = keep * value + (1 - keep) * math.log10(raw), keep * weight + 1 - keep
        smoothed.append((step, value / weight))
    return smoothed


def sheet(path: Path, rows: Sequence[Sequence[Tensor]], captions: Sequence[str], *, side: int = 128) -> None:
    """Rows of pictures (3, H, W) in [-1, 1]; the captions stand under the columns."""
    columns, line = max(len(row) for row in rows), 15
    lines = 4 if captions else 0
    image = Image.new("RGB", (columns * (side + 6) + 6, len(rows) * (side + 6) + 6 + lines * line), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(size=11)
    for down, row in enumerate(rows):
        for across, picture in enumerate(row):
            small = Image.fromarray(to_bytes(picture).numpy(), "RGB").resize((side, side), Image.Resampling.NEAREST)
            image.paste(small, (6 + across * (side + 6), 6 + down * (side + 6)))
    for across, caption in enumerate(captions):
        for number, words in enumerate(_wrapped(caption, max(8, side // 6))[:lines]):
            at = (6 + across * (side + 6), len(rows) * (side + 6) + 6 + number * line)
            draw.text(at, words, INK, font)
    image.save(path)


def _wrapped(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) + 1 > width and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
