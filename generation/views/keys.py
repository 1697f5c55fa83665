"""Keys of the Images API, on a page under the account."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST

from accounts.services import PersonRequest
from billing.services import Unit, balance_of
from generation.forms import ApiKeyForm
from generation.services import BadLabel, api


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_store=True)
def keys(request: PersonRequest) -> HttpResponse:
    """What was made is shown in the answer to the form, and never again."""
    if request.method != "POST":
        return _page(request, ApiKeyForm())
    form = ApiKeyForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        made = api.make_key(person=request.user, **form.wish)
    except BadLabel as wrong:
        form.add_error("name", str(wrong))
    except api.TooManyKeys:
        form.add_error(None, _("You have as many keys as one can have. Revoke one that nothing uses."))
    else:
        return _page(request, ApiKeyForm(), made=made, status=HTTPStatus.CREATED)
    return _page(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@login_required
@require_POST
def key_revoke(request: PersonRequest, key_id: int) -> HttpResponse:
    key = api.revoke_key(person=request.user, key_id=key_id)
    messages.success(
        request, _("“%(name)s” is revoked. Nothing can be asked for with it any more.") % {"name": key.name}
    )
    return redirect("keys")


def _page(
    request: PersonRequest, form: ApiKeyForm, *, made: api.MadeKey | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    facts: dict[str, Any] = {
        "form": form,
        "made": made,
        "keys": api.keys_page(person=request.user),
        "api_balance": balance_of(person=request.user, unit=Unit.MICRO_DOLLAR),
        "unit": Unit.MICRO_DOLLAR,
        "address": request.build_absolute_uri("/v1"),
    }
    return render(request, "generation/keys.html", facts, status=status)
