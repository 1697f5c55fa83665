from functools import cache
from typing import Any

from django.http import HttpRequest

from billing.services import balance_of
from generation import services


def studio(request: HttpRequest) -> dict[str, Any]:
    """What every page of the studio says at its edge. The admin and small fragments never ask, so nothing is read."""
    person = getattr(request, "user", None)
    signed_in = person is not None and person.is_authenticated
    return {
        "engine_notice": cache(services.engine_notice),
        "balance": cache(lambda: balance_of(person=person)) if signed_in else None,
        "unseen_jobs": cache(lambda: services.unseen_jobs(person=person)) if signed_in else [],
    }
