"""Bars of a plot, as the template draws them in SVG: no library, no script."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log10

from moderation.services.figures import Bar

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 560, 200, 40, 8, 24
MOST_TICKS = 6


@dataclass(frozen=True, kw_only=True)
class DrawnBar:
    label: str
    value: str
    tick: str
    x: str
    y: str
    width: str
    height: str
    middle: str


@dataclass(frozen=True, kw_only=True)
class Line:
    label: str
    y: str


@dataclass(frozen=True, kw_only=True)
class Plot:
    title: str
    summary: str
    bars: list[DrawnBar]
    lines: list[Line]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    foot: int = HEIGHT - 6


def plot_of(title: str, bars: Sequence[Bar], *, dates: bool = False) -> Plot:
    """Scaled to a round number above the highest."""
    top = _round_above(max((bar.value for bar in bars), default=0))
    height, step = HEIGHT - TOP - BOTTOM, (WIDTH - LEFT) / max(1, len(bars))
    every = ceil(len(bars) / MOST_TICKS) if dates else 1
    drawn = []
    for place, bar in enumerate(bars):
        tall, x = height * bar.value / top, LEFT + place * step + step * 0.1
        tick = (bar.label[5:] if dates else bar.label.partition("@")[0]) if place % every == 0 else ""
        drawn.append(
            DrawnBar(
                label=bar.label,
                value=f"{bar.value:g}",
                tick=tick,
                x=f"{x:.1f}",
                y=f"{TOP + height - tall:.1f}",
                width=f"{min(step * 0.8, 48):.1f}",
                height=f"{tall:.1f}",
                middle=f"{x + min(step * 0.8, 48) / 2:.1f}",
            )
        )
    lines = [Line(label=f"{top * part:g}", y=f"{TOP + height * (1 - part):.1f}") for part in (0, 0.5, 1)]
    words = ", ".join(f"{bar.label}: {bar.value:g}" for bar in bars if bar.value)
    return Plot(title=title, summary=f"{title}. {words}", bars=drawn, lines=lines)


def _round_above(value: float) -> float:
    """1, 2 or 5 with zeros, at least 2."""
    if value <= 2:
        return 2
    ten = 10 ** int(log10(value))
    return float(next(step * ten for step in (1, 2, 5, 10) if step * ten >= value))
