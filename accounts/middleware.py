"""What holds for whoever is signed in, before a view is called."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from accounts.models import Person

# These ask nobody who they are; looking would cost a session and a person for each picture of a wall.
FOR_ANYBODY = {"stored", "healthz"}
# While an account is closing it is kept, left or taken along, and nothing else is done with it.
OF_CLOSING = {"closing", "keep_account", "your_data", "export", "export_file", "rights", "account_logout"}


class Signed:
    """The person's own time zone; and only one way, while their account is closing."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            return self.answer(request)
        finally:
            timezone.deactivate()  # the thread goes on to somebody else

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        name = request.resolver_match.url_name if request.resolver_match else None
        if name in FOR_ANYBODY or not isinstance(request.user, Person):
            return None
        if request.user.closing_at is not None and name not in OF_CLOSING:
            return redirect("closing")
        if request.user.time_zone:
            try:
                timezone.activate(ZoneInfo(request.user.time_zone))
            except ZoneInfoNotFoundError:
                timezone.deactivate()
        return None
