"""How views of every page answer: to htmx, to a script, to a browser without either."""

import json
from http import HTTPStatus
from typing import Any

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header


def by_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def by_script(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def done(request: HttpRequest, event: str, facts: dict[str, Any], *, back: str) -> HttpResponse:
    """An act was done: an event for htmx, the facts for a script, a page for a plain form."""
    if by_htmx(request):
        return HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"HX-Trigger": json.dumps({event: facts})})
    return JsonResponse(facts) if by_script(request) else redirect(back)


def stored_file(stored: str, *, kind: str, name: str, download: bool = False) -> HttpResponse:
    """Whole, not streamed: a picture is a few megabytes, and ASGI would gather a file's chunks in memory anyway."""
    try:
        with default_storage.open(stored) as file:
            response = HttpResponse(file.read(), content_type=kind)
    except FileNotFoundError:
        raise Http404 from None
    response["Content-Disposition"] = content_disposition_header(download, name) or "inline"
    # The bytes behind an address never change; `private` keeps them out of shared caches.
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    return response
