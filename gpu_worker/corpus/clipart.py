"""Reads `clipart.txt`: which drawings of the Open Clip Art Library stand in the atlas beside the other sets'.

The library comes as a Debian package only, so the atlas can be packed without it: then these subjects have one drawing
less each.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CLIPART = Path(__file__).with_name("clipart.txt")
INSIDE = "openclipart/usr/share/openclipart/svg"
# What the library writes into each file; its few GPL drawings say something else.
PUBLIC_DOMAIN = ("cc/PublicDomain", "licenses/publicdomain")


class NotFree(Exception):
    """A drawing that does not say that it is in the public domain."""


@dataclass(frozen=True)
class ClipArt:
    subject: str
    file: str
    seat: tuple[float, float] | None = None
    eyes: float | None = None

    def path(self, base: Path) -> Path:
        """NotFree where the file itself does not say that it is in the public domain."""
        path = base / INSIDE / self.file
        text = path.read_text(encoding="utf-8", errors="replace")
        if not any(words in text for words in PUBLIC_DOMAIN):
            raise NotFree(f"{path} does not say that it is in the public domain")
        return path


def read(text: str) -> Iterator[ClipArt]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        subject, equals, rest = line.partition("=")
        file, _, words = rest.partition(";")
        marks = dict(mark.split("=", 1) for mark in words.split())
        if not equals or not file.strip().endswith(".svg") or set(marks) - {"seat", "eyes"}:
            raise ValueError(f"clipart.txt, line {number}: 'subject = file.svg ; marks' is wanted, not {line!r}")
        x, _, y = marks.get("seat", "").partition(",")
        yield ClipArt(
            subject.strip(), file.strip(), (float(x), float(y)) if y else None,
            float(marks["eyes"]) if "eyes" in marks else None,
        )  # fmt: skip


def clip_art() -> dict[str, ClipArt]:
    return {art.subject: art for art in read(CLIPART.read_text(encoding="utf-8"))}
