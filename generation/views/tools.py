"""What is made from pictures: variations, blends, text diffs, and any request once more."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.services import PersonRequest
from billing.services import OutOfCredits, why_none
from generation import services
from generation.forms import AgainForm, BlendForm, SourceForm, TextDiffForm, VariationForm, new_key
from generation.views.answers import by_htmx
from generation.views.looking import source_page

View = Callable[..., HttpResponse]


def unless_in_trash(view: View) -> View:
    """A page that was open when its picture was thrown away leads to where it can be had back."""

    @wraps(view)
    def asked(request: PersonRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except services.InTrash as gone:
            words = _("This picture was thrown away meanwhile. Nothing was drawn, and you were not charged.")
            wrong = {"tool": "", "words": words}
            return source_page(request, gone.picture, wrong=wrong, status=HTTPStatus.CONFLICT)

    return asked


@login_required
@require_POST
@unless_in_trash
def vary(request: PersonRequest) -> HttpResponse:
    form = VariationForm(request.POST)
    return _begin(request, form, services.start_variation, "vary")


@login_required
@require_POST
@unless_in_trash
def text_diff(request: PersonRequest) -> HttpResponse:
    form = TextDiffForm(request.POST)
    return _begin(request, form, services.start_text_diff, "text-diff")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@unless_in_trash
def blend(request: PersonRequest) -> HttpResponse:
    """Two own pictures: the first is given, the second is chosen here."""
    form = BlendForm(request.POST if request.method == "POST" else request.GET)
    first = form.source_of("first", request.user)
    if request.method != "POST":
        return _chooser(request, first)
    if not form.is_valid():
        return _chooser(request, first, form.words, HTTPStatus.UNPROCESSABLE_ENTITY)
    second = form.source_of("second", request.user)
    job, words, status = _asked(
        request,
        lambda: services.start_blend(person=request.user, first=first, second=second, key=form.cleaned_data["key"]),
    )
    return redirect("job", job.pk) if job else _chooser(request, first, words, status)


@login_required
@require_POST
def again(request: PersonRequest, job_id: UUID) -> HttpResponse:
    form = AgainForm(request.POST)
    key = form.cleaned_data["key"] if form.is_valid() else new_key()
    job, words, status = _asked(request, lambda: services.draw_again(person=request.user, job_id=job_id, key=key))
    if job is None:
        return _not_again(request, job_id, words, status)
    if not by_htmx(request):
        return redirect("job", job.pk)
    return render(request, "generation/_job.html", {"job": services.snapshot(job)}, status=HTTPStatus.CREATED)


def _begin(request: PersonRequest, form: SourceForm, start: Callable[..., Any], tool: str) -> HttpResponse:
    source = form.source_of("source", request.user)
    words, status = form.words, HTTPStatus.UNPROCESSABLE_ENTITY
    if form.is_valid():
        job, words, status = _asked(request, lambda: start(person=request.user, source=source, **form.asked))
        if job:
            return redirect("job", job.pk)
    wrong = {"tool": tool, "words": words, "given": request.POST}
    return source_page(request, source, wrong=wrong, status=status)


def _asked(request: PersonRequest, start: Callable[[], Any]) -> tuple[Any, str, HTTPStatus]:
    """The job, or why there is none, in words and as a status."""
    try:
        return start(), "", HTTPStatus.CREATED
    except services.NotVerified:
        return None, _("Confirm your e-mail address first: we sent you a link."), HTTPStatus.FORBIDDEN
    except OutOfCredits:
        return None, why_none(person=request.user), HTTPStatus.PAYMENT_REQUIRED
    except services.KeyUsed:
        return None, _("This page was already used for another request. Press once more."), HTTPStatus.CONFLICT
    except services.MayNotAsk as refusal:
        return None, str(refusal), HTTPStatus.FORBIDDEN
    except (services.BadSentence, services.BadOptions) as refusal:
        return None, str(refusal), HTTPStatus.UNPROCESSABLE_ENTITY


def _chooser(
    request: PersonRequest, first: services.Source, words: str = "", status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    context = {
        "first": services.source_facts(first),
        "choices": services.choices(person=request.user, besides=first),
        "chosen": request.GET.get("second") or request.POST.get("second", ""),
        "words": words,
        "key": new_key(),
        "cost": services.COST,
        "queue": services.wait_for(),
    }
    return render(request, "generation/blend.html", context, status=status)


def _not_again(request: PersonRequest, job_id: UUID, words: str, status: HTTPStatus) -> HttpResponse:
    if by_htmx(request):
        return render(request, "_said.html", {"words": words}, status=status)
    found = services.snapshot(services.job_for(person=request.user, job_id=job_id))
    return render(request, "generation/job.html", {"job": found, "said": words, "key": new_key()}, status=status)
