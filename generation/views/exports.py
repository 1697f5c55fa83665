"""A person's data: taken along, and the way to close the account."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Person
from accounts.services import PersonRequest
from generation import services
from generation.views.answers import by_htmx


@login_required
@require_GET
@cache_control(private=True, no_store=True)
def your_data(request: PersonRequest) -> HttpResponse:
    """The page; to htmx, which asks again and again while an export is made, that part of it alone."""
    template = "generation/_export.html" if by_htmx(request) else "generation/your_data.html"
    return render(request, template, _facts(request.user))


@login_required
@require_POST
def export(request: PersonRequest) -> HttpResponse:
    try:
        services.start_export(person=request.user)
    except services.TooManyExports:
        facts = {**_facts(request.user), "too_many": True}
        return render(request, "generation/your_data.html", facts, status=HTTPStatus.TOO_MANY_REQUESTS)
    return redirect("your_data")


@require_GET
@cache_control(private=True, no_store=True)
def export_file(request: HttpRequest, export_id: UUID, signature: str) -> StreamingHttpResponse:
    """The signature is the permission, so that a program for large files can fetch it."""
    found, portions = services.open_export(export_id=export_id, signature=signature)
    response = StreamingHttpResponse(portions, content_type="application/zip")
    name = f"tessera-{found.created:%Y-%m-%d}.zip"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Content-Length"] = str(found.size)
    return response


def _facts(person: Person) -> dict[str, Any]:
    found = services.latest_export(person=person)
    ready = found is not None and found.status == found.Status.READY
    return {"export": found, "export_address": services.export_address(found) if found and ready else ""}
