"""What the API knows of a person, for the export of everything. Of keys only what tells them apart."""

from collections.abc import Iterable, Mapping
from typing import Any

from accounts.models import Person
from generation.models import ApiKey, Call

_KEY = ("name", "shown", "scopes", "monthly_budget", "created", "expires_at", "last_used_at", "revoked_at")
_CALL = ("job", "key__name", "created", "images", "cost", "user")


def export_of(*, person: Person) -> Mapping[str, Iterable[Mapping[str, Any]]]:
    """By the name of its file; read as it is written."""
    keys, calls = ApiKey.objects.filter(person=person), Call.objects.filter(person=person)
    return {
        "api_keys": keys.order_by("pk").values(*_KEY).iterator(chunk_size=500),
        "api_calls": calls.order_by("created", "pk").values(*_CALL).iterator(chunk_size=500),
    }
