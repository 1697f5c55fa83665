"""Hours and weathers: the sky they give a place, the light they throw on things, and what falls through the air."""

from dataclasses import dataclass

import torch
from torch import Tensor

from gpu_worker.corpus.stage import LATTICE, Stage, blur, graded, mix


@dataclass(frozen=True)
class Hour:
    name: str
    phrases: tuple[str, ...]
    sky: tuple[tuple[int, int, int], ...]  # from the zenith to the horizon
    light: tuple[float, float, float]  # on the ground
    on_things: tuple[float, float, float]  # on things: gentler, so that their colours can still be named


HOURS = (
    Hour("day", (), ((58, 146, 236), (150, 208, 250), (214, 236, 252)), (1.0, 1.0, 1.0), (1.0, 1.0, 1.0)),
    Hour("night", ("at night", "on a starry night", "by night"), ((6, 10, 44), (18, 30, 84), (44, 62, 124)),
         (0.26, 0.36, 0.62), (0.9, 0.92, 1.0)),
    Hour("sunset", ("at sunset", "at dusk", "in front of a sunset"), ((84, 44, 120), (238, 98, 70), (255, 196, 84)),
         (0.86, 0.62, 0.52), (1.0, 0.88, 0.8)),
    Hour("sunrise", ("at sunrise", "at dawn", "in the early morning"),
         ((126, 168, 230), (250, 196, 214), (255, 236, 190)), (0.96, 0.9, 0.9), (1.0, 0.96, 0.94)),
)  # fmt: skip
HOUR_NAMES = tuple(hour.name for hour in HOURS)


@dataclass(frozen=True)
class Weather:
    name: str
    phrases: tuple[str, ...]


WEATHERS = (
    Weather("fair", ()),
    Weather("rain", ("in the rain", "on a rainy day", "in pouring rain")),
    Weather("snowfall", ("in falling snow", "while it snows", "in a snowfall")),
    Weather("fog", ("in the fog", "on a foggy day", "in thick fog")),
    Weather("storm", ("in a thunderstorm", "during a thunderstorm", "with lightning in the sky")),
)
WEATHER_NAMES = tuple(weather.name for weather in WEATHERS)


def _table(rows: list[tuple[float, float, float]], which: Tensor) -> Tensor:
    return torch.tensor(rows, device=which.device, dtype=torch.float32)[which][:, :, None, None]


def sky(stage: Stage, hour: Tensor, weather: Tensor) -> Tensor:
    """(n, 3, h, w): the sky down to the horizon, with its stars, moon or sun."""
    picture = torch.empty(stage.n, 3, stage.size, stage.size, device=stage.device)
    height = (stage.v / 0.62).clamp(0, 1).expand(stage.n, 1, stage.size, stage.size)
    for index, look in enumerate(HOURS):
        rows = torch.nonzero(hour == index)[:, 0]
        if not len(rows):
            continue
        here = stage.part(rows)
        painted = graded(height[rows], list(look.sky))
        if look.name == "night":
            for n, (cells, radius) in enumerate(((16, 0.007), (8, 0.012))):
                dots, own = here.dots(18 + n, cells, max(radius, 0.6 / stage.size), 0.5)
                painted = mix(painted, 0.8 + 0.2 * own, dots)
            x, y = here.die(20, 0.12, 0.88), here.die(21, 0.1, 0.2)
            disc = here.step(0.075 - ((here.u - x) ** 2 + (here.v - y) ** 2).sqrt())
            bite = here.step(0.07 - ((here.u - x - 0.035) ** 2 + (here.v - y + 0.02) ** 2).sqrt())
            painted = mix(painted, stage.rgb(255, 244, 200), disc * (1 - bite))
        elif look.name != "day":
            x, low = here.die(20, 0.14, 0.86), 0.36 if look.name == "sunset" else 0.3
            far = ((here.u - x) ** 2 + (here.v - low) ** 2).sqrt()
            painted = mix(painted, stage.rgb(255, 226, 130), (0.5 - far * 1.3).clamp(0, 0.5))
            painted = mix(painted, stage.rgb(255, 244, 190), here.step(0.1 - far))
        picture[rows] = painted
    dull = torch.tensor([0.0, 0.7, 0.6, 0.8, 0.9], device=stage.device)[weather].reshape(-1, 1, 1, 1)
    grey = _table([(0, 0, 0), (0.56, 0.6, 0.66), (0.74, 0.78, 0.84), (0.82, 0.83, 0.84), (0.32, 0.34, 0.44)], weather)
    # By night a grey sky is a dark one.
    return mix(picture, grey * (0.35 + 0.65 * picture.mean((1, 2, 3), keepdim=True).clamp_min(0.3) ** 0.5), dull)


