"""Credits for artists: what they are, the form, and what became of it."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import Person
from billing import services
from billing.forms import ApplicationForm


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def artists(request: HttpRequest) -> HttpResponse:
    person = request.user if isinstance(request.user, Person) else None
    if request.method != "POST":
        return _page(request, person, ApplicationForm())
    if person is None:
        return redirect(f"{reverse('account_login')}?next={reverse('artists')}")
    form = ApplicationForm(request.POST)
    if not form.is_valid():
        return _page(request, person, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        services.apply(person=person, **form.cleaned_data)
    except services.NotVerified:
        form.add_error(None, _("Confirm your e-mail address first: the answer goes there."))
        return _page(request, person, form, HTTPStatus.FORBIDDEN)
    except services.WaitsAlready:
        form.add_error(None, _("You have applied already, and nobody has decided yet. Nothing was sent."))
        return _page(request, person, form, HTTPStatus.CONFLICT)
    messages.success(request, _("Sent. A person reads it; you hear by e-mail and on this page."))
    return redirect("artists")


def _page(
    request: HttpRequest, person: Person | None, form: ApplicationForm, status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    mine = services.applications_of(person=person) if person else ()
    waits = any(each.state == "waiting" for each in mine)
    context = {"form": form, "applications": mine, "waits": waits}
    return render(request, "billing/artists.html", context, status=status)
