"""Pictures to send, made here: every kind that people have tried on the Images API, and some that they should not."""

import functools
import io
import os
import struct
import zlib

from PIL import Image, ImageDraw

from .asks import File


def png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def scene(size: int = 256, *, height: int | None = None, shade: int = 90) -> Image.Image:
    """A hill under a sun: something with edges."""
    height = height or size
    picture = Image.new("RGB", (size, height), (shade, 150, 210))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((size * 0.6, height * 0.1, size * 0.85, height * 0.35), fill=(250, 220, 120))
    draw.ellipse((-size * 0.3, height * 0.6, size * 1.1, height * 1.6), fill=(60, 120, 70))
    return picture


def holed(size: int = 256, *, shade: int = 90) -> Image.Image:
    """The scene with a hole in its alpha: alpha 0 is the area to edit."""
    picture = scene(size, shade=shade).convert("RGBA")
    picture.paste((0, 0, 0, 0), (size // 4, size // 4, size // 2, size // 2))
    return picture


def of_mode(mode: str, size: int = 256) -> bytes:
    """The scene in one of the ways in which a PNG may hold it."""
    picture = scene(size)
    if mode == "16-bit":
        grey = picture.convert("L")
        deep = Image.new("I;16", grey.size)
        deep.putdata([257 * value for value in grey.tobytes()])
        return png(deep)
    if mode == "P with transparency":
        flat = picture.convert("P")
        file = io.BytesIO()
        flat.save(file, "PNG", transparency=0)
        return file.getvalue()
    if mode in ("RGBA", "LA"):
        return png(picture.convert("RGBA").convert(mode))
    return png(picture.convert(mode))


MODES = ("RGB", "RGBA", "L", "LA", "P", "P with transparency", "16-bit", "1")


@functools.cache
def heavy(length: int, *, alpha: bool = True) -> bytes:
    """A square PNG of exactly so many bytes: noise cannot be compressed, and a comment fills what is left over."""
    channels = 4 if alpha else 3
    side = int((length * 0.97 / channels) ** 0.5)
    picture = Image.frombytes("RGBA" if alpha else "RGB", (side, side), os.urandom(side * side * channels))
    if alpha:
        picture.paste((0, 0, 0, 0), (0, 0, side // 2, side // 2))
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=0)
    whole = file.getvalue()
    end = whole.rindex(b"IEND") - 4
    filled = whole[:end] + _comment(length - len(whole) - 12) + whole[end:]
    assert len(filled) == length
    return filled


def _comment(length: int) -> bytes:
    content = b"Comment\0" + b"." * (length - 8)
    return struct.pack(">I", length) + b"tEXt" + content + struct.pack(">I", zlib.crc32(b"tEXt" + content))


def bomb(side: int = 30_000) -> bytes:
    """A small file that says it is a huge picture."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(1_000_000), 9)), (b"IEND", b"")]
    chunks = b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + chunks


def in_format(name: str) -> bytes:
    file = io.BytesIO()
    scene().save(file, name)
    return file.getvalue()


def file(
    picture: Image.Image | bytes, *, name: str = "picture.png", type: str = "image/png", way: str = "named"
) -> File:
    content = picture if isinstance(picture, bytes) else png(picture)
    return File(content=content, name=name, type=type, way=way)
