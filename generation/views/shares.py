"""Giving pictures and collections a public page, and that page as strangers see it."""

import re
from http import HTTPStatus
from typing import Any, TypedDict
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import content_disposition_header, urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from accounts.models import Person
from accounts.services import PersonRequest
from generation import services
from generation.views.answers import by_htmx, by_script, stored_file
from generation.views.reports import report_page
from generation.views.walls import remember_place, shown_before

_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')


class Switches(TypedDict):
    public: bool
    show_sentence: bool


# The owner's side


@login_required
@require_http_methods(["GET", "POST"])
def picture_share(request: PersonRequest, picture_id: UUID) -> HttpResponse:
    found = services.picture_for(person=request.user, picture_id=picture_id)
    back = reverse("picture", args=[picture_id])
    context = {**share_context(request, found, kind="picture"), "back": back, "heading": found.job.prompt}
    if request.method == "POST":
        try:
            if _visibility(request) == "private":
                services.unshare(person=request.user, thing=found)
            else:
                title, alt = request.POST.get("title", ""), request.POST.get("alt", "")
                switches = _switches(request)
                services.share_picture(person=request.user, picture_id=picture_id, title=title, alt=alt, **switches)
            return redirect(f"{back}?shared#share")
        except services.BadLabel as refusal:
            context |= {"wrong": {refusal.field: str(refusal)}, "typed": request.POST}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if "wrong" in context else HTTPStatus.OK
    return render(request, "generation/share_form.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def collection_share(request: PersonRequest, collection_id: UUID) -> HttpResponse:
    found = services.collection_for(person=request.user, collection_id=collection_id)
    back = reverse("collection", args=[collection_id])
    context = {**share_context(request, found, kind="collection"), "back": back, "heading": found.name}
    if request.method == "POST":
        try:
            if _visibility(request) == "private":
                services.unshare(person=request.user, thing=found)
            else:
                services.share_collection(collection=found, **_switches(request))
            return redirect(f"{back}?shared#share")
        except services.BadLabel as refusal:
            context |= {"wrong": {"visibility": str(refusal)}, "typed": request.POST}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if "wrong" in context else HTTPStatus.OK
    return render(request, "generation/share_form.html", context, status=status)


def share_context(request: HttpRequest, thing: Any, *, kind: str) -> dict[str, Any]:
    """What the share form needs, on whichever page it stands."""
    share = services.share_of(thing)
    return {
        "share": share,
        "share_kind": kind,
        "share_action": reverse(f"{kind}_share", args=[thing.pk]),
        "share_address": request.build_absolute_uri(reverse("share", args=[share.token])) if share else "",
        "share_saved": "shared" in request.GET,
        "share_removed": thing.removed_at is not None,
    }


def _visibility(request: HttpRequest) -> str:
    wanted = request.POST.get("visibility", "")
    return wanted if wanted in ("unlisted", "public") else "private"


def _switches(request: HttpRequest) -> Switches:
    return {"public": _visibility(request) == "public", "show_sentence": "show_sentence" in request.POST}


# The strangers' side


@require_safe
def share(request: HttpRequest, token: str) -> HttpResponse:
    found = services.share_for(token=token)
    context: dict[str, Any] = {"liked": _is_liked(request, found)}
    if found.collection is None:
        shown = services.shown(found)
        return _public_page(request, "generation/share.html", {**context, "shown": shown, "picture": shown.picture})
    after, before = request.GET.get("after"), shown_before(request)
    page = services.pictures_page(found.collection, after=after, shown=before, public=True)
    covers = services.covers_of([found.collection.pk], public=True)
    context["shown"] = services.shown(found, cover=covers.get(found.collection.pk))
    context["page"] = page
    context["pictures"] = [services.shown_picture(found, picture) for picture in page.rows]
    if not by_htmx(request):
        return _public_page(request, "generation/share_collection.html", context)
    fragment = _public_page(request, "generation/_share_page.html", context)
    return remember_place(fragment, f"{reverse('share', args=[token])}?shown={page.shown}")


@require_safe
def shared_picture(request: HttpRequest, token: str, picture_id: UUID) -> HttpResponse:
    """One picture of a public collection."""
    found = services.share_for(token=token)
    picture = services.shared_picture(share=found, picture_id=picture_id)
    if found.collection is None:
        return redirect("share", token)
    context = {"shown": services.shown(found), "picture": services.shown_picture(found, picture), "within": True}
    return _public_page(request, "generation/share.html", context)


@require_safe
def share_file(request: HttpRequest, token: str, picture_id: UUID) -> HttpResponse:
    return _as_downloaded(request, token, picture_id, services.Format.PNG)


@require_safe
def share_view(request: HttpRequest, token: str, picture_id: UUID) -> HttpResponse:
    """The same to look at: less than a quarter of the bytes, for phones on slow lines."""
    return _as_downloaded(request, token, picture_id, services.Format.WEBP)


@require_safe
def share_small(request: HttpRequest, token: str, picture_id: UUID) -> HttpResponse:
    picture = services.shared_picture(share=services.share_for(token=token), picture_id=picture_id)
    return _public_file(request, picture.small, kind="image/webp", name="picture.webp")


@require_POST
def share_like(request: HttpRequest, token: str) -> HttpResponse:
    found = services.share_for(token=token)
    address = reverse("share", args=[token])
    if not isinstance(request.user, Person):
        return redirect(f"{reverse('account_login')}?{urlencode({'next': address})}")
    liked = request.POST.get("liked") == "1"
    likes = services.like(person=request.user, share=found, liked=liked)
    if by_script(request):
        return JsonResponse({"liked": liked, "likes": likes})
    return redirect(address)


@require_GET
def share_continue(request: HttpRequest, token: str, picture_id: UUID) -> HttpResponse:
    """On with somebody's sentence: into the box, or first to sign-up, where it is kept."""
    found = services.share_for(token=token)
    picture = services.shared_picture(share=found, picture_id=picture_id)
    sentence = services.shown_picture(found, picture).sentence
    if not sentence:
        raise Http404
    if request.user.is_authenticated:
        return redirect(f"{reverse('prompt')}?{urlencode({'prompt': sentence})}")
    request.session["draft"] = sentence[: settings.PROMPT_LIMIT]
    return redirect("account_signup")


@require_http_methods(["GET", "POST"])
def share_report(request: HttpRequest, token: str) -> HttpResponse:
    found = services.share_for(token=token)
    kind, subject = services.subject_of(found)
    return report_page(request, kind=kind, subject=subject, context={"shown": services.shown(found)})


def _as_downloaded(request: HttpRequest, token: str, picture_id: UUID, format: services.Format) -> HttpResponse:
    """As a download is: marked, with its squares and its manifest, and with its words only where they are shown."""
    found = services.share_for(token=token)
    picture = services.shared_picture(share=found, picture_id=picture_id)
    etag = services.etag(f"{picture.file} {found.show_sentence} {format}")
    if get_conditional_response(request, etag=etag) is not None:
        return _revalidated(request, HttpResponse(), etag)
    try:
        file = services.download(picture=picture, choice=services.Choice(format=format, words=found.show_sentence))
    except services.CannotSign:
        return render(request, "generation/cannot_sign.html", status=HTTPStatus.SERVICE_UNAVAILABLE)
    response = HttpResponse(file.data, content_type=file.mime)
    name = services.file_name(found, picture, format)
    response["Content-Disposition"] = content_disposition_header("download" in request.GET, name) or "inline"
    return _revalidated(request, response, etag)


def _is_liked(request: HttpRequest, share: Any) -> bool:
    return isinstance(request.user, Person) and services.is_liked(person=request.user, share=share)


def _public_page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Kept by browsers, but asked for at each visit: un-sharing holds from the next request on."""
    context["site_address"] = request.build_absolute_uri("/").rstrip("/")
    response = render(request, template, context)
    # Every rendering masks the form's token anew; the page is the same.
    return _revalidated(request, response, services.etag(_TOKEN.sub(b"", response.content)))


def _public_file(request: HttpRequest, stored: str, *, kind: str, name: str) -> HttpResponse:
    download = "download" in request.GET
    etag = services.etag(stored)
    if get_conditional_response(request, etag=etag) is not None:
        return _revalidated(request, HttpResponse(), etag)
    return _revalidated(request, stored_file(stored, kind=kind, name=name, download=download), etag)


def _revalidated(request: HttpRequest, response: HttpResponse, etag: str) -> HttpResponse:
    response["ETag"] = etag
    response["Cache-Control"] = "max-age=0, must-revalidate"
    if request.user.is_authenticated and response["Content-Type"].startswith("text/html"):
        patch_cache_control(response, private=True)
    answer = get_conditional_response(request, etag=etag, response=response)
    assert answer is not None
    return answer
