"""What was done, and how well: the audit log, the figures, the second looks."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.services import PersonRequest
from moderation import services
from moderation.forms import number
from moderation.views.access import moderators_only
from moderation.views.plots import plot_of

PAGE = 50


@moderators_only
@require_GET
def audit(request: PersonRequest) -> HttpResponse:
    wanted = {name: request.GET.get(name, "") for name in ("text", "actor", "act")}
    page = Paginator(services.search_audit(**wanted), PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "page": page,
        "wanted": wanted,
        "acts": services.audit_acts(),
        "query": urlencode(wanted),
    }
    if "check" in request.GET:
        context |= {"checked": True, "broken": services.first_broken()}
    return render(request, "moderation/audit.html", context)


@moderators_only
@require_GET
def audit_file(request: PersonRequest) -> HttpResponseBase:
    wanted = {name: request.GET.get(name, "") for name in ("text", "actor", "act")}
    services.record(actor=request.user, act="export log", asked=wanted)
    lines = services.audit_as_csv(services.search_audit(**wanted))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="audit-log.csv"'
    return response


@moderators_only
@require_GET
def figures(request: PersonRequest) -> HttpResponse:
    found = services.figures()
    context = {
        "figures": found,
        "filters": services.health(),
        "inflow": plot_of(_("Flags, reports and appeals that came, by day"), found.inflow, dates=True),
        "decided": plot_of(_("Decisions, by day"), found.decided, dates=True),
        "ages": plot_of(_("Open cases by their age"), found.ages),
        "per_hour": plot_of(_("Decisions per hour at the desk, by moderator"), found.per_hour),
    }
    return render(request, "moderation/figures.html", context)


@moderators_only
@require_http_methods(["GET", "POST"])
def second_look(request: PersonRequest) -> HttpResponse:
    """One case of the sample, without what was decided."""
    if request.method == "POST":
        look_id, breach = number(request.POST.get("look", ""), most=2**62), request.POST.get("breach") == "1"
        services.second_look(look_id=look_id, moderator=request.user, breach=breach)
        return redirect("review_second")
    look = services.next_second_look(moderator=request.user)
    context: dict[str, Any] = {"look": look, "reviewer": services.reviewer_of(person=request.user)}
    if look is not None:
        case = look.decision.case
        context |= {"case": case, "category": services.category(case.category)}
        context["shown"] = services.shown_subject(kind=case.subject_kind, subject=case.subject)
    return render(request, "moderation/second_look.html", context)
