"""Walls that grow: what their addresses say."""

from django.http import HttpRequest, HttpResponse


def shown_before(request: HttpRequest) -> int:
    """How many things stand on the wall already; whoever comes back is given as many again."""
    text = request.GET.get("shown", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def remember_place(fragment: HttpResponse, address: str) -> HttpResponse:
    """The page's address grows with it, so that going back shows as much of the wall as was seen before."""
    fragment["HX-Replace-Url"] = address
    return fragment
