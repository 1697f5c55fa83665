"""How well marks hold: `python -m generation.origin.measure FOLDER [HOW MANY]` marks a folder of pictures in memory.

It prints how alike they stay and how many still say their number after each way of saving them again; and of the
pictures as they are, how many seem to say one (none should).
"""

import io
import secrets
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from generation.origin import mark

SIDE = 1024


def saved(picture: Image.Image, format: str, quality: int) -> Image.Image:
    out = io.BytesIO()
    picture.save(out, format, quality=quality)
    return Image.open(out).convert("RGB")


def sized(picture: Image.Image, side: int) -> Image.Image:
    return picture.resize((side, side), Image.Resampling.LANCZOS)


WAYS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "as it was": lambda picture: picture,
    "JPEG 50": lambda picture: saved(picture, "JPEG", 50),
    "WebP 80": lambda picture: saved(picture, "WEBP", 80),
    "half size": lambda picture: sized(picture, SIDE // 2),
    "half size, JPEG 50": lambda picture: saved(sized(picture, SIDE // 2), "JPEG", 50),
    "JPEG 30": lambda picture: saved(picture, "JPEG", 30),
    "a third, JPEG 75": lambda picture: saved(sized(picture, SIDE // 3), "JPEG", 75),
    "5 % cut off": lambda picture: picture.crop((0, 0, SIDE * 19 // 20, SIDE * 19 // 20)),
}


def main(arguments: list[str]) -> int:
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    files = [file for file in sorted(Path(arguments[0]).rglob("*")) if file.suffix in (".png", ".jpg", ".webp")]
    files = files[: int(arguments[1])] if len(arguments) > 1 else files
    key, alike, seconds, false = secrets.token_bytes(32), [], [], 0
    read = dict.fromkeys(WAYS, 0)
    for file in files:
        with Image.open(file, formats=["PNG", "JPEG", "WEBP"]) as opened:
            picture = sized(opened.convert("RGB"), SIDE)
        false += mark.read(picture, key=key) is not None
        number, began = secrets.randbits(mark.NUMBER_BITS), time.process_time()
        marked = mark.write(picture, number=number, key=key)
        seconds.append(time.process_time() - began)
        alike.append(mark.psnr(picture, marked))
        for name, way in WAYS.items():
            read[name] += mark.read(way(marked), key=key) == number
    print(f"{len(files)} pictures; marked in {statistics.median(seconds) * 1000:.0f} ms of processor (median)")
    print(f"alike: least {min(alike):.1f} dB, median {statistics.median(alike):.1f} dB")
    for name, count in read.items():
        print(f"{name:<20} {count:5d} read ({count / len(files):.1%})")
    print(f"unmarked, but read   {false:5d}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
