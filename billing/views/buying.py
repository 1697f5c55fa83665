"""Buying: what is for sale, what became of a purchase, what was paid."""

import logging
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from csp.decorators import csp_update
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Person
from accounts.services import PersonRequest
from billing import services
from billing.forms import OfferForm, new_key

logger = logging.getLogger(__name__)

# Where a form's answer leads counts as where the form leads.
to_stripe: Callable[..., Any] = csp_update({"form-action": [settings.STRIPE_CHECKOUT]})


@to_stripe
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def buy(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _packs(request)
    if not isinstance(request.user, Person):
        return redirect(f"{reverse('account_signup')}?next={reverse('buy')}")
    form = OfferForm(request.POST)
    if not form.is_valid():
        return _refused(request, _("That is not for sale. Nothing was charged."), HTTPStatus.UNPROCESSABLE_ENTITY)
    return _bought(request, request.user, form)


@to_stripe
@login_required
@never_cache
@require_GET
def purchase(request: PersonRequest, purchase_id: UUID) -> HttpResponse:
    """Where Stripe's page leads back to, paid or not."""
    found = services.come_back(person=request.user, purchase_id=purchase_id)
    return render(request, "billing/purchase.html", {"purchase": found, "test_mode": services.is_test_mode()})


@login_required
@never_cache
@require_GET
def payments(request: PersonRequest) -> HttpResponse:
    before = _moment(request.GET.get("before", ""))
    page = services.payments(person=request.user, before=before)
    return render(request, "billing/payments.html", {"page": page, "test_mode": services.is_test_mode()})


def _bought(request: HttpRequest, person: Person, form: OfferForm) -> HttpResponse:
    try:
        made = services.start_purchase(
            person=person,
            offer=form.offer,
            key=form.press,
            page=lambda pk: request.build_absolute_uri(reverse("purchase", args=[pk])),
        )
    except services.BuyingOff:
        return _packs(request, status=HTTPStatus.SERVICE_UNAVAILABLE)
    except services.PackWithdrawn:
        said = _("That pack is not sold any more, or its price has changed. Nothing was charged. This is for sale now:")
        return _refused(request, said, HTTPStatus.CONFLICT)
    except services.PressedBefore:
        said = _(
            "This button was pressed before. Press once more to buy again; what you paid stands under your payments."
        )
        return _refused(request, said, HTTPStatus.CONFLICT)
    except services.TooManyPurchases:
        said = _("You have begun too many purchases within the hour. Nothing was charged. Try again later.")
        return _refused(request, said, HTTPStatus.TOO_MANY_REQUESTS)
    except (services.Away, services.Refused) as error:
        return _no_session(request, form, error)
    return redirect(made.session_url)


def _no_session(request: HttpRequest, form: OfferForm, error: Exception) -> HttpResponse:
    """The same key once more: whatever Stripe did with the first one, there is one session."""
    if isinstance(error, services.Away):
        logger.warning("no session for a purchase, Stripe is away: %s", error)
        said = _("Stripe, which takes the payments, does not answer. Nothing was charged. Press again in a minute.")
        status = HTTPStatus.SERVICE_UNAVAILABLE
    else:
        logger.error("no session for a purchase, Stripe refused it: %s", error)
        said = _("Stripe, which takes the payments, did not take this order. Nothing was charged.")
        status = HTTPStatus.BAD_GATEWAY
    return _packs(request, said, status, key=form.cleaned_data["key"])


def _refused(request: HttpRequest, said: str, status: HTTPStatus) -> HttpResponse:
    logger.warning("an order of person %s was refused (%d): %s", request.user.pk, status, said)
    return _packs(request, said, status)


def _packs(
    request: HttpRequest, said: str = "", status: HTTPStatus = HTTPStatus.OK, *, key: str | None = None
) -> HttpResponse:
    context = {
        **services.shop(person=request.user if isinstance(request.user, Person) else None),
        "said": said,
        "key": key or new_key(),
    }
    return render(request, "billing/buy.html", context, status=status)


def _moment(typed: str) -> datetime | None:
    try:
        return parse_datetime(typed)
    except ValueError:
        return None
