"""Cases: one for each thing, in the order of harm, reach and age; held by one moderator, decided by one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Person
from generation import services as studio
from moderation import services
from moderation.models import Case, Decision, Flag, PictureHash, Report, Strike
from moderation.services.cases import LONGEST, level_of, time_for
from tests import people
from tests.generation.walls import hang, show
from tests.moderation.review import acts_logged, decide, log_that_may_go, moderator, picture_of, reported


def test_all_that_is_said_of_a_thing_is_one_case(alice: Person, bob: Person) -> None:
    case = reported(alice, by=bob)
    services.report(
        kind="picture", subject=case.subject, reason="violence", words="", reporter=None, address="192.0.2.1"
    )
    for score in (0.4, 0.9):
        services.flag(
            kind="picture", subject=case.subject, person=alice, source="nudity", category="sexual", score=score
        )
    case = Case.objects.get()
    assert (case.person, case.reports.count(), case.flags.count()) == (alice, 2, 1)
    assert Flag.objects.get().score == 0.9  # said again, brought up to date
    assert (case.harm, case.reach, case.confidence) == (3, 3, 0.9)


def test_harm_reach_and_age_are_one_order(alice: Person, bob: Person) -> None:
    spam = reported(alice, reason="spam", public=False)
    hate = reported(alice, reason="hate")
    children = reported(alice, reason="children", public=False)
    assert [row.case for row in services.queue_rows(moderator=bob)] == [children, hate, spam]
    assert [level_of(case) for case in (children, hate, spam)] == ["high", "high", "low"]
    # The oldest of the least comes before the newest of the worst, once it has waited long enough.
    Case.objects.filter(pk=spam.pk).update(due_at=timezone.now() - timedelta(days=1))
    assert services.queue_rows(moderator=bob)[0].case == spam
    assert time_for(harm=1, reach=1, confidence=1) == LONGEST == 24 * time_for(harm=4, reach=3, confidence=1)


def test_a_flood_of_reports_is_one_case_that_grows_more_urgent(alice: Person) -> None:
    case = reported(alice, reason="spam")
    before = case.due_at
    for place in range(30):
        services.report(
            kind="picture", subject=case.subject, reason="spam", words="", reporter=None, address=f"10.0.{place}.1"
        )
    case.refresh_from_db()
    assert (Case.objects.count(), case.reports.count(), case.reach) == (1, 31, 4)
    assert case.due_at < before


def test_cleared_it_is_opened_again_only_for_something_else_or_by_many(alice: Person) -> None:
    case = reported(alice)
    decide(case, moderator(), "clear")
    again = {"kind": "picture", "subject": case.subject, "words": "", "reporter": None}
    services.report(**again, reason="hate", address="10.0.1.1")
    services.report(**again, reason="hate", address="10.0.2.1")
    case.refresh_from_db()
    assert not case.is_open and not Report.objects.filter(closed_at=None).exists()
    services.report(**again, reason="hate", address="10.0.3.1")
    case.refresh_from_db()
    assert case.is_open and Case.objects.count() == 1


def test_a_claim_is_held_renewed_let_go_and_runs_out(alice: Person) -> None:
    case, other = reported(alice), reported(alice)
    first, second = moderator("first"), moderator("second")
    assert services.claim(case_id=case.pk, moderator=first)
    assert not services.claim(case_id=case.pk, moderator=second)
    assert services.claim(case_id=case.pk, moderator=first)
    assert services.next_case(moderator=second) == other
    # One at a time: who opens another lets go of the first.
    assert services.claim(case_id=other.pk, moderator=first)
    assert services.claim(case_id=case.pk, moderator=second)
    assert services.release(case_id=case.pk, moderator=second)
    assert services.claim(case_id=case.pk, moderator=first)
    Case.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert services.claim(case_id=case.pk, moderator=second)


def test_who_holds_it_decides_and_nobody_else(alice: Person) -> None:
    case, first, second = reported(alice), moderator("first"), moderator("second")
    services.claim(case_id=case.pk, moderator=first)
    with pytest.raises(services.CaseMoved):
        decide(case, second, "clear")
    decide(case, first, "clear")


def test_two_tabs_of_one_moderator_decide_once(alice: Person) -> None:
    case, mod = reported(alice), moderator()
    seen = case.version
    decide(case, mod, "clear")
    with pytest.raises(services.CaseMoved):
        services.decide(case_id=case.pk, version=seen, moderator=mod, ruling=services.CLEAR)
    assert Decision.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_moderators_at_once_decide_once(alice: Person) -> None:
    with log_that_may_go():
        case, mods = reported(alice), [moderator(f"mod{place}") for place in range(4)]

        def press(mod: Person) -> bool:
            try:
                services.decide(case_id=case.pk, version=case.version, moderator=mod, ruling=services.CLEAR)
                return True
            except services.CaseMoved:
                return False
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as pool:
            won = list(pool.map(press, mods))
        assert (sum(won), Decision.objects.count()) == (1, 1)
        assert (acts_logged(), services.first_broken()) == (["decide"], None)


def test_removed_it_is_gone_for_strangers_and_back_after_undoing(alice: Person) -> None:
    case, mod = reported(alice), moderator()
    picture = picture_of(case)
    share = picture.share
    stranger = people.browser_of(None)
    paths = (f"/s/{share.token}", f"/s/{share.token}/{picture.pk}/small.webp")
    assert [stranger.get(path).status_code for path in paths] == [200, 200]
    decision = decide(case, mod, "remove")
    assert [stranger.get(path).status_code for path in paths] == [404, 404]
    assert share.token not in stranger.get("/gallery").content.decode()
    own = people.browser_of(alice).get(f"/pictures/{picture.pk}")
    assert own.status_code == 200 and "A moderator took it from the public pages" in own.content.decode()
    picture.refresh_from_db()
    with pytest.raises(studio.BadLabel, match="moderator"):
        show(picture)
    services.reverse(decision_id=decision.pk, moderator=mod)
    assert [stranger.get(path).status_code for path in paths] == [200, 200]
    case.refresh_from_db()
    assert case.is_open and case.reports.filter(closed_at=None).exists()


def test_a_removal_undone_leaves_another_that_stands(alice: Person) -> None:
    case, mod = reported(alice), moderator()
    picture = picture_of(case)
    job = services.flag(kind="job", subject=picture.job_id, person=alice, source="x", category="sexual")
    whole, alone = decide(job, mod, "remove"), decide(case, mod, "remove")
    services.reverse(decision_id=whole.pk, moderator=mod)
    picture.refresh_from_db()
    assert picture.removed_at
    services.reverse(decision_id=alone.pk, moderator=mod)
    picture.refresh_from_db()
    assert picture.removed_at is None


def test_a_removed_picture_is_gone_from_collections_too(alice: Person) -> None:
    case, kept = reported(alice), hang(alice)[0]
    picture = picture_of(case)
    collection = studio.create_collection(person=alice, name="Both", pictures=[kept.pk, picture.pk])
    share = studio.share_collection(collection=collection, public=True, show_sentence=True)
    decide(case, moderator(), "remove")
    stranger = people.browser_of(None)
    page = stranger.get(f"/s/{share.token}").content.decode()
    assert str(kept.pk) in page and str(picture.pk) not in page
    assert stranger.get(f"/s/{share.token}/{picture.pk}/file.png").status_code == 404
    own = people.browser_of(alice).get(f"/collections/{collection.pk}").content.decode()
    assert str(picture.pk) in own


def test_many_at_once_are_typed_skip_what_others_hold_and_are_undone(alice: Person) -> None:
    cases = [reported(alice) for _ in range(22)]
    mod, other = moderator("mod"), moderator("other")
    services.claim(case_id=cases[3].pk, moderator=other)
    ids = [case.pk for case in cases]
    with pytest.raises(services.BadDecision, match="Type 22"):
        services.decide_many(case_ids=ids, moderator=mod, ruling=services.CLEAR)
    batch, done = services.decide_many(case_ids=ids, moderator=mod, ruling=services.CLEAR, typed="22")
    assert len(done) == 21 and Case.objects.get(closed_at=None) == cases[3]
    assert services.reverse_many(batch=batch, moderator=mod) == 21
    assert Case.objects.filter(closed_at=None).count() == 22


def test_what_belongs_together_is_found(alice: Person, bob: Person) -> None:
    first, second, elsewhere = reported(alice), reported(alice), reported(bob)
    for case in (first, elsewhere):
        PictureHash.objects.create(subject=case.subject, kind="picture", sha256="a" * 64, seen=0)
    assert services.together(case=first, by="person") == [first, second]
    assert services.together(case=first, by="picture") == [first, elsewhere]


@pytest.mark.parametrize(
    ("acts", "facts", "says"),
    [
        ((), {}, "what is to be done"),
        (("clear", "remove"), {}, "what is to be done"),
        (("remove",), {"reason": ""}, "part of the policy"),
        (("strike",), {"points": 4}, "from 1 to 3 points"),
        (("suspend",), {"days": 0}, "from 1 to 365 days"),
        (("remove",), {"words": "x" * 1001}, "at most 1000"),
    ],
)
def test_what_makes_no_sense_is_explained(alice: Person, acts: tuple[str, ...], facts: dict, says: str) -> None:
    case = reported(alice)
    with pytest.raises(services.BadDecision, match=says):
        decide(case, moderator(), *acts, **facts)
    case.refresh_from_db()
    assert case.is_open and not Decision.objects.exists() and not Strike.objects.exists()


@pytest.mark.django_db
def test_nobody_decides_about_themselves_but_a_lone_operator_a_day_later() -> None:
    operator = moderator("operator", operator=True)
    case = reported(operator)
    with pytest.raises(services.NotYours):
        decide(case, operator, "clear")
    Case.objects.update(opened_at=timezone.now() - timedelta(hours=25))
    decide(case, operator, "clear")
    second = reported(operator)
    Case.objects.update(opened_at=timezone.now() - timedelta(hours=25))
    moderator("another")
    with pytest.raises(services.NotYours):
        decide(second, operator, "clear")


def test_what_waits_for_the_gallery_waits_in_the_queue(alice: Person, as_stranger: Client, settings: Settings) -> None:
    settings.LISTING_REVIEW = "all"
    pictures, mod = hang(alice, 2), moderator()
    shares = [show(picture) for picture in pictures]
    cases = [Case.objects.get(subject=picture.pk) for picture in pictures]
    cleared = decide(cases[0], mod, "clear")
    decide(cases[1], mod, "remove", reason="faces")
    page = as_stranger.get("/gallery").content.decode()
    assert shares[0].token in page and shares[1].token not in page
    services.reverse(decision_id=cleared.pk, moderator=mod)
    assert shares[0].token not in as_stranger.get("/gallery").content.decode()
    acts = ["approve listing", "decide", "refuse listing"]
    assert [act for act in acts_logged() if act != "undo"] == ["decide", acts[0], *acts[1:]]


def test_nobody_acquits_themselves(alice: Person) -> None:
    mod, other = moderator("mod"), moderator("other")
    decision = decide(reported(mod), other, "strike", points=1)
    with pytest.raises(services.NotYours):
        services.reverse(decision_id=decision.pk, moderator=mod)


def test_a_thing_that_nobody_knows_any_more_is_still_decided(alice: Person) -> None:
    case = services.flag(kind="picture", subject=uuid4(), person=alice, source="x", category="nonsense")
    assert (case.harm, case.reach) == (1, 1)
    decide(case, moderator(), "clear")
