"""Reads `subjects.txt`: what the pictures are made of, and what can be done with each.

A name is what a person would type, and one name means one kind of drawing: where a set draws only the head, the
name says so ("a cow face"), or a body is grown for it (`grow.py`) and the plain name is the whole animal.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gpu_worker.corpus.grammar import plural_of

SUBJECTS = Path(__file__).with_name("subjects.txt")
ALIVE = frozenset({"animal", "creature", "person"})


@dataclass(frozen=True)
class Subject:
    name: str
    plural: str
    kind: str
    label: str  # the picture set's own name for it; @… is drawn by our own code
    core: bool = False
    flags: frozenset[str] = frozenset()
    seat: tuple[float, float] | None = None  # where a rider sits, as shares of the drawing's box

    @property
    def rides(self) -> bool:
        """Can sit on something: what lives, and food, as in the best-known prompts."""
        return self.kind in ALIVE | {"food"} and "flies" not in self.flags

    @property
    def holds(self) -> bool:
        return self.kind in ALIVE and not self.flags & {"flies", "water"}

    @property
    def wears(self) -> bool:
        return "front" in self.flags and self.kind in ALIVE | {"head"}


def read(text: str) -> list[Subject]:
    found: list[Subject] = []
    kind = ""
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            kind = line.strip("[]")
            continue
        core = line.startswith("*")
        names, _, marks = line.lstrip("*").partition(";")
        names, _, label = names.partition("=")
        name, _, plural = (part.strip() for part in names.partition("/"))
        flags, seat = set(), None
        for mark in marks.split():
            if mark.startswith("ride="):
                x, y = mark.removeprefix("ride=").split(",")
                seat = (float(x), float(y))
            else:
                flags.add(mark)
        if not kind or not name:
            raise ValueError(f"subjects.txt, line {number}: a name under a [kind] is wanted, not {line!r}")
        found.append(
            Subject(name, plural or plural_of(name), kind, label.strip() or name, core, frozenset(flags), seat)
        )
    names_seen = [subject.name for subject in found]
    if len(set(names_seen)) != len(names_seen):
        raise ValueError(f"subjects.txt: named twice: {sorted({n for n in names_seen if names_seen.count(n) > 1})}")
    return found


@cache
def subjects() -> tuple[Subject, ...]:
    return tuple(read(SUBJECTS.read_text(encoding="utf-8")))
