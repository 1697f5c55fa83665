"""A person's collections. Everything works as plain forms; scripts only spare the page its reload."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.services import PersonRequest
from generation import services
from generation.forms import CollectForm
from generation.views.answers import by_htmx
from generation.views.shares import share_context
from generation.views.walls import remember_place, shown_before


@login_required
@require_http_methods(["GET", "POST"])
def collections(request: PersonRequest) -> HttpResponse:
    context: dict[str, Any] = {}
    if request.method == "POST":
        try:
            created = services.create_collection(
                person=request.user,
                name=request.POST.get("name", ""),
                description=request.POST.get("description", ""),
                pictures=services.chosen_ids(request.POST.getlist("picture")),
            )
            return redirect("collection", created.pk)
        except services.BadLabel as refusal:
            context = {"wrong": {refusal.field: str(refusal)}, "typed": request.POST}
    context["collections"] = services.collections_of(person=request.user)
    context["deleted"] = services.deleted_collection(person=request.user, text=request.GET.get("deleted", ""))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if "wrong" in context else HTTPStatus.OK
    return render(request, "generation/collections.html", context, status=status)


@login_required
@require_GET
def collection(request: PersonRequest, collection_id: UUID) -> HttpResponse:
    found = services.collection_for(person=request.user, collection_id=collection_id)
    page = services.pictures_page(found, after=request.GET.get("after"), shown=shown_before(request))
    context = {"collection": found, "page": page, "editing": "edit" in request.GET}
    if by_htmx(request):
        editing = "edit&" if context["editing"] else ""
        fragment = render(request, "generation/_collection_page.html", context)
        return remember_place(fragment, f"{reverse('collection', args=[found.pk])}?{editing}shown={page.shown}")
    context["size"] = services.size_of(found)
    context["removed"] = services.removed_at(found, moment=request.GET.get("removed", ""))
    context["removed_moment"] = request.GET.get("removed", "")
    context |= share_context(request, found, kind="collection")
    return render(request, "generation/collection.html", context)


@login_required
@require_POST
def collection_words(request: PersonRequest, collection_id: UUID) -> HttpResponse:
    words = {"name": request.POST.get("name", ""), "description": request.POST.get("description", "")}
    try:
        services.change_collection(person=request.user, collection_id=collection_id, **words)
    except services.BadLabel as refusal:
        found = services.collection_for(person=request.user, collection_id=collection_id)
        context = {"collection": found, "wrong": {refusal.field: str(refusal)}, "typed": request.POST}
        return render(request, "generation/collection_words.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return redirect("collection", collection_id)


@login_required
@require_POST
def collection_pictures(request: PersonRequest, collection_id: UUID) -> HttpResponse:
    """The acts of the edit page: on the ticked pictures, or on the one whose button was pressed."""
    which: dict[str, Any] = {"person": request.user, "collection_id": collection_id}
    services.collection_for(**which)
    chosen = services.chosen_ids(request.POST.getlist("picture"))
    back = reverse("collection", args=[collection_id]) + "?edit"
    for word, by in (("earlier", -1), ("later", 1)):
        for picture_id in services.chosen_ids(request.POST.getlist(word)[:1]):
            services.step_picture(**which, picture_id=picture_id, by=by)
            return redirect(f"{back}#p-{picture_id}")
    if request.POST.get("act") == "remove":
        removed = services.remove_pictures(**which, pictures=chosen)
        return redirect(f"{back}&{urlencode({'removed': removed.moment})}" if removed.count else back)
    if request.POST.get("act") == "cover" and chosen:
        services.choose_cover(**which, picture_id=chosen[0])
    return redirect(back)


@login_required
@require_POST
def collection_move(request: PersonRequest, collection_id: UUID, picture_id: UUID) -> HttpResponse:
    """From a script alone: behind the picture that is named, or to the front."""
    after = next(iter(services.chosen_ids([request.POST.get("after", "")])), None)
    services.move_picture(person=request.user, collection_id=collection_id, picture_id=picture_id, after=after)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@login_required
@require_POST
def collection_put_back(request: PersonRequest, collection_id: UUID) -> HttpResponse:
    services.put_back(person=request.user, collection_id=collection_id, moment=request.POST.get("moment", ""))
    return redirect(reverse("collection", args=[collection_id]) + "?edit")


@login_required
@require_http_methods(["GET", "POST"])
def collection_add(request: PersonRequest, collection_id: UUID) -> HttpResponse:
    found = services.collection_for(person=request.user, collection_id=collection_id)
    if request.method == "POST":
        chosen = services.chosen_ids(request.POST.getlist("picture"))
        services.add_pictures(person=request.user, collection_id=collection_id, pictures=chosen)
        return redirect("collection", collection_id)
    page = services.pictures_to_add(found, before=request.GET.get("before"))
    template = "generation/_collection_add_page.html" if by_htmx(request) else "generation/collection_add.html"
    return render(request, template, {"collection": found, "page": page})


@login_required
@require_POST
def collection_delete(request: PersonRequest, collection_id: UUID) -> HttpResponse:
    services.delete_collection(person=request.user, collection_id=collection_id)
    return redirect(f"{reverse('collections')}?{urlencode({'deleted': str(collection_id)})}")


@login_required
@require_POST
def collection_restore(request: PersonRequest, collection_id: UUID) -> HttpResponse:
    services.restore_collection(person=request.user, collection_id=collection_id)
    return redirect("collection", collection_id)


@login_required
@require_POST
def collections_choose(request: PersonRequest) -> HttpResponse:
    """Into which collections many are to come: asked first, with the pictures in the form, then done."""
    form = CollectForm(request.POST)
    if not form.is_valid():
        raise Http404
    ids = form.cleaned_data["id"]
    pictures = services.pictures_for(person=request.user, picture_ids=ids)
    context: dict[str, Any] = {"pictures": [services.picture_facts(picture) for picture in pictures]}
    if form.cleaned_data["picked"]:
        chosen, name = form.cleaned_data["collection"], form.cleaned_data["name"]
        try:
            into = services.collect_pictures(person=request.user, picture_ids=ids, chosen=chosen, new_name=name)
            return _collected(request, into, len(pictures))
        except services.BadLabel as refusal:
            context |= {"wrong": {refusal.field: str(refusal)}, "typed": request.POST, "picked": chosen}
    context["choices"] = services.collection_choices(person=request.user, picture_id=None)
    template = "generation/_collect_form.html" if by_htmx(request) else "generation/collect.html"
    status = HTTPStatus.UNPROCESSABLE_ENTITY if "wrong" in context else HTTPStatus.OK
    return render(request, template, context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def picture_collections(request: PersonRequest, picture_id: UUID) -> HttpResponse:
    """In which collections a picture is: a disclosure on its page; this page where the form came back wrong."""
    found = services.picture_for(person=request.user, picture_id=picture_id)
    context: dict[str, Any] = {"picture": services.picture_facts(found), "prompt": found.job.prompt}
    if request.method == "POST":
        chosen = services.chosen_ids(request.POST.getlist("collection"))
        try:
            services.choose_collections(
                person=request.user, picture_id=picture_id, chosen=chosen, new_name=request.POST.get("name", "")
            )
            return redirect(f"{reverse('picture', args=[picture_id])}?kept#keep")
        except services.BadLabel as refusal:
            context |= {"wrong": {refusal.field: str(refusal)}, "typed": request.POST}
    context["choices"] = services.collection_choices(person=request.user, picture_id=picture_id)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if "wrong" in context else HTTPStatus.OK
    return render(request, "generation/picture_collections.html", context, status=status)


def _collected(request: PersonRequest, into: list[Any], count: int) -> HttpResponse:
    """To a script in words, with the way there; to a browser the collection itself."""
    if not by_htmx(request):
        return redirect("collection", into[-1].pk)
    words = ngettext("%(count)d picture is now in %(names)s.", "%(count)d pictures are now in %(names)s.", count)
    names = ", ".join(f"“{collection.name}”" for collection in into)
    return JsonResponse({"words": words % {"count": count, "names": names}}, status=HTTPStatus.CREATED)
