"""Plots as SVG, in the colours of training's curves: they lie in the page itself and need no library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

INK, GRID, PALE, BLUE, ORANGE = "#1e222a", "#dee2e8", "#b0c8ec", "#2060c0", "#d65c28"
WIDTH, LEFT, ROW = 640, 190, 24
STYLE = f'font-family="sans-serif" font-size="12" fill="{INK}"'


Bar = tuple[str, float, float | None, tuple[float, float] | None]


def bars(rows: Sequence[Bar], *, most: float = 1.0, percent: bool = True) -> str:
    """(name, value, ceiling, interval): the value in blue, what it could at best be in pale behind it."""
    room = WIDTH - LEFT - 90
    parts = []
    for number, (name, value, ceiling, interval) in enumerate(rows):
        y = number * ROW + 4
        scale = room / most
        parts.append(f'<text x="{LEFT - 8}" y="{y + 13}" text-anchor="end" {STYLE}>{escape(name)}</text>')
        parts.append(f'<line x1="{LEFT}" x2="{LEFT + room}" y1="{y + 17}" y2="{y + 17}" stroke="{GRID}"/>')
        if ceiling is not None:
            parts.append(_box(y, ceiling * scale, PALE, 16))
        parts.append(_box(y + 3, value * scale, BLUE, 10))
        if interval is not None:
            low, high = (LEFT + max(0.0, end) * scale for end in interval)
            parts.append(
                f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{y + 8}" y2="{y + 8}" stroke="{ORANGE}" stroke-width="2"/>'
            )
        said = f"{100 * value:.1f} %" if percent else f"{value:.4g}"
        parts.append(f'<text x="{LEFT + room + 8}" y="{y + 13}" {STYLE}>{said}</text>')
    return _svg(len(rows) * ROW + 8, parts)


def differences(rows: Sequence[tuple[str, float, float, float]]) -> str:
    """(name, mean, low, high) around nothing: to the right the first of the two is better."""
    reach = max([0.02, *(abs(end) for row in rows for end in row[1:])])
    room = WIDTH - LEFT - 90
    middle = LEFT + room / 2
    parts = [f'<line x1="{middle}" x2="{middle}" y1="0" y2="{len(rows) * ROW}" stroke="{INK}"/>']
    for number, (name, mean, low, high) in enumerate(rows):
        y = number * ROW + 12
        at = [middle + value / reach * room / 2 for value in (mean, low, high)]
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end" {STYLE}>{escape(name)}</text>')
        parts.append(f'<line x1="{at[1]:.1f}" x2="{at[2]:.1f}" y1="{y}" y2="{y}" stroke="{ORANGE}" stroke-width="2"/>')
        parts.append(f'<circle cx="{at[0]:.1f}" cy="{y}" r="4" fill="{BLUE}"/>')
        parts.append(f'<text x="{LEFT + room + 8}" y="{y + 4}" {STYLE}>{100 * mean:+.1f}</text>')
    return _svg(len(rows) * ROW + 4, parts)


def histograms(values: Mapping[str, Sequence[float]], *, bins: int = 40) -> str:
    """One line each over the same bins."""
    everything = [value for row in values.values() for value in row]
    low, high = min(everything), max(everything)
    high = high if high > low else low + 1e-6
    tall, parts = 180, []
    counts = {name: np.histogram(row, bins, (low, high))[0] / max(1, len(row)) for name, row in values.items()}
    most = max(float(row.max()) for row in counts.values()) or 1.0
    for place, ((name, row), colour) in enumerate(zip(counts.items(), (BLUE, ORANGE), strict=False)):
        points = " ".join(
            f"{LEFT + (number + 0.5) / bins * (WIDTH - LEFT - 20):.1f},{tall - value / most * (tall - 24):.1f}"
            for number, value in enumerate(row)
        )
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="10" y="{24 + 18 * place}" font-family="sans-serif" font-size="12" fill="{colour}">'
                     f"{escape(name)}</text>")  # fmt: skip
    for share in range(5):
        x = LEFT + share / 4 * (WIDTH - LEFT - 20)
        parts.append(
            f'<text x="{x:.0f}" y="{tall + 16}" text-anchor="middle" {STYLE}>'
            f"{low + (high - low) * share / 4:.3g}</text>"
        )
    return _svg(tall + 24, parts)


def _box(y: float, wide: float, colour: str, tall: int) -> str:
    return f'<rect x="{LEFT}" y="{y}" width="{max(0.0, wide):.1f}" height="{tall}" fill="{colour}"/>'


def _svg(tall: float, parts: Sequence[str]) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {tall}" width="{WIDTH}" role="img">{"".join(parts)}</svg>'
