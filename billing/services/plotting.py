"""Bars over days as rectangles: all that a template needs to write an SVG, which needs no script."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT = 900, 240
LEFT, TOP, BOTTOM = 72, 12, 24


@dataclass(frozen=True)
class Bars:
    """`look` names the colour (static/css/plots.css)."""

    look: str
    words: str
    amounts: Mapping[date, int]


@dataclass(frozen=True, kw_only=True)
class Bar:
    look: str
    x: float
    y: float
    width: float
    height: float
    words: str


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A line across with its amount, or a day beneath."""

    place: float
    words: str


@dataclass(frozen=True, kw_only=True)
class Plot:
    title: str
    bars: Sequence[Bar]
    across: Sequence[Mark]
    beneath: Sequence[Mark]
    zero: float
    legend: Sequence[tuple[str, str, str]]
    table_head: Sequence[str]
    table: Sequence[tuple[date, Sequence[str]]]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    day_line: int = HEIGHT - 6


def plotted(
    *, title: str, days: Sequence[date], up: Sequence[Bars], words: Callable[[int], str], down: Sequence[Bars] = ()
) -> Plot:
    """Stacked upwards from the line of nothing, and downwards what went."""
    highest = max((_total(up, day) for day in days), default=0)
    lowest = max((_total(down, day) for day in days), default=0)
    step = _step(max(highest, lowest, 1))
    most, least = -(-highest // step) * step or step, lowest
    scale = (HEIGHT - TOP - BOTTOM) / (most + least)
    zero = TOP + most * scale
    room = (WIDTH - LEFT) / max(1, len(days))
    bars = [
        *_stacks(days, up, room, zero, -scale, words),
        *_stacks(days, down, room, zero, scale, words),
    ]
    marks = range(-(least // step) * step, most + 1, step)
    series = [*up, *down]
    told = [(day, [each.amounts.get(day, 0) for each in series]) for day in days]
    return Plot(
        title=title,
        bars=bars,
        across=[Mark(place=round(zero - mark * scale, 1), words=words(abs(mark))) for mark in marks],
        beneath=[Mark(place=round(LEFT + i * room, 1), words=f"{day:%-d %b}") for i, day in _labelled(days)],
        zero=round(zero, 1),
        legend=[(each.look, each.words, words(sum(each.amounts.get(day, 0) for day in days))) for each in series],
        table_head=[each.words for each in series],
        table=[(day, [words(amount) for amount in row]) for day, row in reversed(told) if any(row)],
    )


def _stacks(
    days: Sequence[date], series: Sequence[Bars], room: float, zero: float, scale: float, words: Callable[[int], str]
) -> list[Bar]:
    bars = []
    for place, day in enumerate(days):
        edge = zero
        for each in series:
            if (amount := each.amounts.get(day, 0)) > 0:
                end = edge + amount * scale
                bars.append(
                    Bar(
                        look=each.look,
                        x=round(LEFT + place * room, 1),
                        y=round(min(edge, end), 1),
                        width=round(room * 0.75, 1),
                        height=round(abs(end - edge), 1),
                        words=f"{day:%-d %B %Y}, {each.words}: {words(amount)}",
                    )
                )
                edge = end
    return bars


def _total(series: Sequence[Bars], day: date) -> int:
    return sum(max(0, each.amounts.get(day, 0)) for each in series)


def _step(most: int) -> int:
    """1, 2 or 5 and noughts, so that there are at most four lines on the longer side."""
    step = 1
    while True:
        for times in (1, 2, 5):
            if step * times * 4 >= most:
                return step * times
        step *= 10


def _labelled(days: Sequence[date]) -> list[tuple[int, date]]:
    """The first day of every other week is enough to find one's way."""
    return [(place, day) for place, day in enumerate(days) if place % 14 == 0]
