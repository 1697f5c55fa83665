"""A picture leaves the site, and the question where one came from."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods

from accounts import services as accounts
from accounts.services import PersonRequest
from generation import services
from generation.forms import CheckForm, DownloadForm


@login_required
@require_GET
@cache_control(private=True, no_store=True)
def picture_download(request: PersonRequest, picture_id: UUID) -> HttpResponse:
    found = services.picture_for(person=request.user, picture_id=picture_id)
    try:
        file = services.download(picture=found, choice=chosen(request))
    except services.CannotSign:
        return render(request, "generation/cannot_sign.html", status=HTTPStatus.SERVICE_UNAVAILABLE)
    response = HttpResponse(file.data, content_type=file.mime)
    response["Content-Disposition"] = content_disposition_header(True, file.name) or "attachment"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_store=True)
def made_here(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _asked(request, CheckForm())
    form = CheckForm(request.POST, request.FILES)
    if not form.is_valid():
        return _asked(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    file = form.cleaned_data["file"]
    try:
        answer = services.made_here(data=file.read(), asked_from=request.META["REMOTE_ADDR"])
    except services.TooOften:
        return render(request, "429.html", status=HTTPStatus.TOO_MANY_REQUESTS)
    except services.BadUpload as refusal:
        form.add_error("file", str(refusal))
        return _asked(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    except services.Busy:
        form.add_error("file", _("Too many pictures are being opened at this moment. Send it again in a few seconds."))
        return _asked(request, form, HTTPStatus.SERVICE_UNAVAILABLE)
    return _asked(request, CheckForm(), answer=answer, name=file.name)


def chosen(request: PersonRequest) -> services.Choice:
    """What was chosen now, else what was chosen last: the format on this device, the rest on all of them."""
    form = DownloadForm(request.GET)
    if form.is_valid():
        request.session["download"] = form.cleaned_data["format"]
        accounts.change_downloads(person=request.user, squares=form.choice.squares, words=form.choice.words)
        return form.choice
    kept = DownloadForm({"format": request.session.get("download")})
    format = kept.choice.format if kept.is_valid() else services.Format.PNG
    return services.Choice(format=format, squares=request.user.squares, words=request.user.words)


def _asked(request: HttpRequest, form: CheckForm, status: HTTPStatus = HTTPStatus.OK, **more: Any) -> HttpResponse:
    return render(request, "generation/made_here.html", {"form": form, **more}, status=status)
