"""What this room knows of a person, for the export of everything."""

from collections.abc import Iterable, Mapping
from typing import Any

from accounts.models import Message, Person


def export_of(*, person: Person) -> Mapping[str, Iterable[Mapping[str, Any]]]:
    """Rows by the name of their file, read as they are written."""
    return {"profile": [_profile(person)], "messages": _messages(person)}


def _profile(person: Person) -> Mapping[str, Any]:
    return {
        "email": person.email,
        "display_name": person.display_name,
        "joined": person.joined,
        "email_confirmed": person.verified_at,
        "last_sign_in": person.last_login,
        "theme": person.theme,
        "time_zone": person.time_zone,
        "downloads_with_squares": person.squares,
        "downloads_with_sentence": person.words,
    }


def _messages(person: Person) -> Iterable[Mapping[str, Any]]:
    for message in Message.objects.filter(person=person).order_by("created", "id").iterator(chunk_size=500):
        yield {
            "kind": message.kind,
            "title": message.subject,
            "body": message.text,
            "created": message.created,
            "read": message.read_at,
        }
