from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from accounts.services import PersonRequest
from billing.services import OutOfCredits, balance_of
from generation import services
from generation.forms import PromptForm, new_key
from generation.views.shares import share_context


@require_GET
def prompt(request: HttpRequest) -> HttpResponse:
    draft = request.session.pop("draft", "") if request.user.is_authenticated else ""
    form = PromptForm(initial={"prompt": draft or request.GET.get("prompt", ""), "key": new_key()})
    return render(request, "generation/prompt.html", _studio(request, form))


@require_POST
def jobs(request: HttpRequest) -> HttpResponse:
    form = PromptForm(request.POST)
    if not request.user.is_authenticated:
        return _sign_up_first(request)
    if not form.is_valid():
        return _sentence_back(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        job = services.start_job(person=request.user, prompt=form.cleaned_data["prompt"], key=form.cleaned_data["key"])
    except services.NotVerified:
        form.add_error("prompt", _("Confirm your e-mail address first: we sent you a link."))
        return _sentence_back(request, form, HTTPStatus.FORBIDDEN)
    except OutOfCredits:
        form.add_error("prompt", _("You have no credits left. Nothing was taken."))
        return _sentence_back(request, form, HTTPStatus.PAYMENT_REQUIRED)
    except services.KeyUsed:
        form.add_error("prompt", _("This page was already used for another sentence. Press Draw again."))
        return _sentence_back(request, form, HTTPStatus.CONFLICT)
    if not _by_htmx(request):
        return redirect("job", job.pk)
    return render(request, "generation/_job.html", {"job": services.snapshot(job)}, status=HTTPStatus.CREATED)


@login_required
@require_GET
def job(request: PersonRequest, job_id: UUID) -> HttpResponse:
    found = services.job_for(person=request.user, job_id=job_id)
    template = "generation/_job.html" if _by_htmx(request) else "generation/job.html"
    return render(request, template, {"job": services.snapshot(found), "created": found.created})


@login_required
@require_GET
@cache_control(private=True, no_store=True)
def job_state(request: PersonRequest, job_id: UUID) -> JsonResponse:
    state = services.snapshot(services.job_for(person=request.user, job_id=job_id))
    return JsonResponse({**state, "balance": balance_of(person=request.user)})


@login_required
@require_POST
def job_cancel(request: PersonRequest, job_id: UUID) -> HttpResponse:
    cancelled = services.cancel_job(person=request.user, job_id=job_id)
    if not _by_htmx(request):
        return redirect("job", job_id)
    return render(request, "generation/_job.html", {"job": services.snapshot(cancelled)})


@login_required
@require_POST
def job_seen(request: PersonRequest, job_id: UUID) -> HttpResponse:
    services.job_for(person=request.user, job_id=job_id)
    services.mark_seen(person=request.user, job_id=job_id)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@require_GET
@cache_control(private=True, no_store=True)
def engine(request: HttpRequest) -> HttpResponse:
    """The banner about the model, for a page that was opened before the model was there."""
    return render(request, "_engine.html")


@login_required
@require_GET
def picture(request: PersonRequest, picture_id: UUID) -> HttpResponse:
    found = services.picture_for(person=request.user, picture_id=picture_id)
    job = services.snapshot(found.job)
    context = {"picture": services.picture_facts(found), "job": job, "created": found.created}
    context |= {**share_context(request, found, kind="picture"), "sentence": found.job.prompt}
    context["choices"] = services.collection_choices(person=request.user, picture_id=picture_id)
    return render(request, "generation/picture.html", {**context, "siblings": job["pictures"]})


@login_required
@require_GET
def history(request: PersonRequest) -> HttpResponse:
    page = services.history_page(person=request.user, before=request.GET.get("before"))
    template = "generation/_history_page.html" if _by_htmx(request) else "generation/history.html"
    return render(request, template, {"jobs": page.jobs, "next_cursor": page.next_cursor})


@login_required
@require_GET
def picture_file(request: PersonRequest, picture_id: UUID) -> HttpResponse:
    found = services.picture_for(person=request.user, picture_id=picture_id)
    name = f"{slugify(found.job.prompt)[:60] or 'picture'}-{found.index + 1}.png"
    return _file(found.file, kind="image/png", name=name, download="download" in request.GET)


@login_required
@require_GET
def picture_small(request: PersonRequest, picture_id: UUID) -> HttpResponse:
    found = services.picture_for(person=request.user, picture_id=picture_id)
    return _file(found.small, kind="image/webp", name=f"{picture_id}.webp")


def _file(stored: str, *, kind: str, name: str, download: bool = False) -> HttpResponse:
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


def _studio(request: HttpRequest, form: PromptForm) -> dict[str, Any]:
    context: dict[str, Any] = {"form": form, "limit": settings.PROMPT_LIMIT, "cost": services.COST}
    context["queue"] = services.wait_for()
    if request.user.is_authenticated:
        context["job"] = services.newest_job(person=request.user)
        context["recent"] = services.recent_pictures(person=request.user)
    if not context.get("recent"):
        context["others"] = services.newest_shown()
        context["samples"] = [] if context["others"] else services.samples()
    return context


def _sentence_back(request: HttpRequest, form: PromptForm, status: HTTPStatus) -> HttpResponse:
    """The form again, with the sentence as it was typed, what is wrong with it, and a fresh key."""
    form.data = {**request.POST.dict(), "key": new_key()}
    if _by_htmx(request):
        context = {"form": form, "limit": settings.PROMPT_LIMIT, "cost": services.COST, "queue": services.wait_for()}
        return render(request, "generation/_prompt_form.html", context, status=status)
    return render(request, "generation/prompt.html", _studio(request, form), status=status)


def _sign_up_first(request: HttpRequest) -> HttpResponse:
    # Bounded: a stranger's session must not become a store of megabytes.
    request.session["draft"] = services.normalise(request.POST.get("prompt", ""))[: 4 * settings.PROMPT_LIMIT]
    address = reverse("account_signup")
    if _by_htmx(request):
        return HttpResponse(status=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": address})
    return redirect(address)


def _by_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"
