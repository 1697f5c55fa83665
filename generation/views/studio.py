"""The prompt page, requests and the history."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Person
from accounts.services import PersonRequest
from billing.services import OutOfCredits, balance_of, why_none
from generation import services
from generation.forms import PromptForm, new_key
from generation.views.answers import by_htmx


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
        job = services.start_job(person=request.user, **form.cleaned_data)
    except services.NotVerified:
        form.add_error("prompt", _("Confirm your e-mail address first: we sent you a link."))
        return _sentence_back(request, form, HTTPStatus.FORBIDDEN)
    except services.MayNotAsk as refusal:
        form.add_error("prompt", str(refusal))
        return _sentence_back(request, form, HTTPStatus.FORBIDDEN)
    except OutOfCredits:
        form.add_error("prompt", why_none(person=request.user))
        return _sentence_back(request, form, HTTPStatus.PAYMENT_REQUIRED)
    except services.KeyUsed:
        form.add_error("prompt", _("This page was already used for another sentence. Press Draw again."))
        return _sentence_back(request, form, HTTPStatus.CONFLICT)
    if not by_htmx(request):
        return redirect("job", job.pk)
    return render(request, "generation/_job.html", {"job": services.snapshot(job)}, status=HTTPStatus.CREATED)


@login_required
@require_GET
def job(request: PersonRequest, job_id: UUID) -> HttpResponse:
    found = services.job_for(person=request.user, job_id=job_id)
    template = "generation/_job.html" if by_htmx(request) else "generation/job.html"
    context = {"job": services.snapshot(found), "making": services.making_of(found), "created": found.created}
    return render(request, template, {**context, "key": new_key()})


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
    if not by_htmx(request):
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


def _studio(request: HttpRequest, form: PromptForm) -> dict[str, Any]:
    context = _box(form)
    context["styles"] = services.style_chips()
    if isinstance(request.user, Person):
        context["jobs"] = jobs = services.jobs_on_desk(person=request.user)
        # The newest requests stand above with their pictures; the wall begins with the ones before.
        context["recent"] = services.recent_pictures(person=request.user, besides=jobs[0]["id"] if jobs else None)
        context["sentences"] = services.recent_sentences(person=request.user)
        context["saved"] = services.saved_prompts(person=request.user)
    if not context.get("recent"):
        context["others"] = services.newest_shown()
        context["samples"] = [] if context["others"] else services.samples()
    return context


def _box(form: PromptForm) -> dict[str, Any]:
    return {"form": form, "limit": settings.PROMPT_LIMIT, "cost": services.COST, "queue": services.wait_for()}


def _sentence_back(request: HttpRequest, form: PromptForm, status: HTTPStatus) -> HttpResponse:
    """The form again, with the sentence as it was typed, what is wrong with it, and a fresh key."""
    form.data = {**request.POST.dict(), "key": new_key()}
    if by_htmx(request):
        return render(request, "generation/_prompt_form.html", _studio(request, form), status=status)
    return render(request, "generation/prompt.html", _studio(request, form), status=status)


def _sign_up_first(request: HttpRequest) -> HttpResponse:
    # Bounded: a stranger's session must not become a store of megabytes.
    request.session["draft"] = services.normalise(request.POST.get("prompt", ""))[: 4 * settings.PROMPT_LIMIT]
    address = reverse("account_signup")
    if by_htmx(request):
        return HttpResponse(status=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": address})
    return redirect(address)
