"""The wall of everything one made, and its trash."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from accounts.services import PersonRequest
from generation import services
from generation.forms import HistoryForm
from generation.views.answers import by_htmx


@login_required
@require_GET
def history(request: PersonRequest) -> HttpResponse:
    form = HistoryForm(request.GET)
    before, through = request.GET.get("before"), request.GET.get("through")
    page = services.history_page(person=request.user, before=before, through=through, **form.wish)
    context = {"jobs": page.jobs, "next_cursor": page.next_cursor, "form": form, "narrowed": bool(form.wish)}
    context["wish"] = _address(request)
    template = "generation/_history_page.html" if by_htmx(request) and before else "generation/history.html"
    return render(request, template, {**context, "kinds": services.KINDS, "zip_most": services.ZIP_MOST})


@login_required
@require_GET
def trash(request: PersonRequest) -> HttpResponse:
    page = services.trash_of(person=request.user, before=request.GET.get("before"))
    context = {"pictures": page.pictures, "next_cursor": page.next_cursor}
    return render(request, "generation/trash.html", context)


def _address(request: HttpRequest) -> str:
    """What was asked for, without the place in it: the beginning of the address of more of the same."""
    asked = [(name, value) for name, values in request.GET.lists() for value in values if value]
    return urlencode([(name, value) for name, value in asked if name in HistoryForm.base_fields])
