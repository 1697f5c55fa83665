"""Saying that something should not be there, signed in or not: from a public page, or from "Was this made here?"."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from accounts.models import Person
from generation import services
from moderation import services as moderation


@require_http_methods(["GET", "POST"])
@cache_control(private=True, no_store=True)
def made_here_report(request: HttpRequest, found: str) -> HttpResponse:
    """Of a picture that "Was this made here?" knew again: whose it is, nobody is told."""
    return report_page(request, kind=services.PICTURE, subject=services.recognised(found=found), context={})


def report_page(request: HttpRequest, *, kind: str, subject: UUID, context: dict[str, Any]) -> HttpResponse:
    context |= {"reasons": moderation.reasons(), "most_words": moderation.MOST_WORDS}
    if request.method != "POST":
        return render(request, "generation/report.html", context)
    try:
        moderation.report(
            kind=kind,
            subject=subject,
            reason=request.POST.get("reason", ""),
            words=request.POST.get("words", ""),
            reporter=request.user if isinstance(request.user, Person) else None,
            address=request.META.get("REMOTE_ADDR", ""),
        )
    except moderation.BadReport as refusal:
        context |= {"wrong": str(refusal), "typed": request.POST}
        return render(request, "generation/report.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except moderation.TooManyReports:
        context |= {"wrong": _("You have reported a lot within the hour. Try again later."), "typed": request.POST}
        return render(request, "generation/report.html", context, status=HTTPStatus.TOO_MANY_REQUESTS)
    return render(request, "generation/report.html", {**context, "thanks": True})
