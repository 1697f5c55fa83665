"""What this room knows of a person, for the export of everything."""

from collections.abc import Iterable, Mapping
from typing import Any

from accounts.models import Person
from moderation.models import Report


def export_of(*, person: Person) -> Mapping[str, Iterable[Mapping[str, Any]]]:
    """Rows by the name of their file, read as they are written. Of what others reported, nothing."""
    return {"reports": _reports(person)}


def _reports(person: Person) -> Iterable[Mapping[str, Any]]:
    told = Report.objects.filter(reporter=person).order_by("created", "id")
    yield from told.values("subject_kind", "subject", "reason", "words", "created", "closed_at").iterator(
        chunk_size=500
    )
