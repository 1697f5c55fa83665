"""Pages that one looks at pictures on: one picture or upload with its tools, its lineage, several side by side."""

from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.services import PersonRequest
from generation import services
from generation.forms import new_key
from generation.views.downloads import chosen
from generation.views.shares import share_context


@login_required
@require_GET
def picture(request: PersonRequest, picture_id: UUID) -> HttpResponse:
    """What lies in the trash is shown as that, so that it can be had back where it was thrown away."""
    found = services.picture_for(person=request.user, picture_id=picture_id, in_trash=True)
    return source_page(request, found)


@login_required
@require_GET
def tree(request: PersonRequest, picture_id: UUID) -> HttpResponse:
    found = services.picture_for(person=request.user, picture_id=picture_id)
    facts = services.lineage_facts(services.lineage(found))
    context = {"lineage": facts, "picture": services.source_facts(found)}
    return render(request, "generation/lineage.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def compare(request: PersonRequest) -> HttpResponse:
    """`?ids=one,two`, two to four. What a form has chosen becomes such an address."""
    if request.method == "POST":
        return redirect(f"{reverse('compare')}?ids={quote(','.join(request.POST.getlist('id')), safe=',')}")
    try:
        ids = [UUID(each) for each in request.GET.get("ids", "").split(",")]
    except ValueError:
        raise Http404 from None
    pictures = services.pictures_to_compare(person=request.user, picture_ids=ids)
    return render(request, "generation/compare.html", {"pictures": pictures})


def source_page(
    request: PersonRequest,
    source: services.Source,
    *,
    wrong: dict[str, Any] | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    """The page of a picture or an upload. `wrong` says what was refused there, and by which tool."""
    context: dict[str, Any] = {"source": services.source_facts(source), "wrong": wrong, "key": new_key()}
    context |= {"cost": services.COST, "queue": services.wait_for()}
    if isinstance(source, services.Upload):
        return render(request, "generation/upload.html", context, status=status)
    made_by = services.job_for(person=request.user, job_id=source.job_id)
    job, context["making"] = services.snapshot(made_by), services.making_of(made_by, source)
    context |= {"picture": context["source"], "job": job, "siblings": job["pictures"], "created": source.created}
    context |= share_context(request, source, kind="picture")
    context |= {"choice": chosen(request), "formats": list(services.Format)}
    context["choices"] = services.collection_choices(person=request.user, picture_id=source.pk)
    return render(request, "generation/picture.html", context, status=status)
