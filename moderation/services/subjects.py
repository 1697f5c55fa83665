"""Where moderation must show a thing of the rooms above, they say how: one function for each kind of subject."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Shown:
    title: str
    address: str


Finder = Callable[[UUID], Shown | None]
_finders: dict[str, Finder] = {}


def register_subject(*, kind: str, find: Finder) -> None:
    _finders[kind] = find


def shown_subject(*, kind: str, subject: UUID) -> Shown | None:
    """None when it is not there any more, or nobody can tell."""
    find = _finders.get(kind)
    return find(subject) if find else None
