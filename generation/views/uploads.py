"""Pictures that people bring."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from accounts.services import PersonRequest
from generation import services
from generation.forms import UploadForm
from generation.views.answers import by_htmx, by_script, done, stored_file
from generation.views.looking import source_page


@login_required
@require_POST
def uploads(request: PersonRequest) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _refused(request, form.words)
    try:
        brought = services.bring(person=request.user, **form.cleaned_data)
    except services.BadUpload as refusal:
        return _refused(request, str(refusal))
    except services.MayNotAsk as refusal:
        return _refused(request, str(refusal), HTTPStatus.FORBIDDEN)
    except services.NotVerified:
        words = _("Confirm your e-mail address first: we sent you a link.")
        return _refused(request, words, HTTPStatus.FORBIDDEN)
    except services.Busy:
        words = _("Too many pictures are being opened at this moment. Send it again in a few seconds.")
        return _refused(request, words, HTTPStatus.SERVICE_UNAVAILABLE)
    return _state(request, services.upload_facts(brought), HTTPStatus.CREATED)


@login_required
@require_GET
def upload_new(request: PersonRequest) -> HttpResponse:
    """The form by itself, for browsers without scripts; with them it is part of the prompt page."""
    return render(request, "generation/upload_new.html")


@login_required
@require_GET
@cache_control(private=True, no_store=True)
def upload(request: PersonRequest, upload_id: UUID) -> HttpResponse:
    found = services.upload_for(person=request.user, upload_id=upload_id)
    if by_script(request) or by_htmx(request):
        return _state(request, services.upload_facts(found))
    return source_page(request, found)


@login_required
@require_GET
def upload_file(request: PersonRequest, upload_id: UUID) -> HttpResponse:
    found = services.upload_for(person=request.user, upload_id=upload_id)
    return stored_file(found.file, kind="image/png", name=f"{upload_id}.png", download="download" in request.GET)


@login_required
@require_POST
def upload_trash(request: PersonRequest, upload_id: UUID) -> HttpResponse:
    services.trash_upload(person=request.user, upload_id=upload_id)
    return done(request, "upload-trashed", {"id": str(upload_id)}, back=reverse("history"))


@login_required
@require_POST
def upload_restore(request: PersonRequest, upload_id: UUID) -> HttpResponse:
    restored = services.restore_upload(person=request.user, upload_id=upload_id)
    facts = services.upload_facts(restored)
    return done(request, "upload-restored", facts, back=reverse("upload", args=[upload_id]))


def _state(request: HttpRequest, facts: dict[str, Any], status: HTTPStatus = HTTPStatus.OK) -> HttpResponse:
    if by_script(request):
        return JsonResponse(facts, status=status)
    if by_htmx(request):
        return render(request, "generation/_upload.html", {"upload": facts}, status=status)
    return redirect("upload", facts["id"])


def _refused(request: HttpRequest, words: str, status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY) -> HttpResponse:
    if by_script(request):
        answer: HttpResponse = JsonResponse({"detail": words}, status=status)
    else:
        context = {"upload": {"status": "refused", "detail": words}}
        template = "generation/_upload.html" if by_htmx(request) else "generation/upload_new.html"
        answer = render(request, template, context, status=status)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        answer["Retry-After"] = "5"
    return answer
