"""What this room knows of a person, for the export of everything."""

from collections.abc import Iterable, Mapping
from typing import Any

from accounts.models import Person
from moderation.models import Appeal, Decision, Report
from moderation.services.telling import reason_in_words


def export_of(*, person: Person) -> Mapping[str, Iterable[Mapping[str, Any]]]:
    """Rows by the name of their file, read as they are written. Of what others reported, nothing."""
    return {"reports": _reports(person), "decisions": _decisions(person), "appeals": _appeals(person)}


def _reports(person: Person) -> Iterable[Mapping[str, Any]]:
    told = Report.objects.filter(reporter=person).order_by("created", "id")
    yield from told.values("subject_kind", "subject", "reason", "words", "created", "closed_at").iterator(
        chunk_size=500
    )


def _decisions(person: Person) -> Iterable[Mapping[str, Any]]:
    """As they were told: who decided, and what moderators noted among themselves, is not theirs."""
    about = Decision.objects.filter(person=person, told_at__isnull=False).order_by("created", "id")
    for row in about.values("acts", "reason", "words", "state", "suspended_until", "created").iterator(chunk_size=500):
        yield {**row, "reason": reason_in_words(row["reason"])}


def _appeals(person: Person) -> Iterable[Mapping[str, Any]]:
    made = Appeal.objects.filter(person=person).order_by("created", "id")
    yield from made.values("words", "created", "state", "answer", "decided_at").iterator(chunk_size=500)
