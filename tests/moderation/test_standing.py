"""What decisions come to for a person: strikes, suspension, deactivation, and what undoing takes along."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts import services as accounts
from accounts.models import Message, Person
from billing import services as billing
from generation import services as studio
from generation.models import Job
from moderation import services
from moderation.models import Decision, Standing, Strike
from moderation.services import telling
from moderation.services.access import ALONE_AFTER
from tests.generation.steps import claimed, started
from tests.generation.walls import hang
from tests.moderation.conftest import Told
from tests.moderation.review import acts_logged, browser, decide, moderator, picture_of, reported


def confirm(decision: Decision, by: Person, *, agrees: bool = True) -> Decision:
    decision.case.refresh_from_db()
    which = {"case_id": decision.case_id, "decision_id": decision.pk, "version": decision.case.version}
    return services.second(**which, moderator=by, agrees=agrees)


def standing(person: Person) -> Standing:
    return Standing.objects.get(person=person)


def test_points_add_up_suspend_expire_and_are_voided_not_deleted(alice: Person) -> None:
    mod = moderator()
    decide(reported(alice), mod, "strike", points=1)
    assert services.points_of(person=alice) == 1
    services.check_not_suspended(person=alice)
    second = decide(reported(alice), mod, "remove", "strike", points=1)
    with pytest.raises(services.Suspended):
        services.check_not_suspended(person=alice)
    days = (standing(alice).suspended_until - timezone.now()).total_seconds() / 86400
    assert settings.SUSPEND_DAYS - 0.1 < days <= settings.SUSPEND_DAYS
    services.reverse(decision_id=second.pk, moderator=mod)
    services.check_not_suspended(person=alice)
    assert (services.points_of(person=alice), Strike.objects.count()) == (1, 2)
    Strike.objects.update(expires_at=timezone.now())
    assert services.points_of(person=alice) == 0


def test_suspended_one_looks_but_draws_brings_and_shares_nothing(alice: Person, as_alice: Client) -> None:
    picture = hang(alice)[0]
    decide(reported(alice), moderator(), "suspend", days=7)
    before = billing.balance_of(person=alice)
    answer = as_alice.post("/jobs", {"prompt": "a fox", "key": "k"})
    assert answer.status_code == 403 and "You cannot draw or bring pictures until" in answer.content.decode()
    assert (
        as_alice.post("/variations", {"source": f"picture:{picture.pk}", "strength": "0.5", "key": "v"}).status_code
        == 403
    )
    shared = as_alice.post(f"/pictures/{picture.pk}/share", {"visibility": "unlisted"})
    assert shared.status_code == 422 and "You cannot share for now" in shared.content.decode()
    assert as_alice.get("/history").status_code == 200
    assert (billing.balance_of(person=alice), Job.objects.filter(key="k").exists()) == (before, False)
    Standing.objects.update(suspended_until=timezone.now())
    assert as_alice.post("/jobs", {"prompt": "a fox", "key": "k"}).status_code == 302


def test_the_longest_of_two_suspensions_holds_and_undoing_one_leaves_the_other(alice: Person) -> None:
    mod, first, second = moderator(), reported(alice), reported(alice)
    long = decide(first, mod, "suspend", days=30)
    short = decide(second, mod, "suspend", days=2)
    assert standing(alice).suspended_until == long.suspended_until
    services.reverse(decision_id=long.pk, moderator=mod)
    assert standing(alice).suspended_until == short.suspended_until


def test_deactivation_takes_two_moderators(alice: Person) -> None:
    case, first, second = reported(alice), moderator("first"), moderator("second")
    proposed = decide(case, first, "remove", "deactivate")
    picture = picture_of(case)
    alice.refresh_from_db()
    assert alice.is_active and picture.removed_at  # the removal holds at once
    with pytest.raises(services.NotYours):
        confirm(proposed, first)
    assert services.next_case(moderator=first) is None and services.next_case(moderator=second) == case
    confirm(proposed, second)
    alice.refresh_from_db()
    case.refresh_from_db()
    assert not alice.is_active and not case.is_open
    assert acts_logged() == ["decide", "decide", "confirm"]


def test_refused_by_the_second_it_never_was(alice: Person) -> None:
    case, first, second = reported(alice), moderator("first"), moderator("second")
    confirm(decide(case, first, "deactivate"), second, agrees=False)
    alice.refresh_from_db()
    case.refresh_from_db()
    assert alice.is_active and case.is_open
    decide(case, second, "clear")


def test_a_lone_operator_confirms_a_day_later_and_it_is_logged(alice: Person) -> None:
    operator = moderator("operator", operator=True)
    proposed = decide(reported(alice), operator, "deactivate")
    with pytest.raises(services.NotYours):
        confirm(proposed, operator)
    Decision.objects.update(created=timezone.now() - ALONE_AFTER)
    assert confirm(proposed, operator).alone
    assert services.figures().alone == 1


def test_deactivated_signed_out_cancelled_paid_back_hidden_and_all_of_it_undone(
    alice: Person, as_alice: Client, as_stranger: Client
) -> None:
    waiting = started(alice, key="waiting")
    held = claimed(alice, key="held")
    case, other = reported(alice), reported(alice)
    token, removed = picture_of(case).share.token, picture_of(other).share.token
    first, second = moderator("first"), moderator("second")
    decide(other, first, "remove")
    assert as_alice.get("/history").status_code == 200
    with pytest.MonkeyPatch.context():
        confirm(decide(case, first, "deactivate"), second)
    assert as_alice.get("/history").status_code == 302  # to the sign-in
    assert (
        as_stranger.post("/accounts/login/", {"login": alice.email, "password": "correct horse battery"})["Location"]
        == "/accounts/inactive/"
    )
    assert {job.status for job in Job.objects.filter(pk__in=[waiting.pk, held.job_id])} == {Job.Status.CANCELLED}
    assert billing.balance_of(person=alice) == settings.FIRST_MONTH_CREDITS
    assert not studio.deliver(held, pictures=())
    assert as_stranger.get(f"/s/{token}").status_code == 404

    case.refresh_from_db()
    services.flag(kind="picture", subject=case.subject, person=alice, source="x", category="spam")
    decide(case, second, "reinstate")
    assert as_stranger.get(f"/s/{token}").status_code == 200
    assert as_stranger.get(f"/s/{removed}").status_code == 404  # another decision's
    assert people_can_sign_in(alice)
    assert Job.objects.get(pk=waiting.pk).status == Job.Status.CANCELLED


def people_can_sign_in(person: Person) -> bool:
    answer = Client().post("/accounts/login/", {"login": person.email, "password": "correct horse battery"})
    return answer["Location"] == "/"


def test_who_is_concerned_is_told_a_minute_later_and_not_after_an_undo(alice: Person, bob: Person, told: Told) -> None:
    mod = moderator()
    kept = decide(reported(alice, by=bob), mod, "remove", words="The flag.")
    undone = decide(reported(alice, by=bob), mod, "remove")
    services.reverse(decision_id=undone.pk, moderator=mod)
    assert services.tell_due() == 0
    later = timezone.now() - timedelta(minutes=2)
    Decision.objects.update(created=later)
    kept.case.reports.update(closed_at=later)
    assert services.tell_due() == 2
    assert services.tell_due() == 0
    to_alice, to_bob = told
    assert (to_alice["person"], to_alice["link"]) == (alice, f"/appeals/decisions/{kept.pk}")
    assert to_alice["data"] == {"reason": "Hate", "words": "The flag."}
    assert to_bob["person"] == bob and "not shown any more" in to_bob["body"]
    services.reverse(decision_id=kept.pk, moderator=mod)
    assert (told[2]["person"], told[2]["title"]) == (alice, "What was decided is undone")


def test_of_child_safety_no_detail_is_told(alice: Person, told: Told) -> None:
    decide(reported(alice), moderator(), "remove", reason="child-safety")
    Decision.objects.update(created=timezone.now() - timedelta(minutes=2))
    services.tell_due()
    assert told[0]["data"]["reason"] == "the content policy" and "hild" not in str(told)


def test_it_comes_to_the_inbox_and_who_has_left_is_told_nothing(alice: Person, as_alice: Client) -> None:
    telling.send(person=alice, kind="x", title="Until %(day)s", body="%(a)s.", data={"day": "2026-11-20", "a": "B"})
    page = as_alice.get("/inbox").content.decode()
    assert "Until Nov. 20, 2026" in page and not mail.outbox
    Message.objects.all().delete()
    Person.objects.filter(pk=alice.pk).update(closed_at=timezone.now())
    alice.refresh_from_db()
    telling.send(person=alice, kind="x", title="Too late")
    assert not Message.objects.exists()


def deactivated(person: Person) -> Decision:
    proposed = decide(reported(person), moderator("first"), "deactivate")
    return confirm(proposed, moderator("second"))


def test_who_is_deactivated_is_not_let_in_again_by_keeping_the_account(alice: Person) -> None:
    accounts.close_account(person=alice, typed=alice.email)
    deactivated(alice)
    with pytest.raises(accounts.TooLate):
        accounts.keep_account(person=alice)
    alice.refresh_from_db()
    assert not alice.is_active


def test_reinstated_within_the_days_to_keep_it_the_account_can_still_be_kept(alice: Person) -> None:
    accounts.close_account(person=alice, typed=alice.email)
    decision = deactivated(alice)
    services.reverse(decision_id=decision.pk, moderator=Person.objects.get(email="second@example.com"))
    alice.refresh_from_db()
    assert alice.is_active and alice.closing_at
    accounts.keep_account(person=alice)
    assert alice.closing_at is None


def test_reinstating_never_revives_a_closed_account(alice: Person) -> None:
    decision = deactivated(alice)
    Person.objects.filter(pk=alice.pk).update(closing_at=timezone.now() - timedelta(seconds=1))
    second = Person.objects.get(email="second@example.com")
    services.reverse(decision_id=decision.pk, moderator=second)
    alice.refresh_from_db()
    assert not alice.is_active  # its days are over, and the next sweep deletes it
    assert accounts.close_due_accounts() == 1
    again = confirm(decide(decision.case, second, "deactivate"), Person.objects.get(email="first@example.com"))
    services.reverse(decision_id=again.pk, moderator=second)
    alice.refresh_from_db()
    assert not alice.is_active and alice.closed_at and standing(alice).deactivated_at is None


def test_a_moderator_signed_out_meanwhile_sees_nothing(alice: Person) -> None:
    client = browser(moderator())
    assert client.get("/admin/review/figures").status_code == 200
    Person.objects.filter(email="mod@example.com").update(is_active=False)
    assert client.get("/admin/review/figures").status_code == 302