def lit_ground(picture: Tensor, hour: Tensor, weather: Tensor, below: Tensor) -> Tensor:
    """The hour's light on what is not sky."""
    light = _table([look.light for look in HOURS], hour)
    light = light * _table(
        [(1, 1, 1), (0.78, 0.8, 0.84), (0.96, 0.98, 1), (0.95, 0.95, 0.95), (0.58, 0.6, 0.68)], weather
    )
    return picture * (1 - below * (1 - light))


def on_things(hour: Tensor, weather: Tensor) -> Tensor:
    light = _table([look.on_things for look in HOURS], hour)
    return light * _table([(1, 1, 1), (0.92, 0.93, 0.95), (1, 1, 1), (1, 1, 1), (0.92, 0.93, 0.96)], weather)


def drops(stage: Stage, i: int, columns: int, rows: int, wide: float, tall: float, density: float) -> Tensor:
    """Slanted streaks: (n, 1, h, w)."""
    x = (stage.u + stage.v * 0.22) * columns
    which = ((stage.dice[:, i] * 9973).long() % 64).reshape(-1, 1, 1, 1)
    column = x.floor().long() % LATTICE
    start = stage.bank[which, 1, column]
    y = stage.v * rows + start * 7
    own = stage.bank[which, (y.floor().long() % LATTICE).clamp(0, LATTICE - 1), column]
    near = (wide * columns / 2 - (x % 1 - 0.5).abs()) * stage.size / columns + 0.5
    return near.clamp(0, 1) * ((y % 1) < tall) * (own < density)


def weathered(stage: Stage, picture: Tensor, weather: Tensor, things: Tensor) -> Tensor:
    """Draw what falls, over everything, but thinner before the things, which must stay to be seen. Only scenes with a
    weather are touched."""
    for index, name in enumerate(WEATHER_NAMES):
        rows = torch.nonzero(weather == index)[:, 0]
        if name == "fair" or not len(rows):
            continue
        here, part = stage.part(rows), picture[rows]
        open_air = 1 - things[rows]
        if name in {"rain", "storm"}:
            fall = torch.maximum(drops(here, 11, 22, 5, 0.013, 0.6, 0.5), drops(here, 12, 12, 3, 0.019, 0.62, 0.5))
            part = mix(part, stage.rgb(214, 232, 252), fall * (0.24 + 0.4 * open_air))
        if name == "storm":
            part = lightning(here, part)
        if name == "snowfall":
            for n, (cells, radius) in enumerate(((14, 0.011), (9, 0.017), (6, 0.024))):
                flakes, _ = here.dots(13 + n, cells, radius, 0.5)
                part = mix(part, stage.rgb(255, 255, 255), flakes * (0.55 + 0.4 * open_air))
        if name == "fog":
            bank = here.noise(14, 3, 2) * 0.5 + here.noise(15, 6, 3) * 0.5
            thick = (0.34 + 0.42 * bank + 0.22 * (here.v - 0.4)).clamp(0.2, 0.7)
            part = mix(part, stage.rgb(224, 227, 230), thick * (0.8 + 0.2 * open_air))
        picture = picture.index_copy(0, rows, part)
    return picture


def lightning(stage: Stage, picture: Tensor) -> Tensor:
    start, height = stage.die(16, 0.12, 0.88), 0.5
    turns = stage.lattice(17, 1, 6).squeeze(2)  # where the bolt bends
    place = (stage.v / height * 5).clamp(0, 4.999)
    low = place.floor().long().squeeze(3)
    bends = torch.cumsum((turns - 0.5) * 0.26, 2)
    first, second = (bends.gather(2, index.expand(stage.n, 1, -1)) for index in (low, (low + 1).clamp_max(5)))
    line = start + mix(first, second, (place.squeeze(3) - low))[..., None]
    distance = (stage.u - line).abs()
    bolt = stage.step(0.017 - distance) * stage.step(height - stage.v)
    glow = (1 - distance * 7).clamp(0, 1) * stage.step(height - stage.v) * 0.45
    lit = mix(picture, stage.rgb(190, 190, 255), blur(glow, 0.01))
    return mix(lit, stage.rgb(255, 252, 190), bolt)
