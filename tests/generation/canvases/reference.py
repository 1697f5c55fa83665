"""The rules of composition once more, as plainly as they can be said: one pixel at a time, in whole numbers."""

from typing import Any

from PIL import Image

Pixel = tuple[int, ...]
NOTHING: Pixel = (0, 0, 0, 0)


def shared(value: int, share: int) -> int:
    """So many 255ths, to the nearest."""
    return (2 * value * share + 255) // 510


def over(above: Pixel, below: Pixel) -> Pixel:
    return tuple(a + shared(b, 255 - above[3]) for a, b in zip(above, below, strict=True))


def mixed(one: Pixel, other: Pixel, strength: int) -> Pixel:
    return tuple((2 * (a * (255 - strength) + b * strength) + 255) // 510 for a, b in zip(one, other, strict=True))


def premultiplied(picture: Image.Image, x: int, y: int) -> Pixel:
    red, green, blue, alpha = picture.getpixel((x, y))
    return shared(red, alpha), shared(green, alpha), shared(blue, alpha), alpha


def straight(pixel: Pixel) -> Pixel:
    alpha = pixel[3]
    return NOTHING if alpha == 0 else (*(min(255, (c * 255 + alpha // 2) // alpha) for c in pixel[:3]), alpha)


class Reference:
    def __init__(self, commands: dict[int, dict[str, Any]], patches: dict[str, Image.Image]) -> None:
        self.commands, self.patches = commands, patches

    def pixel(self, document: dict[str, Any], x: int, y: int, role: str = "picture") -> Pixel:
        result = NOTHING
        for layer in document["layers"]:
            if layer["role"] == role:
                result = over(self.seen(layer, x, y), result)
        return result

    def seen(self, layer: dict[str, Any], x: int, y: int) -> Pixel:
        if layer["hidden"]:
            return NOTHING
        seen = whole = NOTHING
        for mark in layer["marks"]:
            if isinstance(mark, dict):
                inner = self.seen(mark, x - layer["x"], y - layer["y"])
                seen, whole = over(inner, seen), over(inner, whole)
                continue
            command = self.commands[mark]
            for patch, left, top in self.parts(command):
                picture = self.patches[patch]
                px, py = x - layer["x"] - left, y - layer["y"] - top
                if not (0 <= px < picture.width and 0 <= py < picture.height):
                    continue
                drawn = premultiplied(picture, px, py)
                if command["do"] in ("paint", "place"):
                    seen, whole = over(drawn, seen), over(drawn, whole)
                elif command["do"] == "erase":
                    seen = mixed(seen, NOTHING, drawn[3])
                else:
                    seen = mixed(seen, whole, drawn[3])
        return mixed(NOTHING, seen, layer["opacity"])

    @staticmethod
    def parts(command: dict[str, Any]) -> list[tuple[str, int, int]]:
        if command["do"] == "place":
            return [(command["patch"], int(command["matrix"][4]), int(command["matrix"][5]))]
        return [(patch, x, y) for patch, x, y, _width, _height in command["patches"]]
