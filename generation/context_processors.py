from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from accounts.models import Person
from billing.services import balance_of, buying_is_on, having, next_refill
from generation import services


def studio(request: HttpRequest) -> dict[str, Any]:
    """What a page may say of the site itself, and of the person who is signed in."""
    return {**_facts(), **_of_person(request)}


def _facts() -> dict[str, Any]:
    return {
        "engine_notice": cache(services.engine_notice),
        "first_month_credits": settings.FIRST_MONTH_CREDITS,
        "monthly_credits": settings.MONTHLY_CREDITS,
        "buying_is_on": buying_is_on(),
        "letters_in_terminal": settings.EMAIL_BACKEND == "dalle_site.mail.FolderBackend",
    }


def _of_person(request: HttpRequest) -> dict[str, Any]:
    """Fragments and the admin never ask, so nothing is read for them."""
    person = getattr(request, "user", None)
    if not isinstance(person, Person):
        return {"balance": None, "has": None, "next_refill": None, "unseen_jobs": []}
    return {
        "balance": cache(lambda: balance_of(person=person)),
        "has": cache(lambda: having(person=person)),
        "next_refill": cache(lambda: next_refill(person=person)),
        "unseen_jobs": cache(lambda: services.unseen_jobs(person=person)),
    }
