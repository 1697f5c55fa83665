"""What somebody has, and the statement of how it came to that."""

from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.services import PersonRequest
from billing import services
from billing.forms import StatementForm

CREDIT = services.Unit.CREDIT


@login_required
@never_cache
@require_GET
def statement(request: PersonRequest, unit: services.Unit = CREDIT) -> HttpResponse:
    form = StatementForm(request.GET)
    try:
        page = services.statement_page(person=request.user, unit=unit, choice=form.choice, cursor=form.cursor)
    except services.NoSuchPage:
        raise Http404 from None
    context = {
        "page": page,
        "has": services.having(person=request.user, unit=unit),
        "choice": form.choice,
        "choices": services.CHOICES,
        "unit": unit,
        "has_api": services.has_account(person=request.user, unit=services.Unit.MICRO_DOLLAR),
    }
    return render(request, "billing/statement.html", context)


@login_required
@never_cache
@require_GET
def statement_csv(request: PersonRequest, unit: services.Unit = CREDIT) -> StreamingHttpResponse:
    form = StatementForm(request.GET)
    lines = services.statement_csv(person=request.user, unit=unit, choice=form.choice, zone=ZoneInfo(form.zone_name))
    name = "tessera-statement.csv" if unit == CREDIT else "tessera-api-statement.csv"
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@login_required
@never_cache
@require_GET
def have(request: PersonRequest) -> HttpResponse:
    """What the balance in the header opens."""
    return render(request, "billing/_kept.html", {"has": services.having(person=request.user)})
