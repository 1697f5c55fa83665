"""Where moderation must show a thing of the rooms above, they say how: one function for each kind of subject."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A picture of the thing: where its small file is stored, and the hash of what can be pardoned."""

    file: str
    alt: str = ""
    sha256: str = ""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """`address` is its public page, empty where it has none. `reach`: 1 its owner alone, 2 who has the address, 3
    everybody. `refused`: a filter did not let it pass."""

    title: str
    address: str
    person_id: int | None = None
    reach: int = 1
    words: tuple[str, ...] = ()
    pictures: tuple[Seen, ...] = ()
    refused: bool = False
    reason: str = ""
    removed: bool = False
    created: datetime | None = None
    own_address: str = ""
    # The uploads that its words were drawn with: an upheld appeal lets the words pass with these.
    beside: tuple[UUID, ...] = ()


Finder = Callable[[UUID], Shown | None]
_finders: dict[str, Finder] = {}


def register_subject(*, kind: str, find: Finder) -> None:
    _finders[kind] = find


def shown_subject(*, kind: str, subject: UUID) -> Shown | None:
    """None when it is not there any more, or nobody can tell."""
    find = _finders.get(kind)
    return find(subject) if find else None
