"""What goes with an account that is closed. What was decided stays: it says what moderators did."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from accounts.models import Person
from moderation.models import Appeal, Flag, Pardon, Screening


def forget_words(*, subjects: Collection[UUID]) -> None:
    """Of things that are deleted with their person: what the filters read in them, and what they found."""
    Screening.objects.filter(subject__in=subjects).delete()
    Flag.objects.filter(case__subject__in=subjects).update(detail="")


def on_account_closed(*, person: Person, **_more: Any) -> None:
    Appeal.objects.filter(person=person).update(words="")
    Pardon.objects.filter(person=person).delete()
    Screening.objects.filter(person=person).update(person=None)
