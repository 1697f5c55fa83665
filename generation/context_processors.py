from functools import cache
from typing import Any

from django.http import HttpRequest

from accounts.models import Person
from billing.services import balance_of
from generation import services


def studio(request: HttpRequest) -> dict[str, Any]:
    """What every page of the studio says at its edge. The admin and small fragments never ask, so nothing is read."""
    person = getattr(request, "user", None)
    if not isinstance(person, Person):
        return {"engine_notice": cache(services.engine_notice), "balance": None, "unseen_jobs": []}
    return {
        "engine_notice": cache(services.engine_notice),
        "balance": cache(lambda: balance_of(person=person)),
        "unseen_jobs": cache(lambda: services.unseen_jobs(person=person)),
    }
