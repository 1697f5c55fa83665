"""The pages of the queue: who may come in, what each press does, and two windows that meet."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern
from django.utils import timezone

from accounts.models import Person
from accounts.services import messages_page
from moderation import services, urls
from moderation.models import Case, Decision, Note, Reviewer, SecondLook, Viewing
from tests import people
from tests.moderation.conftest import Told
from tests.moderation.review import acts_logged, browser, decide, moderator, picture_of, reported

MODERATORS = {
    "review": "get", "review_case": "get", "review_decide": "post", "review_answer": "post", "review_confirm": "post",
    "review_release": "post", "review_here": "post", "review_hand_over": "post", "review_note": "post",
    "review_together": "get",
    "review_picture": "get", "review_undo": "post", "review_undo_many": "post", "review_preferences": "get",
    "review_second": "get",
    "review_log": "get", "review_log_file": "get", "review_figures": "get",
}  # fmt: skip
EVERYBODY = {"policy", "opt_out", "opt_out_confirm", "appeal", "appeal_decision", "appeal_by_letter"}


def addresses(case: Case) -> dict[str, str]:
    """From the site itself, so that a new address must be named above."""
    found = {}
    for pattern in urls.urlpatterns:
        assert isinstance(pattern, URLPattern)
        path = "/" + str(pattern.pattern)
        for word, value in {
            "int:case_id": case.pk,
            "int:decision_id": 1,
            "int:place": 0,
            "uuid:batch": uuid4(),
        }.items():
            path = path.replace(f"<{word}>", str(value))
        found[str(pattern.name)] = path
    return found


def test_every_address_is_for_moderators_or_named_for_everybody(alice: Person) -> None:
    assert set(addresses(reported(alice))) == set(MODERATORS) | EVERYBODY


@pytest.mark.parametrize("name", MODERATORS)
def test_nobody_but_moderators_comes_in(alice: Person, as_bob: Client, as_stranger: Client, name: str) -> None:
    case = reported(alice)
    path = addresses(case)[name]
    ask = {"get": lambda client: client.get(path), "post": lambda client: client.post(path)}[MODERATORS[name]]
    staff = people.make("staff")
    Person.objects.filter(pk=staff.pk).update(is_staff=True)
    not_staff = moderator("not-staff")
    Person.objects.filter(pk=not_staff.pk).update(is_staff=False)
    for client in (as_bob, people.browser_of(alice), browser(staff), browser(not_staff)):
        assert ask(client).status_code == 404
    answer = ask(as_stranger)
    assert (answer.status_code, answer["Location"].startswith("/admin/login/")) == (302, True)
    case.refresh_from_db()
    assert case.is_open and case.claimed_by is None and not acts_logged()


def version_in(page: str) -> str:
    return re.search(r'name="version" value="(\d+)"', page).group(1)


def test_open_clear_next_and_undo(alice: Person, bob: Person) -> None:
    cases, mod = [reported(alice, by=bob) for _ in range(3)], moderator()
    client = browser(mod)
    answer = client.get("/admin/review/")
    assert answer["Location"].startswith(f"/admin/review/{cases[0].pk}?")
    page = client.get(answer["Location"]).content.decode()
    assert "Do not draw symbols of hate" in page and "a red fox reading a map" in page and "bob@example.com" in page
    assert Case.objects.get(pk=cases[0].pk).claimed_by == mod
    answer = client.post(f"/admin/review/{cases[0].pk}/decide", {"act": "clear", "version": version_in(page)})
    done = Decision.objects.get()
    assert answer["Location"] == f"/admin/review/{cases[1].pk}?done={done.pk}"
    page = client.get(answer["Location"]).content.decode()
    assert f"/admin/review/decisions/{done.pk}/undo" in page
    answer = client.post(f"/admin/review/decisions/{done.pk}/undo")
    assert answer["Location"] == f"/admin/review/{cases[0].pk}?"
    assert Case.objects.filter(closed_at=None).count() == 3


def test_the_second_window_is_told_and_nothing_is_done_twice(alice: Person) -> None:
    case, client = reported(alice), browser(moderator())
    version = version_in(client.get(f"/admin/review/{case.pk}").content.decode())
    form = {"act": "clear", "version": version}
    assert client.post(f"/admin/review/{case.pk}/decide", form).status_code == 302
    late = client.post(f"/admin/review/{case.pk}/decide", {**form, "act": "remove", "reason": "hate"})
    assert late.status_code == 409 and "quicker" in late.content.decode()
    assert Decision.objects.get().acts == ["clear"] and picture_of(case).removed_at is None


def test_a_case_that_somebody_holds_says_so(alice: Person) -> None:
    case, first, second = reported(alice), moderator("first"), moderator("second")
    browser(first).get(f"/admin/review/{case.pk}")
    page = browser(second).get(f"/admin/review/{case.pk}").content.decode()
    assert "Held by first@example.com" in page and "Also here: first@example.com" in page
    answer = browser(second).post(f"/admin/review/{case.pk}/decide", {"act": "clear", "version": version_in(page)})
    assert answer.status_code == 409
    now = browser(second).post(f"/admin/review/{case.pk}/here").json()
    assert (now["viewers"], now["holder"]) == (["first@example.com"], "first@example.com")
    browser(first).post(f"/admin/review/{case.pk}/release")
    assert Case.objects.get().claimed_by is None


def test_what_is_wrong_is_said_and_the_words_are_kept(alice: Person) -> None:
    case, client = reported(alice), browser(moderator())
    page = client.get(f"/admin/review/{case.pk}").content.decode()
    form = {"version": version_in(page), "words": "Because.", "reason": "hate"}
    answer = client.post(f"/admin/review/{case.pk}/decide", form)
    assert answer.status_code == 422
    assert "Choose what is to be done" in answer.content.decode() and "Because." in answer.content.decode()


def test_pictures_are_for_moderators_blurred_until_they_say_otherwise(alice: Person) -> None:
    case, mod = reported(alice), moderator()
    client = browser(mod)
    assert "evidence--blur evidence--grey" in client.get(f"/admin/review/{case.pk}").content.decode()
    answer = client.get(f"/admin/review/{case.pk}/pictures/0")
    assert answer["Content-Type"] == "image/webp" and "no-store" in answer["Cache-Control"]
    assert client.get(f"/admin/review/{case.pk}/pictures/1").status_code == 404
    client.post("/admin/review/preferences", {"grey": "on", "skip": ["hate", "nonsense"]})
    reviewer = Reviewer.objects.get()
    assert (reviewer.blur, reviewer.grey, reviewer.skipped) == (False, True, ["hate"])
    assert services.next_case(moderator=mod) is None
    assert "evidence--blur" not in client.get(f"/admin/review/{case.pk}").content.decode()


def test_notes_are_internal_or_shown(alice: Person, told: Told) -> None:
    case, client = reported(alice), browser(moderator())
    client.post(f"/admin/review/{case.pk}/note", {"text": "Between us."})
    assert client.post(f"/admin/review/{case.pk}/note", {"text": "  "}).status_code == 422
    client.post(f"/admin/review/{case.pk}/note", {"text": "Dear Alice.", "shown": "1"})
    assert [note.shown for note in Note.objects.all()] == [False, True]
    assert [(message["person"], message["data"]) for message in told] == [(alice, {"words": "Dear Alice."})]


def test_together_from_the_page(alice: Person) -> None:
    cases, client = [reported(alice) for _ in range(21)], browser(moderator())
    path = f"/admin/review/{cases[0].pk}/together?by=person"
    assert client.get(path).content.decode().count('name="case"') == 21
    form = {"case": [case.pk for case in cases], "act": "remove", "reason": "spam"}
    answer = client.post(path, form)
    assert answer.status_code == 422 and "Type 21" in answer.content.decode()
    answer = client.post(path, {**form, "count": "21"})
    assert not Case.objects.filter(closed_at=None).exists()
    (batch,) = set(Decision.objects.values_list("batch", flat=True))
    page = client.get(answer["Location"]).content.decode()
    assert "21 cases decided" in page and f"/admin/review/batches/{batch}/undo" in page
    client.post(f"/admin/review/batches/{batch}/undo")
    assert Case.objects.filter(closed_at=None).count() == 21


def test_a_second_look_is_blind_and_counts(alice: Person, settings) -> None:
    settings.SECOND_LOOK_SHARE = 1.0
    first, second = moderator("first"), moderator("second")
    for act in ("clear", "clear", "remove"):
        decide(reported(alice), first, act)
    assert services.next_second_look(moderator=first) is None
    client = browser(second)
    for breach in ("0", "1", "1"):
        page = client.get("/admin/review/second").content.decode()
        look = re.search(r'name="look" value="(\d+)"', page).group(1)
        assert "first@example.com" not in page
        assert browser(first).post("/admin/review/second", {"look": look, "breach": breach}).status_code == 404
        client.post("/admin/review/second", {"look": look, "breach": breach})
    found = services.figures()
    assert (found.looked_twice, found.agreed, round(found.kappa, 2)) == (3, 2, 0.4)
    assert SecondLook.objects.filter(done_at=None).count() == 0
    assert "kappa 0.40" in client.get("/admin/review/figures").content.decode()


def test_figures_are_counted(alice: Person) -> None:
    mod = moderator()
    for act in ("clear", "clear", "remove"):
        case = reported(alice)
        services.flag(kind="picture", subject=case.subject, person=alice, source="nudity", category="sexual")
        decide(case, mod, act)
    reported(alice)
    found = services.figures()
    assert (found.open_cases, sum(bar.value for bar in found.inflow), found.decided[-1].value) == (1, 7, 3)
    assert [(rule.source, rule.decided, rule.cleared, rule.percent) for rule in found.false_alarms] == [
        ("nudity", 3, 2, 67)
    ]
    page = browser(mod).get("/admin/review/figures").content.decode()
    assert "<svg" in page and "67 %" in page


def test_the_admin_leads_here(alice: Person) -> None:
    assert "/admin/review/" in browser(moderator("operator", operator=True)).get("/admin/").content.decode()
    client = browser(moderator())
    assert 'href="/admin/review/"' in client.get("/").content.decode()
    assert 'href="/admin/review/"' not in people.browser_of(alice).get("/").content.decode()


def test_what_is_held_is_handed_over_to_a_colleague(alice: Person) -> None:
    case, first, second = reported(alice), moderator("first"), moderator("second")
    page = browser(first).get(f"/admin/review/{case.pk}").content.decode()
    assert '<option value="second@example.com">' in page and '<option value="first@example.com">' not in page
    path = f"/admin/review/{case.pk}/hand-over"
    for nobody in ("alice@example.com", "first@example.com", ""):
        answer = browser(first).post(path, {"to": nobody})
        assert answer.status_code == 422 and "Nobody of this name" in answer.content.decode()
    assert browser(second).post(path, {"to": "first@example.com"}).status_code == 422  # not theirs to give
    assert browser(first).post(path, {"to": "second@example.com"}).status_code == 302
    case.refresh_from_db()
    assert case.claimed_by == second and acts_logged() == ["hand over"]
    message = messages_page(person=second).messages[0]
    assert message.link == f"/admin/review/{case.pk}" and message.data == {"who": "first@example.com"}
    assert services.next_case(moderator=first) is None and services.next_case(moderator=second) == case


def test_after_enough_hard_cases_a_day_milder_ones_come(alice: Person) -> None:
    hard, mild, mod = [reported(alice) for _ in range(3)], reported(alice, reason="spam"), moderator()
    client = browser(mod)
    client.post("/admin/review/preferences", {"hard_a_day": "2"})
    for case in hard[:2]:
        assert services.next_case(moderator=mod).harm == 3
        client.get(f"/admin/review/{case.pk}")
    assert services.next_case(moderator=mod) == mild
    decide(mild, mod, "clear")
    assert "They wait for others, or for tomorrow" in client.get("/admin/review/").content.decode()
    Viewing.objects.update(seen_at=timezone.now() - timedelta(days=1))
    assert services.next_case(moderator=mod).harm == 3
    client.post("/admin/review/preferences", {"hard_a_day": "-5"})
    assert Reviewer.objects.get().hard_a_day == 0 and not services.has_seen_enough(moderator=mod)
