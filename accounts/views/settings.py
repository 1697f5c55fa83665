"""What a person says of themselves, and how they sign in."""

from http import HTTPStatus

from allauth.account.models import EmailAddress
from allauth.mfa.utils import is_mfa_enabled
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import services
from accounts.forms import ProfileForm
from accounts.services import PersonRequest

FIELDS = ("display_name", "theme", "time_zone", "squares", "words")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: PersonRequest) -> HttpResponse:
    if request.method != "POST":
        kept = {name: getattr(request.user, name) for name in FIELDS}
        return render(request, "accounts/profile.html", {"form": ProfileForm(initial=kept)})
    form = ProfileForm(request.POST)
    if form.is_valid():
        try:
            services.change_profile(person=request.user, **form.cleaned_data)
        except services.BadName:
            form.add_error("display_name", _("This name cannot stand on public pages. Choose another."))
        else:
            messages.success(request, _("Your settings are saved."))
            return redirect("profile")
    return render(request, "accounts/profile.html", {"form": form}, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@login_required
@require_GET
def security(request: PersonRequest) -> HttpResponse:
    addresses = EmailAddress.objects.filter(user=request.user).order_by("-primary", "email")
    UserSession.objects.create_from_request(request)  # one from before they were counted is not counted yet
    context = {
        "addresses": addresses,
        "second_factor": is_mfa_enabled(request.user),
        "sessions": UserSession.objects.purge_and_list(request.user),
        "other_sites": get_adapter().list_providers(request),
        "vouched": SocialAccount.objects.filter(user=request.user).order_by("provider"),
    }
    return render(request, "accounts/security.html", context)


@login_required
@require_POST
def sign_out(request: PersonRequest) -> HttpResponse:
    """Everywhere but here."""
    services.sign_out_everywhere(person=request.user)
    update_session_auth_hash(request, request.user)
    UserSession.objects.create_from_request(request)
    messages.success(request, _("You are signed out everywhere but here."))
    return redirect("security")
