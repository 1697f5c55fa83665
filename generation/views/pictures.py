"""One picture: its page, its files, and what its person says of it."""

from collections.abc import Callable
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Person
from accounts.services import PersonRequest
from generation import services
from generation.forms import PicturesForm
from generation.views.answers import done, stored_file


@login_required
@require_GET
def picture_file(request: PersonRequest, picture_id: UUID) -> HttpResponse:
    found = services.picture_for(person=request.user, picture_id=picture_id)
    return stored_file(found.file, kind="image/png", name=f"{picture_id}.png")


@require_GET
def stored(request: HttpRequest, hour: int, signature: str, name: str) -> HttpResponse:
    """A small picture behind a signed address: no session is read while its hour lasts."""
    if services.is_good(hour=hour, signature=signature, name=name):
        return stored_file(name, kind="image/webp", name=name.rpartition("/")[2])
    if not isinstance(request.user, Person):
        raise Http404
    return redirect(services.renewed(person=request.user, name=name), preserve_request=True)


@login_required
@require_POST
def favourite(request: PersonRequest, picture_id: UUID, on: bool) -> HttpResponse:
    found = services.set_favourite(person=request.user, picture_id=picture_id, favourite=on)
    return done(request, "picture", services.picture_facts(found), back=reverse("picture", args=[picture_id]))


@login_required
@require_POST
def keep(request: PersonRequest, picture_id: UUID, on: bool) -> HttpResponse:
    found = services.keep_frame(person=request.user, picture_id=picture_id, kept=on)
    return done(request, "picture", services.picture_facts(found), back=reverse("picture", args=[picture_id]))


@login_required
@require_POST
def trash(request: PersonRequest) -> HttpResponse:
    return _moved(request, services.trash_pictures, "trashed")


@login_required
@require_POST
def restore(request: PersonRequest) -> HttpResponse:
    return _moved(request, services.restore_pictures, "restored")


@login_required
@require_GET
@cache_control(private=True, no_store=True)
def lineage(request: PersonRequest, picture_id: UUID) -> JsonResponse:
    found = services.picture_for(person=request.user, picture_id=picture_id)
    return JsonResponse(services.lineage_facts(services.lineage(found)))


def _moved(request: PersonRequest, move: Callable[..., int], event: str) -> HttpResponse:
    form = PicturesForm(request.POST)
    if not form.is_valid():
        raise Http404
    ids = form.cleaned_data["id"]
    moved = move(person=request.user, picture_ids=ids)
    return done(request, event, {"ids": [str(each) for each in ids], "moved": moved}, back=reverse("history"))
