"""May a thing stand in the public gallery? People look at what could show a real face, or at everything, as the
operator chose (LISTING_REVIEW)."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import Person
from moderation.models import Listing
from moderation.services.audit import record
from moderation.services.cases import flag
from moderation.services.screening import screen_words
from moderation.signals import listing_decided

# Faces in photographs cannot be told from other pictures offline yet. Of these engines it is known that they draw none;
# any other, and any that joins, waits.
DRAWS_NO_PHOTOGRAPHS = frozenset({"bundled", "tiny"})


class Answer(StrEnum):
    YES = "yes"
    WAIT = "wait"
    NO = "no"


def may_be_listed(
    *, kind: str, subject: UUID, engines: Collection[str], photographs: bool, words: Sequence[str], shown: str
) -> Answer:
    """`photographs`: something brought by a person may be seen in it. `words`: all text that would stand beside it.
    `shown`: anything that names what is to be seen; when it changes, an earlier decision no longer holds."""
    if any(not screen_words(text=text).allowed for text in words):
        return Answer.NO
    if not _is_reviewed(engines=engines, photographs=photographs):
        return Answer.NO if _state(subject, _hash(shown, words)) == Listing.State.REFUSED else Answer.YES
    state = _state(subject, _hash(shown, words))
    if state is None:
        Listing.objects.update_or_create(
            subject=subject,
            defaults={
                "subject_kind": kind,
                "shown": _hash(shown, words),
                "state": Listing.State.WAITING,
                "created": timezone.now(),
                "decided_at": None,
                "decided_by": None,
            },
        )
        # It waits in the one queue, with what is reported and flagged.
        flag(kind=kind, subject=subject, person=None, source="gallery", category="faces", score=0.5)
        return Answer.WAIT
    return {
        Listing.State.WAITING: Answer.WAIT,
        Listing.State.APPROVED: Answer.YES,
        Listing.State.REFUSED: Answer.NO,
    }[state]


@transaction.atomic
def decide_listings(*, subjects: Iterable[UUID], allowed: bool, moderator: Person) -> int:
    """The rooms above hear of each in the same transaction. A decision may be turned around later."""
    state = Listing.State.APPROVED if allowed else Listing.State.REFUSED
    decided = 0
    for listing in Listing.objects.filter(subject__in=list(subjects)).exclude(state=state):
        # Not what came into its place since the moderator's page was opened.
        if not Listing.objects.filter(pk=listing.pk, shown=listing.shown).update(
            state=state, decided_at=timezone.now(), decided_by=moderator
        ):
            continue
        decided += 1
        act = "approve listing" if allowed else "refuse listing"
        record(actor=moderator, act=act, kind=listing.subject_kind, listed=str(listing.subject))
        listing_decided.send(sender=Listing, kind=listing.subject_kind, subject=listing.subject, allowed=allowed)
    return decided


@transaction.atomic
def undecide_listing(*, subject: UUID, moderator: Person, since: datetime) -> None:
    """The decision that it came with is undone: it waits again."""
    by_it = Listing.objects.filter(subject=subject, decided_by=moderator, decided_at__gte=since)
    listing = by_it.exclude(state=Listing.State.WAITING).first()
    if listing is None:
        return
    Listing.objects.filter(pk=listing.pk).update(state=Listing.State.WAITING, decided_at=None, decided_by=None)
    listing_decided.send(sender=Listing, kind=listing.subject_kind, subject=subject, allowed=False)


def _is_reviewed(*, engines: Collection[str], photographs: bool) -> bool:
    match settings.LISTING_REVIEW:
        case "off":
            return False
        case "all":
            return True
        case _:
            return photographs or any(engine not in DRAWS_NO_PHOTOGRAPHS for engine in engines)


def _state(subject: UUID, shown: str) -> Listing.State | None:
    listing = Listing.objects.filter(subject=subject, shown=shown).first()
    return Listing.State(listing.state) if listing else None


def _hash(shown: str, words: Sequence[str]) -> str:
    return hashlib.sha256("\0".join((shown, *words)).encode()).hexdigest()
