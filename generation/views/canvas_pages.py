"""The pages of canvases: the list, a new one, one to draw on."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.services import PersonRequest
from generation import services
from generation.forms import SourceForm
from generation.services import canvases as acts
from generation.views import canvases as for_scripts


@require_http_methods(["GET", "HEAD", "POST"])
def canvases(request: PersonRequest) -> HttpResponseBase:
    """To a browser the list; to its scripts what they ask for."""
    wants_page = request.method != "POST" and "text/html" in request.headers.get("Accept", "")
    return _list(request) if wants_page else for_scripts.canvases(request)


@login_required
@never_cache
def _list(request: PersonRequest) -> HttpResponse:
    trash = "trash" in request.GET
    found = acts.canvases_of(person=request.user, before=request.GET.get("before"), trash=trash)
    return render(request, "generation/canvases.html", {**found, "trash": trash})


@login_required
@require_POST
def canvas_new(request: PersonRequest) -> HttpResponse:
    """An empty one, or one with a picture on it."""
    try:
        if request.POST.get("source"):
            source = SourceForm(request.POST).source_of("source", request.user)
            made = acts.canvas_of_source(person=request.user, source=source)
        else:
            made = acts.create_canvas(person=request.user, name=_("Untitled"))
    except services.NotVerified:
        context = {"canvases": [], "wrong": _("Confirm your e-mail address first: we sent you a link.")}
        return render(request, "generation/canvases.html", context, status=HTTPStatus.FORBIDDEN)
    return redirect("canvas", made.pk)


@login_required
@require_GET
@never_cache
def canvas(request: PersonRequest, canvas_id: UUID) -> HttpResponse:
    found = acts.canvas_for(person=request.user, canvas_id=canvas_id, in_trash=True)
    if found.trashed_at is not None:
        return redirect(f"{reverse('canvases')}?trash")
    context: dict[str, Any] = {
        "canvas": acts.canvas_facts(found),
        "recent": services.recent_pictures(person=request.user),
        "queue": services.wait_for(),
    }
    return render(request, "generation/canvas.html", context)
