"""Drawings the sets do not have, made by our own code when the atlas is packed (Pillow and numpy only).

The sets draw many animals and most people as a head or a bust; a name without "face" means the whole of it, so a small
body is added under the head. The skateboard is drawn from the side (the sets tilt theirs), and so are a few things
that ask for a sitting place, and the fruit on wheels.
"""

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

CELL = 512  # drawn at twice the atlas's cell, made small by the packer
RGB = tuple[int, int, int]


def trimmed(picture: Image.Image) -> Image.Image:
    """Cut to what can be seen."""
    box = picture.getchannel("A").point(lambda a: 255 if a > 12 else 0).getbbox()
    return picture.crop(box) if box else picture


def mean_colour(picture: Image.Image, box: tuple[float, float, float, float]) -> RGB:
    """The median of the opaque pixels in a part of the picture, given as shares."""
    w, h = picture.size
    part = np.asarray(picture.crop((int(box[0] * w), int(box[1] * h), int(box[2] * w), int(box[3] * h))))
    solid = part[part[..., 3] > 200][:, :3]
    if not len(solid):
        return (128, 128, 128)
    red, green, blue = np.median(solid, axis=0)
    return int(red), int(green), int(blue)


def tinted(colour: RGB, factor: float) -> RGB:
    """Darker under 1; above 1, nearer to white."""
    if factor <= 1:
        return tuple(int(c * factor) for c in colour)  # type: ignore[return-value]
    return tuple(int(255 - (255 - c) * (2 - factor)) for c in colour)  # type: ignore[return-value]


def solid(canvas: Image.Image, colour: RGB, draw: Callable[[ImageDraw.ImageDraw], None]) -> None:
    """Put one shape on the canvas, rounded by light from the upper left."""
    mask = Image.new("L", canvas.size, 0)
    draw(ImageDraw.Draw(mask))
    soft = np.asarray(mask.filter(ImageFilter.GaussianBlur(CELL / 36)), dtype=np.float32) / 255
    slope = np.roll(soft, (9, 9), (0, 1)) - np.roll(soft, (-9, -9), (0, 1))
    light = np.clip(1.0 - 0.42 * slope, 0.62, 1.3)[..., None]
    base = np.asarray(colour, dtype=np.float32)[None, None]
    lit = np.where(light <= 1, base * light, 255 - (255 - base) * (2 - light))
    layer = np.dstack([np.clip(lit, 0, 255), np.asarray(mask, dtype=np.float32)]).astype(np.uint8)
    canvas.alpha_composite(Image.fromarray(layer, "RGBA"))


def limb(a: tuple[float, float], b: tuple[float, float], width: float) -> Callable[[ImageDraw.ImageDraw], None]:
    def draw(pen: ImageDraw.ImageDraw) -> None:
        (x0, y0), (x1, y1), r = (a[0] * CELL, a[1] * CELL), (b[0] * CELL, b[1] * CELL), width * CELL / 2
        pen.line([x0, y0, x1, y1], fill=255, width=int(2 * r))
        for x, y in ((x0, y0), (x1, y1)):
            pen.ellipse([x - r, y - r, x + r, y + r], fill=255)

    return draw


def oval(x: float, y: float, w: float, h: float) -> Callable[[ImageDraw.ImageDraw], None]:
    box = [(x - w / 2) * CELL, (y - h / 2) * CELL, (x + w / 2) * CELL, (y + h / 2) * CELL]
    return lambda pen: pen.ellipse(box, fill=255)


def slab(x0: float, y0: float, x1: float, y1: float, radius: float = 0.03) -> Callable[[ImageDraw.ImageDraw], None]:
    box = [x0 * CELL, y0 * CELL, x1 * CELL, y1 * CELL]
    return lambda pen: pen.rounded_rectangle(box, radius * CELL, fill=255)


def shape(*points: tuple[float, float]) -> Callable[[ImageDraw.ImageDraw], None]:
    return lambda pen: pen.polygon([(x * CELL, y * CELL) for x, y in points], fill=255)


def blank() -> Image.Image:
    return Image.new("RGBA", (CELL, CELL), (0, 0, 0, 0))


