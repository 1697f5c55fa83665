"""Closing the account, and keeping it after all."""

from http import HTTPStatus

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import services
from accounts.forms import CloseForm
from accounts.services import PersonRequest


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def close(request: PersonRequest) -> HttpResponse:
    form = CloseForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            until = services.close_account(person=request.user, typed=form.cleaned_data["email"])
        except services.WrongAddress:
            form.add_error("email", _("That is not the address of this account. Nothing was closed."))
        except services.LastOperator:
            form.add_error(None, _("You are the only operator of this site. Make another one first."))
        else:
            logout(request)
            day = date_format(localtime(until))
            messages.info(request, _("Your account closes on %(day)s. Until then, sign in to keep it.") % {"day": day})
            return redirect("prompt")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "accounts/close.html", {"form": form, "days": services.GRACE.days}, status=status)


@login_required
@require_GET
def closing(request: PersonRequest) -> HttpResponse:
    if request.user.closing_at is None:
        return redirect("profile")
    return render(request, "accounts/closing.html", {"too_late": request.user.closing_at <= now()})


@login_required
@require_POST
def keep(request: PersonRequest) -> HttpResponse:
    try:
        services.keep_account(person=request.user)
    except services.TooLate:
        return redirect("closing")
    messages.success(request, _("Your account stays as it was."))
    return redirect("prompt")
