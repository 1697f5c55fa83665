"""Where a scene is: painters of backgrounds, each for a batch of scenes at once.

A painter is given the stage and the sky of the hour, and answers with a picture (n, 3, h, w). The ground is where
things stand: from about 0.62 down; what tells one place from another is large, so that it survives 64 pixels.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from gpu_worker.corpus.grammar import article
from gpu_worker.corpus.stage import Stage, blur, graded, mix

Painter = Callable[[Stage, Tensor], Tensor]


@dataclass(frozen=True)
class Place:
    name: str
    phrases: tuple[str, ...]
    paint: Painter
    sky: bool = False  # has a sky, so hours and weathers can be seen
    glossy: float = 0.0  # how much the ground mirrors
    shadow: float = 0.5
    plain: bool = False
    colour: str = ""  # a plain ground of this colour
    rgb: tuple[int, int, int] = (128, 128, 128)


def _full(stage: Stage, colour: Tensor) -> Tensor:
    return colour.expand(stage.n, 3, stage.size, stage.size).clone()


def plain(red: int, green: int, blue: int) -> Painter:
    def paint(stage: Stage, sky: Tensor) -> Tensor:
        return _full(stage, stage.rgb(red, green, blue))

    return paint


def ground(stage: Stage, picture: Tensor, line: Tensor | float, colour: Tensor) -> Tensor:
    return mix(picture, colour, stage.step(stage.v - line))


def clouded(stage: Stage, sky: Tensor, amount: float = 0.55) -> Tensor:
    puff = stage.noise(1, 5, 3) * 0.65 + stage.noise(2, 11, 7) * 0.35
    cover = ((puff - (1 - amount)) * 5).clamp(0, 1) * (1 - stage.v * 1.7).clamp(0, 1)
    return mix(sky, sky.amax((1, 2, 3), keepdim=True).expand_as(sky) * 0.35 + 0.65 * (sky * 0.5 + 0.5), cover)


def meadow(stage: Stage, sky: Tensor) -> Tensor:
    picture = clouded(stage, sky)
    picture = ground(stage, picture, 0.62 - 0.16 * stage.ridge(3, 3), stage.rgb(122, 178, 96))
    grass = mix(stage.rgb(126, 200, 62), stage.rgb(52, 132, 34), (stage.v - 0.6) * 2.4)
    tufts = (stage.noise(4, 30, 40) - 0.5) * 0.22
    return ground(stage, picture, 0.64 - 0.05 * stage.ridge(5, 2), (grass + tufts).clamp(0, 1))


def flowers(stage: Stage, sky: Tensor) -> Tensor:
    picture = ground(stage, clouded(stage, sky), 0.5 - 0.06 * stage.ridge(3, 3), stage.rgb(64, 140, 52))
    for row, (cells, radius) in enumerate(((26, 0.011), (18, 0.018), (12, 0.028))):
        dots, own = stage.dots(4 + row, cells, radius, 0.6)
        colours = graded(own, [(244, 62, 84), (255, 214, 40), (255, 255, 250), (236, 92, 190), (150, 84, 220)])
        where = stage.step(stage.v - (0.5 + 0.14 * row)) * stage.step(0.68 + 0.17 * row - stage.v)
        picture = mix(picture, colours, dots * where)
    return picture


def beach(stage: Stage, sky: Tensor) -> Tensor:
    picture = clouded(stage, sky, 0.45)
    sea = mix(stage.rgb(14, 96, 170), stage.rgb(64, 204, 206), (stage.v - 0.45) * 5)
    picture = ground(stage, picture, 0.45, sea.clamp(0, 1) + (stage.noise(2, 40, 6) - 0.5) * 0.08)
    shore = 0.66 + 0.04 * stage.ridge(3, 4)
    picture = ground(stage, picture, shore - 0.03, stage.rgb(252, 254, 252))
    sand = mix(stage.rgb(250, 226, 164), stage.rgb(226, 186, 112), (stage.v - 0.66) * 2.6)
    return ground(stage, picture, shore, sand + (stage.noise(4, 60) - 0.5) * 0.07)


def desert(stage: Stage, sky: Tensor) -> Tensor:
    picture = mix(sky, stage.rgb(255, 232, 186), 0.35)
    for n, (line, lit) in enumerate(((0.5, 1.0), (0.6, 0.9), (0.74, 1.02))):
        ridge = line - 0.13 * stage.ridge(3 + n, 2)
        slope = mix(stage.rgb(244, 186, 92), stage.rgb(198, 116, 48), ((stage.v - ridge) * 4).clamp(0, 1))
        picture = ground(stage, picture, ridge, (slope * lit).clamp(0, 1))
    ripples = torch.sin(stage.v * 60 + stage.noise(7, 4) * 9) * 0.035 * stage.step(stage.v - 0.68)
    return (picture + ripples).clamp(0, 1)


def forest(stage: Stage, sky: Tensor) -> Tensor:
    picture = mix(stage.rgb(30, 84, 44), stage.rgb(170, 214, 120), (1 - (stage.v - 0.3).abs() * 2.2).clamp(0, 1))
    picture = picture.expand(stage.n, 3, stage.size, stage.size) * mix(sky.mean((2, 3), keepdim=True), 1.0, 0.45)
    for n, (cells, width, colour) in enumerate(((9, 0.28, (74, 76, 46)), (5, 0.3, (70, 44, 26)))):
        position = stage.u * cells + stage.die(3 + n)
        here = (
            stage.lattice(5 + n, 1, cells + 2)
            .squeeze(2)
            .gather(2, position.floor().long().squeeze(2).expand(stage.n, 1, -1))
        )
        middle = 0.3 + 0.4 * here[:, :, None]
        trunk = ((width / 2 - (position % 1 - middle).abs()) * stage.size / cells + 0.5).clamp(0, 1)
        picture = mix(picture, stage.rgb(*colour), trunk * stage.step(0.66 + 0.05 * n - stage.v))
    crown = stage.step(0.2 + 0.12 * stage.noise(8, 9) - stage.v)
    picture = mix(picture, stage.rgb(24, 92, 34) + (stage.noise(9, 14) - 0.5) * 0.22, crown)
    floor = stage.rgb(66, 92, 36) + (stage.noise(10, 24) - 0.5) * 0.2
    return ground(stage, picture, 0.67 - 0.04 * stage.ridge(11, 4), floor).clamp(0, 1)


def snow(stage: Stage, sky: Tensor) -> Tensor:
    picture = mix(sky, stage.rgb(226, 238, 250), 0.5)
    picture = ground(stage, picture, 0.56 - 0.16 * stage.ridge(3, 3), stage.rgb(206, 222, 240))
    # A row of firs: teeth along a line, white on top.
    teeth = ((stage.u * 9 + stage.die(4)) % 1 - 0.5).abs() * 2
    height = (
        0.12
        + 0.14
        * stage.lattice(5, 1, 10)
        .squeeze(2)
        .gather(2, (stage.u * 9 + stage.die(4)).floor().long().clamp_max(9).squeeze(2).expand(stage.n, 1, -1))[
            :, :, None
        ]
    )
    tree = stage.step(stage.v - (0.6 - height * (1 - teeth))) * stage.step(0.62 - stage.v)
    picture = mix(picture, stage.rgb(38, 88, 82), tree)
    drift = mix(stage.rgb(255, 255, 255), stage.rgb(206, 222, 244), (stage.v - 0.6) * 2)
    return ground(stage, picture, 0.63 - 0.05 * stage.ridge(6, 2), drift)


def mountains(stage: Stage, sky: Tensor) -> Tensor:
    picture = clouded(stage, sky, 0.4)
    for n, (base, tall, colour) in enumerate(((0.62, 0.46, (128, 142, 172)), (0.66, 0.34, (84, 96, 122)))):
        place = stage.die(3 + n, 0.12, 0.4) + 0.45 * n
        peak = base - tall * (1 - (stage.u - place).abs() * (2.2 + n)).clamp_min(0) - 0.05 * stage.ridge(5 + n, 9)
        second = base - tall * 0.7 * (1 - (stage.u - place - 0.42 + 0.85 * n).abs() * 2.8).clamp_min(0)
        line = torch.minimum(peak, second)
        lit = stage.rgb(*colour) * (1 + 0.18 * torch.sign(place - stage.u))
        picture = ground(stage, picture, line, lit.clamp(0, 1))
        snowline = 0.34 + 0.06 * stage.noise(7, 12) + 0.08 * n
        cap = stage.step(stage.v - line) * stage.step(snowline - stage.v)
        picture = mix(picture, stage.rgb(250, 252, 255), cap)
    grass = mix(stage.rgb(98, 150, 70), stage.rgb(56, 100, 44), (stage.v - 0.66) * 2.6)
    return ground(stage, picture, 0.66 - 0.03 * stage.ridge(9, 4), grass + (stage.noise(10, 30) - 0.5) * 0.1)


def city(stage: Stage, sky: Tensor) -> Tensor:
    picture = sky
    dark = 1 - sky.mean((1, 2, 3), keepdim=True)
    for n, (cells, low, high, colours) in enumerate(
        (
            (8, 0.2, 0.5, [(132, 152, 178), (150, 140, 160)]),
            (5, 0.28, 0.56, [(196, 112, 84), (92, 116, 150), (222, 190, 130)]),
        )
    ):
        column = (stage.u * cells + stage.die(3 + n)).floor().long()
        own = (
            stage.lattice(5 + n, 1, cells + 2)
            .squeeze(2)
            .gather(2, column.squeeze(2).expand(stage.n, 1, -1))[:, :, None]
        )
        roof = low + (high - low) * own
        wall = graded(((own * 7.7) % 1).expand(stage.n, 1, 1, stage.size), colours) * (1.05 - 0.75 * dark)
        picture = ground(stage, picture, roof, wall)
        wx, wy = (stage.u * cells + stage.die(3 + n)) % 1 * 3, (stage.v - roof) * 15
        pane = ((wx % 1 - 0.5).abs() < 0.28) & ((wy % 1 - 0.5).abs() < 0.28) & (wy > 0.4) & (wx > 0.05) & (wx < 2.95)
        glass = mix(stage.rgb(206, 228, 244), stage.rgb(255, 224, 110), (dark - 0.35).clamp(0, 1) * 3)
        picture = mix(picture, glass.clamp(0, 1), pane.float() * stage.step(0.66 - stage.v))
    picture = ground(stage, picture, 0.66, stage.rgb(176, 176, 180))
    return ground(stage, picture, 0.72, stage.rgb(96, 98, 106))


def road(stage: Stage, sky: Tensor) -> Tensor:
    picture = clouded(stage, sky)
    picture = ground(stage, picture, 0.5 - 0.07 * stage.ridge(3, 3), stage.rgb(104, 168, 78))
    depth = ((stage.v - 0.48) / 0.52).clamp(0, 1)
    across = (stage.u - 0.5) / (0.06 + 0.62 * depth)
    tarmac = (across.abs() < 1).float() * stage.step(stage.v - 0.49)
    picture = mix(picture, stage.rgb(82, 84, 92), tarmac)
    edge = ((across.abs() - 0.9).abs() < 0.035).float() * tarmac
    dash = (across.abs() < 0.05).float() * tarmac * ((depth.clamp_min(0.02) ** 0.5 * 7 + stage.die(4)) % 1 < 0.55)
    return mix(mix(picture, stage.rgb(246, 246, 240), edge), stage.rgb(252, 206, 50), dash)


def night_sky(stage: Stage, base: Tensor) -> Tensor:
    picture = base
    for n, (cells, radius) in enumerate(((18, 0.006), (9, 0.011))):
        dots, own = stage.dots(2 + n, cells, max(radius, 0.55 / stage.size), 0.55)
        picture = mix(picture, (0.75 + 0.25 * own).clamp(0, 1), dots)
    return picture


def ball(stage: Stage, picture: Tensor, x: Tensor, y: Tensor, radius: Tensor | float, colour: Tensor) -> Tensor:
    """A lit ball: a planet, a moon."""
    dx, dy = stage.u - x, stage.v - y
    lit = (0.75 - (dx + dy) / radius * 0.42).clamp(0.2, 1.1)
    return mix(picture, (colour * lit).clamp(0, 1), stage.step(radius - (dx * dx + dy * dy).sqrt()))


def space(stage: Stage, sky: Tensor) -> Tensor:
    cloud = (stage.noise(1, 3) - 0.45).clamp_min(0) * 1.2
    nebula = stage.pick(5, [(120, 40, 170), (30, 80, 190), (160, 40, 100), (20, 120, 130)])
    picture = night_sky(stage, (stage.rgb(8, 8, 26) + nebula * cloud).clamp(0, 1))
    colour = stage.pick(6, [(226, 150, 84), (120, 170, 230), (210, 110, 110), (170, 150, 220)])
    stripes = 1 + 0.12 * torch.sin((stage.v + stage.u * 0.2) * 60)
    return ball(
        stage, picture, stage.die(7, 0.08, 0.92), stage.die(8, 0.08, 0.22), stage.die(9, 0.1, 0.17), colour * stripes
    )


def moon(stage: Stage, sky: Tensor) -> Tensor:
    picture = night_sky(stage, _full(stage, stage.rgb(6, 6, 12)))
    earth = mix(stage.rgb(52, 110, 214), stage.rgb(236, 244, 250), (stage.noise(4, 9) > 0.6).float())
    earth = mix(earth, stage.rgb(66, 150, 80), (stage.noise(5, 7) > 0.62).float())
    picture = ball(stage, picture, stage.die(6, 0.15, 0.85), stage.die(7, 0.14, 0.22), 0.12, earth)
    picture = ground(
        stage,
        picture,
        0.66 - 0.05 * stage.ridge(8, 3),
        mix(stage.rgb(196, 196, 200), stage.rgb(120, 120, 126), (stage.v - 0.62) * 2.4),
    )
    for n, cells in enumerate((5, 8)):
        squash = Stage(stage.size, stage.dice)
        squash.v = stage.v * 2.2
        pit, _ = squash.dots(9 + n, cells, 0.3 / cells, 0.3)
        rim, _ = squash.dots(9 + n, cells, 0.4 / cells, 0.3)
        where = stage.step(stage.v - 0.7)
        picture = mix(picture, stage.rgb(214, 214, 218), rim * where * 0.7)
        picture = mix(picture, stage.rgb(104, 104, 110), pit * where * 0.8)
    return picture


def underwater(stage: Stage, sky: Tensor) -> Tensor:
    picture = graded(
        stage.v.expand(stage.n, 1, stage.size, stage.size), [(120, 226, 240), (24, 140, 204), (8, 70, 150)]
    )
    rays = torch.sin((stage.u * 1.2 + stage.v * 0.5) * 16 + stage.die(1, 0, 6)).clamp_min(0) * (
        0.8 - stage.v
    ).clamp_min(0)
    picture = (picture + 0.26 * rays).clamp(0, 1)
    sway = 0.03 * torch.sin(stage.v * 14 + stage.u * 20)
    position = (stage.u + sway) * 11 + stage.die(2)
    here = (
        stage.lattice(3, 1, 14)
        .squeeze(2)
        .gather(2, (stage.u * 11 + stage.die(2)).floor().long().squeeze(2).expand(stage.n, 1, -1))[:, :, None]
    )
    weed = ((position % 1 - 0.5).abs() < 0.14) & (stage.v > 0.5 + 0.35 * here) & (here < 0.5)
    picture = mix(picture, stage.rgb(24, 132, 84), weed.float())
    picture = ground(stage, picture, 0.84 - 0.04 * stage.ridge(4, 3), stage.rgb(214, 196, 138))
    bubbles, _ = stage.dots(5, 7, 0.026, 0.4)
    inner, _ = stage.dots(5, 7, 0.016, 0.4)
    picture = mix(picture, stage.rgb(222, 248, 255), bubbles * 0.85 * stage.step(0.8 - stage.v))
    return mix(picture, stage.rgb(120, 210, 236), inner * 0.8 * stage.step(0.8 - stage.v))


def room(stage: Stage, sky: Tensor) -> Tensor:
    wall = stage.pick(1, [(240, 222, 196), (204, 224, 206), (214, 214, 236), (240, 206, 200), (200, 222, 234)])
    stripes = 1 - 0.05 * ((stage.u * 12) % 1 < 0.5).float()
    picture = (wall * stripes).expand(stage.n, 3, stage.size, stage.size)
    x = stage.die(2, 0.06, 0.3)
    frame = ((stage.u - x - 0.14).abs() < 0.15) & ((stage.v - 0.25).abs() < 0.17)
    pane = ((stage.u - x - 0.14).abs() < 0.125) & ((stage.v - 0.25).abs() < 0.145)
    bar = ((stage.u - x - 0.14).abs() < 0.012) | ((stage.v - 0.25).abs() < 0.012)
    picture = mix(picture, stage.rgb(252, 252, 250), frame.float())
    picture = mix(picture, sky, (pane & ~bar).float())
    px = x + stage.die(3, 0.42, 0.5)
    picture = mix(
        picture, stage.rgb(120, 78, 44), (((stage.u - px - 0.1).abs() < 0.1) & ((stage.v - 0.24).abs() < 0.12)).float()
    )
    art = graded(stage.noise(4, 4), [(240, 150, 80), (250, 226, 170), (80, 140, 170)])
    picture = mix(picture, art, (((stage.u - px - 0.1).abs() < 0.075) & ((stage.v - 0.24).abs() < 0.095)).float())
    planks = ((stage.v - 0.68) * 16) % 1 < 0.1
    floor = stage.rgb(186, 126, 76) * (1 - 0.22 * planks.float()) * (1 - 0.15 * (stage.noise(5, 4, 30) - 0.5))
    return ground(stage, ground(stage, picture, 0.66, stage.rgb(250, 246, 238)), 0.69, floor)


def library(stage: Stage, sky: Tensor) -> Tensor:
    shelf_height = 0.17
    row = ((stage.v - 0.02) / shelf_height).floor().clamp(0, 3).long()
    books = 18
    column = (stage.u * books).floor().long()
    table = stage.lattice(1, 6, books + 2)
    flat = (row * (books + 2) + column).reshape(1, -1).expand(stage.n, -1)
    own = table.flatten(1).gather(1, flat).reshape(stage.n, 1, stage.size, stage.size)
    colours = graded(
        own, [(150, 40, 44), (40, 70, 130), (196, 150, 70), (40, 104, 76), (112, 62, 112), (206, 190, 160)]
    )
    gap = ((stage.v - 0.02) % shelf_height) / shelf_height
    tall = 0.22 + 0.2 * ((own * 9.1) % 1)
    book = (gap > tall) & (gap < 0.9) & ((stage.u * books) % 1 > 0.12)
    picture = mix(_full(stage, stage.rgb(60, 36, 24)), colours, book.float())
    picture = mix(picture, stage.rgb(136, 88, 50), (gap > 0.9).float())
    return ground(stage, ground(stage, picture, 0.7, stage.rgb(96, 58, 34)), 0.73, stage.rgb(128, 46, 44))


def clouds(stage: Stage, sky: Tensor) -> Tensor:
    picture = clouded(stage, sky, 0.5)
    for n, (line, tone) in enumerate(((0.62, 0.86), (0.74, 0.94), (0.86, 1.0))):
        bumps = torch.sin((stage.u * (5 + n) + stage.die(3 + n) * 6) * 6.283).abs() ** 0.6
        line_now = line - 0.09 * bumps - 0.05 * stage.ridge(6 + n, 3)
        white = mix(sky.amax((2, 3), keepdim=True), stage.rgb(255, 255, 255), 0.7) * tone
        picture = ground(stage, picture, line_now, white)
    return blur(picture, 0.008)


def theatre(stage: Stage, sky: Tensor) -> Tensor:
    folds = 0.5 + 0.5 * torch.sin(stage.u * 6.283 * 9 + torch.sin(stage.v * 5) * 0.4 + stage.die(1, 0, 6))
    picture = mix(stage.rgb(92, 6, 18), stage.rgb(206, 28, 44), folds).expand(stage.n, 3, stage.size, stage.size)
    swag = 0.13 + 0.05 * (torch.sin(stage.u * 6.283 * 2.5).abs())
    picture = mix(picture, stage.rgb(232, 178, 60), stage.step(swag + 0.02 - stage.v))
    picture = mix(picture, stage.rgb(150, 14, 32), stage.step(swag - stage.v))
    planks = ((stage.u - 0.5) / (stage.v - 0.35).clamp_min(0.1) * 5) % 1 < 0.08
    picture = ground(stage, picture, 0.7, stage.rgb(176, 116, 66) * (1 - 0.25 * planks.float()))
    beam = ((stage.u - 0.5) ** 2 / 0.16 + (stage.v - 0.62) ** 2 / 0.2).clamp(0, 1)
    return picture * (1.12 - 0.62 * beam)


def ice(stage: Stage, sky: Tensor) -> Tensor:
    picture = mix(sky, stage.rgb(214, 232, 250), 0.35)
    picture = ground(stage, picture, 0.52 - 0.14 * stage.ridge(2, 3), stage.rgb(150, 178, 206))
    sheet = mix(stage.rgb(226, 246, 252), stage.rgb(126, 196, 222), (stage.v - 0.54) * 2.2)
    cracks = ((stage.noise(3, 5) - 0.5).abs() < 0.014 + 0.6 / stage.size * 0.6).float() * 0.5
    return ground(stage, picture, 0.56, mix(sheet.clamp(0, 1), stage.rgb(255, 255, 255), cracks))


_GROUNDS = {
    "red": (206, 36, 40), "orange": (248, 146, 40), "yellow": (252, 220, 60), "green": (60, 164, 84),
    "blue": (44, 104, 220), "purple": (132, 66, 190), "pink": (252, 164, 204), "gray": (150, 152, 156),
}  # fmt: skip


def _plain_phrases(colour: str) -> tuple[str, ...]:
    a = f"{article(colour)} {colour}"
    return (f"on {a} background", f"against {a} background", f"in front of a plain {colour} background")


def _plain(name: str, value: tuple[int, int, int], shadow: float = 0.5, glossy: float = 0.0) -> Place:
    paint = plain(*value)
    return Place(
        f"{name} background",
        _plain_phrases(name),
        paint,
        glossy=glossy,
        shadow=shadow,
        plain=True,
        colour=name,
        rgb=value,
    )


PLACES: tuple[Place, ...] = (
    _plain("white", (255, 255, 255), shadow=0.32),
    _plain("black", (10, 10, 12), glossy=0.4),
    *(_plain(name, value, shadow=0.4) for name, value in _GROUNDS.items()),
    Place("meadow", ("in a meadow", "on a green meadow", "on the grass"), meadow, sky=True),
    Place("field of flowers", ("in a field of flowers", "among flowers", "in a flower field"), flowers, sky=True),
    Place("beach", ("on the beach", "on a beach", "at the seaside"), beach, sky=True),
    Place("desert", ("in the desert", "in a desert", "among sand dunes"), desert, sky=True),
    Place("forest", ("in the forest", "in a forest", "in the woods"), forest),
    Place("snow", ("in the snow", "in a snowy landscape"), snow, sky=True, shadow=0.35),
    Place("mountains", ("in the mountains", "in front of mountains"), mountains, sky=True),
    Place("city", ("in the city", "in a city", "in front of city buildings"), city, sky=True),
    Place("road", ("on a road", "on the road", "on a country road"), road, sky=True),
    Place("space", ("in space", "in outer space", "floating in space"), space, shadow=0.0),
    Place("moon", ("on the moon", "on the surface of the moon"), moon),
    Place("underwater", ("underwater", "under the sea", "at the bottom of the ocean"), underwater, shadow=0.3),
    Place("living room", ("in a living room", "in a room", "indoors, in a living room"), room, glossy=0.12),
    Place("library", ("in a library", "in front of bookshelves"), library, glossy=0.0),
    Place("clouds", ("above the clouds", "in the clouds", "on the clouds"), clouds, sky=True, shadow=0.15),
    Place("stage", ("on a stage", "on a theater stage", "on stage in front of a red curtain"), theatre, glossy=0.15),
    Place("ice", ("on the ice", "on a frozen lake", "on ice"), ice, sky=True, glossy=0.45, shadow=0.25),
)  # fmt: skip
PLACE_NAMES = tuple(place.name for place in PLACES)