def placed(canvas: Image.Image, picture: Image.Image, x: float, bottom: float, w: float, h: float) -> None:
    """Paste centred at x, standing on `bottom`, within w by h."""
    picture = trimmed(picture)
    scale = min(w * CELL / picture.width, h * CELL / picture.height)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    picture = picture.resize(size, Image.Resampling.LANCZOS)
    canvas.alpha_composite(picture, (round(x * CELL - size[0] / 2), max(0, round(bottom * CELL - size[1]))))


def animal(head: Image.Image) -> Image.Image:
    """A head on a small upright body in its own colour, with a lighter belly."""
    fur = mean_colour(head, (0.3, 0.12, 0.7, 0.42))
    canvas, dark = blank(), tinted(fur, 0.8)
    for side in (-1, 1):
        solid(canvas, dark, oval(0.5 + side * 0.125, 0.95, 0.19, 0.09))
        solid(canvas, fur, limb((0.5 + side * 0.1, 0.78), (0.5 + side * 0.115, 0.91), 0.14))
        solid(canvas, dark, limb((0.5 + side * 0.15, 0.63), (0.5 + side * 0.27, 0.73), 0.11))
    solid(canvas, fur, oval(0.5, 0.73, 0.4, 0.38))
    solid(canvas, tinted(fur, 1.55), oval(0.5, 0.76, 0.24, 0.26))
    placed(canvas, head, 0.5, 0.64, 0.74, 0.64)
    return canvas


def machine(head: Image.Image) -> Image.Image:
    canvas = blank()
    shell, joint, lamp = (198, 204, 220), (96, 104, 128), (232, 60, 70)
    for side in (-1, 1):
        solid(canvas, joint, slab(0.5 + side * 0.1 - 0.05, 0.8, 0.5 + side * 0.1 + 0.05, 0.94, 0.02))
        solid(canvas, shell, slab(0.5 + side * 0.115 - 0.085, 0.92, 0.5 + side * 0.115 + 0.085, 0.99, 0.03))
        solid(canvas, joint, limb((0.5 + side * 0.19, 0.62), (0.5 + side * 0.3, 0.72), 0.06))
        solid(canvas, shell, oval(0.5 + side * 0.31, 0.74, 0.1, 0.1))
    solid(canvas, shell, slab(0.3, 0.56, 0.7, 0.86, 0.05))
    solid(canvas, joint, slab(0.38, 0.64, 0.62, 0.78, 0.03))
    for n, colour in enumerate((lamp, (250, 200, 40), (60, 190, 110))):
        solid(canvas, colour, oval(0.44 + 0.06 * n, 0.71, 0.045, 0.045))
    placed(canvas, head, 0.5, 0.6, 0.66, 0.6)
    return canvas


def figure(bust: Image.Image) -> Image.Image:
    """Legs under a bust, in the colour of its clothes; the cut corners of the bust are rounded off."""
    bust = trimmed(bust)
    cloth = mean_colour(bust, (0.2, 0.78, 0.8, 1.0))
    w, h = bust.size
    rounding = Image.new("L", (w, h), 0)
    ImageDraw.Draw(rounding).rounded_rectangle([0, -h, w - 1, h - 1], w * 0.24, fill=255)
    alpha = np.minimum(np.asarray(bust.getchannel("A")), np.asarray(rounding))
    bust.putalpha(Image.fromarray(alpha))
    canvas = blank()
    for side in (-1, 1):
        solid(canvas, tinted(cloth, 0.42), oval(0.5 + side * 0.125, 0.955, 0.2, 0.085))
        solid(canvas, tinted(cloth, 0.9), limb((0.5 + side * 0.1, 0.68), (0.5 + side * 0.11, 0.9), 0.155))
    placed(canvas, bust, 0.5, 0.76, 0.8, 0.76)
    return canvas


SHIRTS: tuple[RGB, ...] = ((58, 124, 214), (222, 72, 70), (70, 164, 96), (240, 168, 46), (140, 92, 190), (64, 170, 180))


