"""What is read for words that are not known: "kitten" as "cat", "chien" and 🐶 as "dog".

A table of words and phrases (`nearest.txt`: what is typed, a tab, known words), made by
`python -m gpu_worker.training.nearest`. Words are read one after another: word order is not translated.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

TABLE = Path(__file__).with_name("nearest.txt")

# Kana, Han and Hangul: words follow each other, or end in particles, without a space.
_JOINED = re.compile("[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]")


class Reading(NamedTuple):
    """`said` is read as `words`: itself where it is known or nothing is near it, none where English has no word."""

    said: str
    words: tuple[str, ...]
    first: int
    """which piece of the sentence it begins with"""


@dataclass(frozen=True, slots=True)
class Table:
    words: dict[str, str]
    longest: dict[str, int]
    """how many pieces the longest phrase has that begins with this piece"""
    widest: int
    """how many characters the longest word has that can stand in joined writing"""


@cache
def table() -> Table:
    words: dict[str, str] = {}
    longest: dict[str, int] = {}
    widest = 0
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        said, _, read = line.partition("\t")
        words[said] = read
        if " " in said:
            first, *rest = said.split(" ")
            longest[first] = max(longest.get(first, 1), 1 + len(rest))
        elif said[0] > "\u3000" and _JOINED.match(said):
            widest = max(widest, len(said))
    return Table(words, longest, widest)


def is_mark(piece: str) -> bool:
    """Says only how an emoji is to look: variation selectors and skin tones."""
    return piece in "\ufe0e\ufe0f" or "\U0001f3fb" <= piece <= "\U0001f3ff"


def _is_stop(piece: str) -> bool:
    return piece.isascii() and not piece.isalnum()


def readings(pieces: Sequence[str], known: Container[str]) -> Iterator[Reading]:
    """The sentence's pieces, known words as they are, the longest known phrase first among all others.

    A reading with a word that is not known to this checkpoint is none.
    """
    if all(piece in known or _is_stop(piece) for piece in pieces):  # as captions are: the table is not even loaded
        yield from (Reading(piece, (piece,), place) for place, piece in enumerate(pieces))
        return
    firsts = [place for place, piece in enumerate(pieces) if not is_mark(piece)]
    pieces = [pieces[place] for place in firsts]
    place = 0
    while place < len(pieces):
        for count in range(min(table().longest.get(pieces[place], 1), len(pieces) - place), 0, -1):
            said = pieces[place : place + count]
            words = None if all(piece in known for piece in said) else _read(" ".join(said), known)
            if words is not None:
                yield Reading(" ".join(said), words, firsts[place])
                break
        else:
            count = 1
            yield from _joined(pieces[place], known, firsts[place])
        place += count


def _read(said: str, known: Container[str]) -> tuple[str, ...] | None:
    read = table().words.get(said)
    if read is None:
        return None
    words = tuple(read.split())
    return words if all(word in known or not word.isalnum() for word in words) else None


def _joined(piece: str, known: Container[str], first: int) -> Iterator[Reading]:
    """A piece that is no word of the table: itself, or where words are written together, its words."""
    if piece in known or not _JOINED.search(piece):
        yield Reading(piece, (piece,), first)
        return
    parts: list[tuple[str, tuple[str, ...] | None]] = []
    start = 0
    while start < len(piece):
        for end in range(min(len(piece), start + table().widest), start, -1):
            words = _read(piece[start:end], known)
            if words is not None:
                break
        else:
            end, words = start + 1, None
        parts.append((piece[start:end], words))
        start = end
    unread = ""
    for i, (said, words) in enumerate(parts):
        # One sign beside an unread one is part of a word that we do not have, not the word that it is alone.
        beside = any(other is None for _, other in parts[max(0, i - 1) : i + 2])
        if words is None or (beside and len(said) == 1):
            unread += said
            continue
        if unread:
            yield Reading(unread, (unread,), first)
            unread = ""
        yield Reading(said, words, first)
    if unread:
        yield Reading(unread, (unread,), first)
