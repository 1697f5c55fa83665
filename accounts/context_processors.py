from functools import cache
from typing import Any

from django.http import HttpRequest

from accounts import services
from accounts.models import Person


def inbox(request: HttpRequest) -> dict[str, Any]:
    """Asked only by pages with a header, so nothing is read for fragments."""
    person = getattr(request, "user", None)
    return {"unread": cache(lambda: services.unread_count(person=person)) if isinstance(person, Person) else 0}