def dressed(head: Image.Image, number: int) -> Image.Image:
    """A child, a man, a woman: the sets draw only the head."""
    skin = mean_colour(head, (0.4, 0.5, 0.6, 0.75))
    shirt, cloth = SHIRTS[number % len(SHIRTS)], ((56, 66, 104), (92, 84, 78), (60, 60, 66))[number % 3]
    canvas = blank()
    for side in (-1, 1):
        solid(canvas, (60, 50, 48), oval(0.5 + side * 0.11, 0.96, 0.17, 0.075))
        solid(canvas, cloth, limb((0.5 + side * 0.085, 0.76), (0.5 + side * 0.095, 0.91), 0.13))
        solid(canvas, skin, oval(0.5 + side * 0.265, 0.77, 0.095, 0.095))
        solid(canvas, tinted(shirt, 0.9), limb((0.5 + side * 0.13, 0.61), (0.5 + side * 0.235, 0.72), 0.1))
    solid(canvas, shirt, slab(0.335, 0.54, 0.665, 0.82, 0.09))
    placed(canvas, head, 0.5, 0.59, 0.62, 0.59)
    return canvas


def wheels(canvas: Image.Image, y: float, r: float, at: tuple[float, ...] = (0.2, 0.8)) -> None:
    for x in at:
        solid(canvas, (64, 66, 76), slab(x - r * 0.8, y - r * 1.35, x + r * 0.8, y - r * 0.2, 0.01))
        solid(canvas, (238, 232, 214), oval(x, y, 2 * r, 2 * r))
        solid(canvas, (92, 92, 104), oval(x, y, 0.8 * r, 0.8 * r))


def skateboard() -> Image.Image:
    """From the side: a deck with both ends kicked up, on two pairs of wheels."""
    canvas = blank()
    wheels(canvas, 0.6, 0.072, (0.24, 0.76))
    deck = [(0.01, 0.405), (0.05, 0.385), (0.17, 0.45), (0.83, 0.45), (0.95, 0.385), (0.99, 0.405), (0.985, 0.435),
            (0.86, 0.52), (0.14, 0.52), (0.015, 0.435)]  # fmt: skip
    solid(canvas, (206, 62, 52), shape(*deck))
    solid(canvas, (52, 52, 58), shape((0.05, 0.385), (0.17, 0.45), (0.83, 0.45), (0.95, 0.385), (0.97, 0.4),
                                      (0.84, 0.475), (0.16, 0.475), (0.03, 0.4)))  # fmt: skip
    return canvas


def on_wheels(thing: Image.Image) -> Image.Image:
    """One thing in the form of another: laid flat as a deck, with a skateboard's wheels under it."""
    thing = trimmed(thing)
    ys, xs = np.nonzero(np.asarray(thing.getchannel("A")) > 128)
    values, vectors = np.linalg.eigh(np.cov(np.stack([xs, ys])))
    angle = np.degrees(np.arctan2(*vectors[::-1, int(np.argmax(values))]))
    flat = trimmed(thing.rotate(angle, Image.Resampling.BICUBIC, expand=True))
    flat = flat.resize((int(0.98 * CELL), int(min(0.3, 0.98 * flat.height / flat.width) * CELL)))
    canvas = blank()
    wheels(canvas, 0.62, 0.085, (0.24, 0.76))
    canvas.alpha_composite(flat, (int(0.01 * CELL), int(0.56 * CELL) - flat.height))
    return canvas


def hot_air_balloon() -> Image.Image:
    canvas = blank()
    for x0, x1 in ((0.3, 0.43), (0.7, 0.57)):
        solid(canvas, (120, 84, 52), limb((x0, 0.55), (x1, 0.82), 0.012))
    solid(canvas, (222, 66, 62), shape((0.2, 0.5), (0.8, 0.5), (0.58, 0.76), (0.42, 0.76)))
    solid(canvas, (222, 66, 62), oval(0.5, 0.36, 0.7, 0.7))
    for w in (0.42, 0.14):
        solid(canvas, (250, 214, 84) if w > 0.3 else (222, 66, 62), oval(0.5, 0.36, w, 0.7))
    solid(canvas, (156, 108, 60), slab(0.41, 0.83, 0.59, 0.97, 0.03))
    return canvas


