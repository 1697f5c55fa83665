"""The page that shows how the site is. It stands in the admin, and is entered as the admin is."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from dalle_site.health import State, health

MAY = "billing.view_ledgercheck"


def health_page(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm(MAY):
        raise PermissionDenied
    parts = health()
    context = {
        **admin.site.each_context(request),
        "title": "Health",
        "parts": parts,
        "wrong": [part for part in parts if part.state in (State.LOOK, State.DOWN)],
        "now": timezone.now(),
        "still": "still" in request.GET,
    }
    return render(request, "admin/health.html", context)
