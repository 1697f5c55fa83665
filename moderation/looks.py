"""Finding the pictures that look like one, among a hundred thousand and more, by the database's own indexes.

A look is 256 bits, kept as sixteen columns of sixteen, each with an index. Of two looks that differ in at most 31 bits,
one column at least differs in at most one bit: so 17 values for each column find them all, and a handful of others,
which are then compared exactly.
"""

import struct
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from moderation.models import PictureHash
from moderation.pdq import Look, distance

# As the makers of PDQ advise: fewer bits than 32, and nothing said of pictures that are nearly one colour.
MOST_DIFFERENT = 31
LEAST_QUALITY = 50
COLUMNS = tuple(f"look{place}" for place in range(16))
_NEAR = (0, *(1 << bit for bit in range(16)))


def as_columns(look: Look) -> dict[str, Any]:
    """What a row keeps of a look: nothing of one that says nothing."""
    if look.quality < LEAST_QUALITY:
        return {}
    return dict(zip(COLUMNS, _numbers(look.bits), strict=True))


def alike(among: QuerySet[PictureHash], look: Look) -> list[tuple[int, UUID]]:
    """How many bits differ, and whose look it is, the nearest first."""
    if look.quality < LEAST_QUALITY:
        return []
    near = Q()
    for name, number in zip(COLUMNS, _numbers(look.bits), strict=True):
        near |= Q(**{f"{name}__in": [_signed((number ^ change) & 0xFFFF) for change in _NEAR]})
    found = among.filter(near).values_list("subject", *COLUMNS)
    measured = ((distance(look.bits, struct.pack(">16h", *numbers)), subject) for subject, *numbers in found.iterator())
    return sorted((bits, subject) for bits, subject in measured if bits <= MOST_DIFFERENT)


def look_kept(row: PictureHash) -> Look | None:
    """What `as_columns` was given; None of one that says nothing."""
    numbers = [getattr(row, name) for name in COLUMNS]
    if None in numbers:
        return None
    return Look(bits=struct.pack(">16h", *numbers), quality=LEAST_QUALITY)


def _numbers(bits: bytes) -> tuple[int, ...]:
    return struct.unpack(">16h", bits)


def _signed(number: int) -> int:
    """Databases hold sixteen bits with a sign."""
    return number - 0x10000 if number >= 0x8000 else number