def surfboard() -> Image.Image:
    canvas = blank()
    solid(canvas, (48, 60, 90), shape((0.16, 0.56), (0.25, 0.56), (0.15, 0.65)))
    solid(canvas, (70, 178, 214), shape((0.01, 0.52), (0.14, 0.46), (0.5, 0.445), (0.84, 0.44), (0.99, 0.39),
                                        (0.93, 0.49), (0.8, 0.56), (0.5, 0.58), (0.15, 0.57)))  # fmt: skip
    solid(canvas, (250, 244, 226), shape((0.03, 0.52), (0.5, 0.495), (0.95, 0.45), (0.9, 0.5), (0.5, 0.53)))
    return canvas


def piano() -> Image.Image:
    canvas, body = blank(), (66, 44, 40)
    for x in (0.14, 0.8):
        solid(canvas, tinted(body, 0.8), slab(x, 0.6, x + 0.07, 0.92, 0.015))
    solid(canvas, body, slab(0.06, 0.14, 0.94, 0.58, 0.04))
    solid(canvas, tinted(body, 0.85), slab(0.1, 0.56, 0.9, 0.9, 0.02))
    solid(canvas, (246, 240, 226), slab(0.03, 0.54, 0.97, 0.66, 0.01))
    for n in range(11):
        if n % 7 not in (2, 6):
            solid(canvas, (24, 22, 26), slab(0.095 + n * 0.077, 0.535, 0.135 + n * 0.077, 0.615, 0.004))
    solid(canvas, (250, 246, 232), slab(0.36, 0.24, 0.64, 0.44, 0.008))
    return canvas


def armchair() -> Image.Image:
    canvas, cloth = blank(), (196, 82, 62)
    for x in (0.2, 0.74):
        solid(canvas, (96, 62, 40), slab(x, 0.86, x + 0.06, 0.97, 0.01))
    solid(canvas, tinted(cloth, 0.94), slab(0.2, 0.08, 0.8, 0.7, 0.14))
    solid(canvas, tinted(cloth, 1.15), slab(0.22, 0.56, 0.78, 0.78, 0.06))
    solid(canvas, tinted(cloth, 0.9), slab(0.14, 0.7, 0.86, 0.9, 0.05))
    for x in (0.05, 0.76):
        solid(canvas, cloth, slab(x, 0.44, x + 0.19, 0.9, 0.085))
    return canvas


def table() -> Image.Image:
    canvas, wood = blank(), (166, 110, 62)
    for x in (0.08, 0.84):
        solid(canvas, tinted(wood, 0.85), slab(x, 0.34, x + 0.08, 0.9, 0.012))
    solid(canvas, tinted(wood, 0.92), slab(0.06, 0.36, 0.94, 0.46, 0.01))
    solid(canvas, wood, slab(0.01, 0.3, 0.99, 0.38, 0.03))
    return canvas


def banana() -> Image.Image:
    """Whole and lying on its back, as a deck: the sets draw it half peeled."""
    canvas = blank()
    steps = np.linspace(0, 1, 41)
    bow = 1 - (2 * steps - 1) ** 2
    upper = [(0.02 + 0.96 * t, 0.33 + 0.13 * b) for t, b in zip(steps, bow, strict=True)]
    lower = [(0.02 + 0.96 * t, 0.37 + 0.27 * b**0.7) for t, b in zip(steps, bow, strict=True)]
    ridge = [(x, 0.55 * y + 0.45 * low) for (x, y), (_, low) in zip(upper, lower, strict=True)]
    solid(canvas, (244, 196, 34), shape(*upper, *lower[::-1]))
    solid(canvas, (255, 226, 84), shape(*upper[2:-2], *ridge[2:-2][::-1]))
    for x in (0.035, 0.965):
        solid(canvas, (104, 74, 30), oval(x, 0.35, 0.06, 0.07))
    return canvas


DRAWN: dict[str, Callable[[], Image.Image]] = {
    "@skateboard": skateboard,
    "@balloon": hot_air_balloon,
    "@surfboard": surfboard,
    "@piano": piano,
    "@armchair": armchair,
    "@table": table,
}
