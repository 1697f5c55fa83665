"""Strokes for tests: what a browser sends, by hand."""

import hashlib
from typing import Any
from uuid import uuid4

from PIL import Image

from accounts.models import Person
from generation.models import Canvas
from generation.services import canvases
from tests.pictures import png_of

Colour = tuple[int, int, int, int]
RED, GREEN, BLUE, SOFT = (255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 255), (10, 200, 90, 128)


def command(do: str, **fields: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "do": do, "v": 1, **fields}


class Brush:
    """Commands together with the files that they need."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def patch(self, picture: Image.Image) -> tuple[str, int, int]:
        content = png_of(picture)
        name = hashlib.sha256(content).hexdigest()
        self.files[name] = content
        return name, *picture.size

    def stroke(
        self,
        do: str = "paint",
        *,
        x: int = 0,
        y: int = 0,
        colour: Colour = RED,
        size: tuple[int, int] = (8, 8),
        layer: int = 0,
    ) -> dict[str, Any]:
        return self.drawn(do, Image.new("RGBA", size, colour), x=x, y=y, layer=layer)

    def drawn(self, do: str, picture: Image.Image, *, x: int = 0, y: int = 0, layer: int = 0) -> dict[str, Any]:
        name, width, height = self.patch(picture)
        return command(do, layer=layer, patches=[[name, x, y, width, height]])

    def place(self, picture: Image.Image, matrix: list[float], *, layer: int = 0) -> dict[str, Any]:
        name, width, height = self.patch(picture)
        return command("place", layer=layer, patch=name, width=width, height=height, matrix=matrix)

    def batch(self, base: int, *commands: dict[str, Any]) -> canvases.Batch:
        files, self.files = self.files, {}
        return canvases.Batch(base=base, commands=commands, files=files)


def canvas_of(person: Person, name: str = "Mountains") -> Canvas:
    return canvases.create_canvas(person=person, name=name)


def send(canvas: Canvas, *commands: dict[str, Any], brush: Brush | None = None, base: int | None = None) -> int:
    """Behind what is there, or behind `base`."""
    canvas.refresh_from_db()
    batch = (brush or Brush()).batch(canvas.version if base is None else base, *commands)
    version = canvases.append_batch(person=canvas.person, canvas_id=canvas.pk, batch=batch)
    canvas.refresh_from_db()
    return version
