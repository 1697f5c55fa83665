"""Every part that pages are made of, in every state, for whoever builds pages."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

# A picture for tiles that needs no person and no storage: five lines of colour.
SAMPLE = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E%3Crect width='8' height='8' "
    "fill='%233b3f5c'/%3E%3Ccircle cx='5.4' cy='2.6' r='1.3' fill='%23e9b44c'/%3E%3Cpath d='M0 8 3 4l2 2 1-1 2 3z' "
    "fill='%232a9d8f'/%3E%3C/svg%3E"
)
TOKENS = {
    "text": ("text", "quiet", "accent", "accent-strong", "loss"),
    "ground": ("paper", "sunk", "raised", "hairline", "outline", "accent"),
    "tesserae": ("terracotta", "saffron", "leaf", "lagoon", "ink"),
    "type": ("t1", "t2", "t3", "t4", "t5", "t6"),
    "space": ("s1", "s2", "s3", "s4", "s5", "s6", "s7"),
}


@require_GET
def components(request: HttpRequest) -> HttpResponse:
    if not (settings.DEBUG or getattr(request.user, "is_staff", False)):
        raise Http404
    return render(request, "components/page.html", {"tokens": TOKENS, "sample": SAMPLE})
