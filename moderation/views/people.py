"""For people: the content policy, appeals, and the artists' opt-out."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Person
from accounts.services import PersonRequest
from moderation import services
from moderation.forms import OptOutForm

DRAWN = {"job", "upload"}


@require_GET
def policy(request: HttpRequest) -> HttpResponse:
    return render(request, "moderation/policy.html", {"categories": services.policy_shown()})


@login_required
@require_http_methods(["GET", "POST"])
def appeal(request: PersonRequest, kind: str, subject: UUID) -> HttpResponse:
    """Of what a filter refused; one press on the page of the refusal."""
    shown = services.shown_subject(kind=kind, subject=subject) if kind in DRAWN else None
    if shown is None or shown.person_id != request.user.pk:
        raise Http404
    context: dict[str, Any] = {"shown": shown, "action": reverse("appeal", args=[kind, subject])}
    status = HTTPStatus.OK
    if request.method == "POST":
        try:
            words = request.POST.get("words", "")
            services.appeal_refusal(person=request.user, kind=kind, subject=subject, words=words)
            return redirect(shown.own_address)
        except services.BadAppeal as refusal:
            context |= {"wrong": str(refusal), "typed": request.POST}
            status = HTTPStatus.UNPROCESSABLE_ENTITY
    since = shown.created
    context["stands"] = services.standpoint(kind=kind, subject=subject, refused_at=since) if since else None
    context["reason"] = services.reason_in_words(shown.reason or "other")
    return render(request, "moderation/appeal.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def appeal_decision(request: PersonRequest, decision_id: int) -> HttpResponse:
    return _of_decision(request, request.user, decision_id, reverse("appeal_decision", args=[decision_id]))


@require_http_methods(["GET", "POST"])
def appeal_by_letter(request: HttpRequest, token: str) -> HttpResponse:
    """For who cannot sign in any more: the letter's link is the permission."""
    found = services.person_of_letter(token)
    person = Person.objects.filter(pk=found[1]).first() if found else None
    if found is None or person is None:
        raise Http404
    return _of_decision(request, person, found[0], reverse("appeal_by_letter", args=[token]))


@require_http_methods(["GET", "POST"])
def opt_out(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return render(request, "moderation/opt_out.html", {"sent": "sent" in request.GET})
    form, wrong = OptOutForm(request.POST), {}
    address, site = request.META.get("REMOTE_ADDR", ""), request.build_absolute_uri("/").rstrip("/")
    try:
        services.ask_to_opt_out(**form.typed(), address=address, site=site)
        return redirect(f"{reverse('opt_out')}?sent")
    except services.BadOptOut as refusal:
        wrong, status = {refusal.field: str(refusal)}, HTTPStatus.UNPROCESSABLE_ENTITY
    except services.TooManyOptOuts:
        wrong, status = {"all": _("A lot was sent from here today. Try again tomorrow.")}, HTTPStatus.TOO_MANY_REQUESTS
    return render(request, "moderation/opt_out.html", {"wrong": wrong, "typed": form.typed()}, status=status)


@require_http_methods(["GET", "POST"])
def opt_out_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """A button, not the link itself: programs that read letters follow links."""
    asked = services.confirm_opt_out(token=token) if request.method == "POST" else None
    if request.method == "POST" and asked is None:
        raise Http404
    return render(request, "moderation/opt_out_confirm.html", {"asked": asked})


def _of_decision(request: HttpRequest, person: Person, decision_id: int, action: str) -> HttpResponse:
    decision = services.decision_for(person=person, decision_id=decision_id)
    context: dict[str, Any] = {"decision": decision, "action": action}
    status = HTTPStatus.OK
    if request.method == "POST":
        try:
            services.appeal_decision(person=person, decision_id=decision_id, words=request.POST.get("words", ""))
            return redirect(action)
        except services.BadAppeal as refusal:
            context |= {"wrong": str(refusal), "typed": request.POST}
            status = HTTPStatus.UNPROCESSABLE_ENTITY
    context["stands"] = services.standpoint_of_decision(decision)
    context["reason"] = services.reason_in_words(decision.reason)
    case = decision.case
    context["shown"] = services.shown_subject(kind=case.subject_kind, subject=case.subject)
    return render(request, "moderation/appeal.html", context, status=status)
