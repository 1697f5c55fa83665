"""The queue: one page that shows the list, a case, and what can be done with it. Every act leads to the next case."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.services import PersonRequest
from moderation import services
from moderation.forms import number, ruling_of, uuid_of
from moderation.models import Case
from moderation.views.access import moderators_only

FILTERS = ("category", "kind")


@moderators_only
@require_GET
def review(request: PersonRequest) -> HttpResponse:
    """The first that this moderator may decide; where nothing waits, the page says so."""
    case = services.next_case(moderator=request.user)
    return _to(request, case) if case else render(request, "moderation/queue.html", _frame(request))


@moderators_only
@require_GET
def case(request: PersonRequest, case_id: int) -> HttpResponse:
    found = services.case_for(case_id=case_id)
    if found.is_open:
        services.claim(case_id=found.pk, moderator=request.user)
    return _page(request, services.case_for(case_id=case_id))


@moderators_only
@require_POST
def decide(request: PersonRequest, case_id: int) -> HttpResponse:
    found = services.case_for(case_id=case_id)
    version, ruling = number(request.POST.get("version", "")), ruling_of(request.POST)
    try:
        done = services.decide(case_id=found.pk, version=version, moderator=request.user, ruling=ruling)
    except services.BadDecision as refusal:
        return _page(request, found, str(refusal), HTTPStatus.UNPROCESSABLE_ENTITY, typed=request.POST)
    except (services.CaseMoved, services.NotYours) as refusal:
        return _too_late(request, case_id, refusal)
    return _onwards(request, found, done=done.pk)


@moderators_only
@require_POST
def second(request: PersonRequest, case_id: int, decision_id: int) -> HttpResponse:
    """The second moderator's word on a deactivation."""
    found = services.case_for(case_id=case_id)
    version, agrees = number(request.POST.get("version", "")), request.POST.get("agrees") == "1"
    try:
        services.second(
            case_id=case_id, decision_id=decision_id, version=version, moderator=request.user, agrees=agrees
        )
    except (services.CaseMoved, services.NotYours) as refusal:
        return _too_late(request, case_id, refusal)
    return _onwards(request, found)


@moderators_only
@require_POST
def answer(request: PersonRequest, case_id: int) -> HttpResponse:
    """An appeal is upheld or not."""
    found, appeal_id = services.case_for(case_id=case_id), uuid_of(request.POST.get("appeal", ""))
    upheld, words = request.POST.get("upheld") == "1", request.POST.get("answer", "")
    version = number(request.POST.get("version", ""))
    try:
        services.answer_appeal(
            appeal_id=appeal_id, version=version, moderator=request.user, upheld=upheld, answer=words
        )
    except services.BadAppeal as refusal:
        return _page(request, found, str(refusal), HTTPStatus.UNPROCESSABLE_ENTITY, typed=request.POST)
    except (services.CaseMoved, services.NotYours) as refusal:
        return _too_late(request, case_id, refusal)
    return _onwards(request, found)


@moderators_only
@require_POST
def undo(request: PersonRequest, decision_id: int) -> HttpResponse:
    """Back to the case, as it was."""
    try:
        undone = services.reverse(decision_id=decision_id, moderator=request.user)
    except (services.CaseMoved, services.NotYours):
        return redirect("review")
    return _to(request, undone.case)


@moderators_only
@require_POST
def undo_many(request: PersonRequest, batch: UUID) -> HttpResponse:
    services.reverse_many(batch=batch, moderator=request.user)
    return redirect("review")


@moderators_only
@require_POST
def release(request: PersonRequest, case_id: int) -> HttpResponse:
    services.release(case_id=case_id, moderator=request.user)
    return _onwards(request, services.case_for(case_id=case_id))


@moderators_only
@require_POST
def hand_over(request: PersonRequest, case_id: int) -> HttpResponse:
    found = services.case_for(case_id=case_id)
    try:
        services.hand_over(case_id=case_id, moderator=request.user, to=request.POST.get("to", ""))
    except services.NoColleague as refusal:
        return _page(request, found, str(refusal), HTTPStatus.UNPROCESSABLE_ENTITY)
    return _onwards(request, found)


@moderators_only
@require_POST
def here(request: PersonRequest, case_id: int) -> JsonResponse:
    """An open page says that somebody is still at it, and hears who else is."""
    found = services.case_for(case_id=case_id)
    if found.claimed_by_id == request.user.pk:
        services.claim(case_id=case_id, moderator=request.user)
    found = services.case_for(case_id=case_id)
    return JsonResponse(services.presence(case=found, moderator=request.user))


