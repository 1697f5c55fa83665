"""Pictures that are not taken, by their hashes: brought in and handed out as lists, found again when they were turned,
mirrored, framed or saved anew."""

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TextIO

import numpy as np
from django.db.models import Count, Max
from numpy.typing import NDArray
from PIL import Image

from moderation.filters import distance
from moderation.models import KnownBad
from moderation.pdq import LEAST_SAYING, looks_of_turns, without_border
from moderation.policy import CATEGORIES, OTHER

HEADER = ("kind", "hash", "category", "source")
FORMS = {"sha256": r"[0-9a-f]{64}", "pdq": r"[0-9a-f]{64}", "dhash": r"[0-9a-f]{16}"}
# Difference hashes meet by chance sooner: what is near by them alone is for people to judge.
NEAR_DHASH = 8


class BadList(ValueError):
    """A line cannot be read; the message says which, and nothing of the list was taken."""


@dataclass(frozen=True, kw_only=True)
class Match:
    category: str
    source: str
    # False: near enough to be looked at, not to be refused for good.
    sure: bool


def import_known_bad(*, lines: TextIO, source: str = "") -> int:
    """CSV with `kind,hash,category,source`; those that are known already stay. How many are new."""
    rows = []
    for number, row in enumerate(csv.DictReader(lines), 2):
        kind, value = (row.get("kind") or "").strip().lower(), (row.get("hash") or "").strip().lower()
        category = (row.get("category") or OTHER).strip()
        if not re.fullmatch(FORMS.get(kind, "(?!)"), value) or category not in CATEGORIES:
            raise BadList(f"Line {number} names no hash of a kind and a category that are known.")
        rows.append(KnownBad(kind=kind, hash=value, category=category, source=row.get("source") or source))
    before = KnownBad.objects.count()
    KnownBad.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    return KnownBad.objects.count() - before


def export_known_bad() -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADER)
    writer.writerows(KnownBad.objects.order_by("kind", "hash").values_list(*HEADER))
    return out.getvalue()


def known_bad(*, sha256: str, seen: int, image: Image.Image, bits: int) -> list[Match]:
    """`bits`: within how many of 256 a picture is the same one."""
    listed = _lists()
    matches = [_match(row, sure=True) for row in listed.exact.get(sha256, ())]
    near = [row for value, row in listed.dhashes if distance(value, seen) <= NEAR_DHASH]
    matches += [_match(row, sure=False) for row in near]
    if len(listed.looks):
        for look in _looks(image):
            apart = np.bitwise_count(listed.looks ^ np.frombuffer(look, np.uint64)).sum(1)
            matches += [_match(listed.rows[place], sure=True) for place in np.flatnonzero(apart <= bits)]
    return list(dict.fromkeys(matches))


@dataclass(frozen=True, kw_only=True)
class _Lists:
    exact: dict[str, list[tuple[str, str]]]
    dhashes: list[tuple[int, tuple[str, str]]]
    looks: NDArray[np.uint64]
    rows: list[tuple[str, str]]


def _lists() -> _Lists:
    """Read again when one came or went; a million PDQ hashes are 32 MB, compared in some 20 ms."""
    state = KnownBad.objects.aggregate(count=Count("pk"), newest=Max("pk"))
    stamp = (state["count"], state["newest"])
    if _held.get("stamp") != stamp:
        _held.update(stamp=stamp, lists=_read())
    lists: _Lists = _held["lists"]  # type: ignore[assignment]
    return lists


def _read() -> _Lists:
    exact: dict[str, list[tuple[str, str]]] = {}
    dhashes, looks, rows = [], [], []
    for kind, value, category, source in KnownBad.objects.values_list(*HEADER).iterator():
        if kind == "sha256":
            exact.setdefault(value, []).append((category, source))
        elif kind == "dhash":
            dhashes.append((int(value, 16), (category, source)))
        else:
            looks.append(bytes.fromhex(value))
            rows.append((category, source))
    return _Lists(
        exact=exact, dhashes=dhashes, looks=np.frombuffer(b"".join(looks), np.uint64).reshape(-1, 4), rows=rows
    )


def _looks(image: Image.Image) -> Iterable[bytes]:
    """Of the picture, turned and mirrored, with and without an even border around it."""
    inner = without_border(image)
    for picture in (image,) if inner.size == image.size else (image, inner):
        for look in looks_of_turns(picture):
            if look.quality >= LEAST_SAYING:
                yield look.bits


def _match(row: tuple[str, str], *, sure: bool) -> Match:
    return Match(category=row[0], source=row[1], sure=sure)


_held: dict[str, object] = {}
