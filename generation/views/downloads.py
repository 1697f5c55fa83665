"""A picture leaves the site, and the question where one came from."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import services as accounts
from accounts.services import PersonRequest
from generation import services
from generation.forms import CheckForm, DownloadForm, ZipForm


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


@login_required
@require_POST
@cache_control(private=True, no_store=True)
def pictures_zip(request: PersonRequest) -> HttpResponseBase:
    """The chosen ones, or a whole collection, as one file in the format that was chosen last."""
    form = ZipForm(request.POST)
    if not form.is_valid():
        raise Http404
    ids, name = form.ids, "pictures"
    if collection_id := form.cleaned_data["collection"]:
        collection = services.collection_for(person=request.user, collection_id=collection_id)
        ids, name = services.pictures_in(collection), slugify(collection.name)[:60] or name
    if not ids:
        return _no_zip(request, _("No picture is chosen."))
    try:
        packed = services.zip_of(person=request.user, picture_ids=ids, choice=chosen(request))
    except services.TooMany as refusal:
        return _no_zip(request, str(refusal))
    except services.CannotSign:
        return render(request, "generation/cannot_sign.html", status=HTTPStatus.SERVICE_UNAVAILABLE)
    response = StreamingHttpResponse(packed, content_type="application/zip")
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.zip") or "attachment"
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


def _no_zip(request: HttpRequest, words: str) -> HttpResponse:
    context = {"words": words}
    return render(request, "generation/cannot_zip.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _asked(request: HttpRequest, form: CheckForm, status: HTTPStatus = HTTPStatus.OK, **more: Any) -> HttpResponse:
    return render(request, "generation/made_here.html", {"form": form, **more}, status=status)