@moderators_only
@require_POST
def note(request: PersonRequest, case_id: int) -> HttpResponse:
    found = services.case_for(case_id=case_id)
    text, shown = request.POST.get("text", ""), request.POST.get("shown") == "1"
    try:
        services.add_note(case=found, author=request.user, text=text, shown=shown)
    except services.BadNote as refusal:
        return _page(request, found, str(refusal), HTTPStatus.UNPROCESSABLE_ENTITY, typed=request.POST)
    return redirect(f"{reverse('review_case', args=[case_id])}?{_filters(request)}#notes")


@moderators_only
@require_http_methods(["GET", "POST"])
def together(request: PersonRequest, case_id: int) -> HttpResponse:
    """All that is open of one account, or of one picture, decided with one press."""
    found, by = services.case_for(case_id=case_id), request.GET.get("by", "person")
    context: dict[str, Any] = {
        "case": found,
        "by": by,
        "typed": request.POST,
        "categories": services.categories().values(),
    }
    status = HTTPStatus.OK
    if request.method == "POST":
        ids, count = [number(each) for each in request.POST.getlist("case")], request.POST.get("count", "")
        try:
            ruling = ruling_of(request.POST)
            batch, _done = services.decide_many(case_ids=ids, moderator=request.user, ruling=ruling, typed=count)
            return _onwards(request, found, batch=batch)
        except services.BadDecision as refusal:
            context["wrong"], status = str(refusal), HTTPStatus.UNPROCESSABLE_ENTITY
    context |= {"cases": services.together(case=found, by=by), "ask_over": services.ASK_OVER}
    return render(request, "moderation/together.html", context, status=status)


@moderators_only
@require_GET
def picture(request: PersonRequest, case_id: int, place: int) -> HttpResponse:
    content = services.picture_of_case(case=services.case_for(case_id=case_id), place=place)
    return HttpResponse(content, content_type="image/webp")


@moderators_only
@require_http_methods(["GET", "POST"])
def preferences(request: PersonRequest) -> HttpResponse:
    if request.method == "POST":
        services.change_reviewer(
            person=request.user,
            blur="blur" in request.POST,
            grey="grey" in request.POST,
            skipped=request.POST.getlist("skip"),
            hard_a_day=number(request.POST.get("hard_a_day", "")),
        )
        return redirect("review")
    reviewer = services.reviewer_of(person=request.user)
    context = {"reviewer": reviewer, "categories": services.categories().values()}
    return render(request, "moderation/preferences.html", context)


def _page(
    request: PersonRequest, found: Case, wrong: str = "", status: HTTPStatus = HTTPStatus.OK, typed: Any = None
) -> HttpResponse:
    desk = services.desk_of(case=found, moderator=request.user)
    context = _frame(request) | {"desk": desk, "wrong": wrong, "typed": typed, "current": found.pk}
    context |= services.neighbours(rows=context["rows"], case=found)
    return render(request, "moderation/queue.html", context, status=status)


def _frame(request: PersonRequest) -> dict[str, Any]:
    chosen = {name: request.GET.get(name, "") for name in FILTERS}
    return {
        "rows": services.queue_rows(moderator=request.user, slug=chosen["category"], kind=chosen["kind"]),
        "waiting": services.waiting_count(),
        "chosen": chosen,
        "query": _filters(request),
        "categories": services.categories().values(),
        "reviewer": services.reviewer_of(person=request.user),
        "enough": services.has_seen_enough(moderator=request.user),
        "batch": services.undoable_batch(moderator=request.user, batch=uuid_of(request.GET.get("batch", ""))),
        "undoable": services.undoable(moderator=request.user, decision_id=request.GET.get("done", "")),
    }


def _too_late(request: PersonRequest, case_id: int, refusal: Exception) -> HttpResponse:
    found = services.case_for(case_id=case_id)
    words = _("Somebody else was quicker, or you were in another window. This is how the case stands now.")
    if isinstance(refusal, services.NotYours):
        words = _("Somebody else has to decide this: it is about you, or about what you decided.")
    return _page(request, found, words, HTTPStatus.CONFLICT)


def _onwards(request: PersonRequest, before: Case, **more: Any) -> HttpResponse:
    following = services.next_case(moderator=request.user, after=before)
    if following is None:
        return redirect(f"{reverse('review')}?{_filters(request, **more)}")
    return _to(request, following, **more)


def _to(request: PersonRequest, found: Case, **more: Any) -> HttpResponse:
    return redirect(f"{reverse('review_case', args=[found.pk])}?{_filters(request, **more)}")


def _filters(request: PersonRequest, **more: Any) -> str:
    kept = {name: request.GET[name] for name in FILTERS if request.GET.get(name)}
    return urlencode({**kept, **more})
