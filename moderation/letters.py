"""What is found by its letters: listed words, patterns, names. Rules come with each change, compiled once."""

import re
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

from moderation.filters import plain

# A pattern that takes longer has met a sentence made for it, or was made badly: it counts as found.
PATTERN_SECONDS = 0.05
STYLE = re.compile(
    r"(?:in the |in a )?(?:style|manner) of |\bby |\binspired by |\bafter |\bpainting by |-style", re.IGNORECASE
)


class TooSlow(Exception):
    """The pattern did not end in its time."""


@dataclass(frozen=True)
class Found:
    rule: str
    words: str
    # A pattern that ran out of time is reported, so that somebody mends it.
    slow: bool = False


class Letters:
    """The rules that look for letters, ready to be asked."""

    def __init__(self, rules: Sequence[Mapping[str, Any]]) -> None:
        self._lists = [(rule["key"], _alternatives(rule["content"])) for rule in rules if rule["kind"] == "words"]
        self._patterns = [
            (rule["key"], re.compile(line, re.IGNORECASE))
            for rule in rules
            if rule["kind"] == "pattern"
            for line in rule["content"].splitlines()
            if line.strip()
        ]
        self._names = [
            (rule["key"], rule["kind"], Names(rule["content"].splitlines()))
            for rule in rules
            if rule["kind"] in ("names", "artists")
        ]

    def in_readings(self, readings: Sequence[str]) -> list[Found]:
        found: dict[tuple[str, str], Found] = {}
        for reading in readings:
            for one in self._in(plain(reading)):
                found.setdefault((one.rule, one.words), one)
        return list(found.values())

    def _in(self, text: str) -> Iterator[Found]:
        for key, pattern in self._lists:
            if pattern is not None:
                yield from (Found(key, match.group(0)) for match in pattern.finditer(text))
        for key, expression in self._patterns:
            try:
                with at_most(PATTERN_SECONDS):
                    match = expression.search(text)
            except TooSlow:
                yield Found(key, expression.pattern[:60], slow=True)
                continue
            if match:
                yield Found(key, match.group(0)[:100] or expression.pattern[:60])
        for key, kind, names in self._names:
            yield from (Found(key, name) for name in names.found_in(text, styles_too=kind == "artists"))


class Names:
    """People by their names of two words and more, and by single words where a list has them so."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._first: dict[str, list[tuple[str, ...]]] = {}
        for line in lines:
            words = tuple(re.findall(r"\w+", plain(line)))
            if words and len("".join(words)) >= 5:
                self._first.setdefault(words[0], []).append(words)

    def found_in(self, text: str, *, styles_too: bool) -> Iterator[str]:
        places = list(re.finditer(r"\w+", text))
        words = [place.group(0) for place in places]
        for start, word in enumerate(words):
            for name in self._first.get(word, ()):
                # Also "taylor swifts", which is what is left of a lost apostrophe.
                said = words[start : start + len(name)]
                if tuple(said) != name and (*said[:-1], said[-1].removesuffix("s")) != name:
                    continue
                before = text[max(0, places[start].start() - 20) : places[start].start()]
                # A painter's manner is no likeness; whose manner may not be asked for, a rule of its own says.
                if styles_too or not STYLE.search(before):
                    yield " ".join(name)


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Python's matcher looks at signals while it works, in the main thread; elsewhere only what is tried is short."""

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _alternatives(content: str) -> re.Pattern[str] | None:
    words = sorted({plain(line) for line in content.splitlines()} - {""}, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)") if words else None
