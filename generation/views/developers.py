"""For developers: how the Images API is used, and what of it was."""

from pathlib import Path

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.services import PersonRequest
from billing.services import Unit
from generation.services import api

EXAMPLES = Path(__file__).parents[1] / "data/examples"
NAMES = ("generate.sh", "edit.sh", "generate.py", "job.mjs")
DAYS = 30


@require_safe
def developers(request: HttpRequest) -> HttpResponse:
    """The examples are files of their own: tests run them as they stand on the page."""
    address = request.build_absolute_uri("/v1")
    examples = {name.replace(".", "_"): _example(name) for name in NAMES}
    facts = {
        "address": address,
        "official": _example("official.py").replace("{address}", address),
        "prices": [{"side": side, "price": price} for side, price in sorted(api.PRICES.items(), reverse=True)],
        "unit": Unit.MICRO_DOLLAR,
        **examples,
    }
    return render(request, "generation/developers.html", facts)


@login_required
@require_safe
def usage(request: PersonRequest) -> HttpResponse:
    used = api.usage_of(person=request.user, days=DAYS)
    return render(request, "generation/api_usage.html", {"used": used, "days": DAYS, "unit": Unit.MICRO_DOLLAR})


def _example(name: str) -> str:
    return (EXAMPLES / name).read_text(encoding="utf-8")
