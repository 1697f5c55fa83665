"""What everybody may look at, and sentences for whoever has none."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from generation import services
from generation.views.answers import by_htmx, by_script
from generation.views.walls import remember_place, shown_before

# A cookie: strangers have no other memory, and what was given last is no secret.
LAST = "surprise"


@require_GET
def gallery(request: HttpRequest) -> HttpResponse:
    wish = services.Wish.read(request.GET)
    page = services.gallery_page(wish=wish, after=request.GET.get("after"), before_that=shown_before(request))
    context: dict[str, Any] = {"wish": wish, "page": page, "more": wish.address(after=page.next_cursor)}
    context["more_in_place"] = wish.address(after=page.next_cursor, shown=page.shown)
    if by_htmx(request):
        fragment = render(request, "generation/_gallery_page.html", context)
        return remember_place(fragment, f"{reverse('gallery')}?{wish.address(shown=page.shown)}")
    if not page.items and wish == services.Wish() and "after" not in request.GET:
        context["samples"] = services.samples()
    context["styles"] = services.style_choices()
    return render(request, "generation/gallery.html", context)


@require_GET
@cache_control(private=True, no_store=True)
def surprise(request: HttpRequest) -> HttpResponse:
    """A sentence: to a script as JSON, else in the box of the prompt page."""
    sentence = services.surprise(last=request.COOKIES.get(LAST, ""))
    response: HttpResponse = redirect(f"{reverse('prompt')}?{urlencode({'prompt': sentence})}")
    if by_script(request):
        response = JsonResponse({"sentence": sentence})
    response.set_cookie(LAST, services.mark_of(sentence), httponly=True, samesite="Lax", secure=settings.HTTPS)
    return response
