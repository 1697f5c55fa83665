"""Refused sentences add up: a word, a case, a pause. And which refusals a moderator gets to see at all."""

import io
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Person
from accounts.services import messages_page
from generation import services as studio
from generation.models import Job
from moderation import services
from moderation.filters import hash_of_what_is_seen
from moderation.models import Appeal, AuditEntry, Case, Decision, Flag, Screening
from moderation.services.rules import forget_rules
from tests.generation.steps import started
from tests.moderation.review import answer, moderator
from tests.pictures import landscape

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rules(settings: Settings) -> None:
    forget_rules()
    settings.REFUSALS_TO_WARN, settings.REFUSALS_TO_REVIEW, settings.REFUSALS_TO_PAUSE = 2, 3, 4
    facts = {"kind": "words", "category": "hate", "mode": "live", "author": None}
    services.write_rule(name="badgers", content="badger", **facts)
    services.write_rule(name="otters", content="otter", soft=True, **facts)
    services.write_rule(name="foreign", content="dachs", **{**facts, "category": "language"})


def refused(person: Person, *prompts: str) -> list[Job]:
    jobs = []
    for prompt in prompts:
        count = Job.objects.count()
        jobs.append(started(person, prompt=prompt, key=f"k{count}"))
        assert studio.screen_next()
        jobs[-1].refresh_from_db()
        assert jobs[-1].status == Job.Status.REFUSED
    return jobs


def letters(person: Person) -> list[str]:
    return [message.title for message in messages_page(person=person).messages]


def many_flags() -> list[str]:
    return list(Flag.objects.filter(source="many-refusals").values_list("detail", flat=True))


def test_a_word_then_a_case_then_a_pause(alice: Person, bob: Person) -> None:
    refused(alice, "a badger one")
    assert not letters(alice) and not Case.objects.exists()
    refused(alice, "a badger two")
    assert letters(alice) == ["Several of your sentences were refused"]
    third = refused(alice, "a badger three")[0]
    case = Case.objects.get()
    assert (case.subject, case.person, case.category) == (third.pk, alice, "hate")
    assert many_flags() == ["3 refused sentences in 30 days, the last: a badger three"]
    services.check_not_suspended(person=alice)
    refused(alice, "a badger four")
    with pytest.raises(services.Suspended) as pause:
        services.check_not_suspended(person=alice)
    assert timedelta(days=2.9) < pause.value.until - timezone.now() <= timedelta(days=3)
    assert "You cannot draw until" in letters(alice)[0]
    logged = AuditEntry.objects.get(act="pause")
    assert (logged.actor, logged.person, logged.facts["refusals"]) == (None, alice, 4)
    services.check_not_suspended(person=bob)


def test_doubts_languages_and_the_same_again_do_not_count(alice: Person) -> None:
    refused(alice, "an otter one", "an otter two", "an otter three", "an otter four")
    refused(alice, "dachs one", "dachs two", "dachs three", "dachs four")
    refused(alice, "a badger", "a badger", "a badger", "a badger", "a badger")
    services.check_not_suspended(person=alice)
    assert not letters(alice) and not many_flags()


def test_they_are_forgotten_after_thirty_days_and_the_pause_ends(alice: Person) -> None:
    refused(alice, "a badger one", "a badger two", "a badger three")
    Screening.objects.update(created=timezone.now() - timedelta(days=31))
    refused(alice, "a badger four")
    services.check_not_suspended(person=alice)


def test_an_upheld_appeal_takes_its_refusal_out_and_ends_the_pause(alice: Person, as_alice: Client) -> None:
    job = refused(alice, "a badger one", "a badger two", "a badger three", "a badger four")[0]
    as_alice.post(f"/appeals/job/{job.pk}")
    answer(Appeal.objects.get().pk, moderator(), upheld=True)
    services.check_not_suspended(person=alice)


def test_a_pause_and_a_decision_hold_the_longer(alice: Person) -> None:
    refused(alice, "a badger one", "a badger two", "a badger three", "a badger four")
    case, mod = Case.objects.order_by("pk").first(), moderator()
    ruling = services.Ruling(acts=("suspend",), reason="hate", days=9)
    decision = services.decide(case_id=case.pk, version=case.version, moderator=mod, ruling=ruling)
    assert isinstance(decision, Decision)
    with pytest.raises(services.Suspended) as longer:
        services.check_not_suspended(person=alice)
    services.reverse(decision_id=decision.pk, moderator=mod)
    with pytest.raises(services.Suspended) as shorter:
        services.check_not_suspended(person=alice)
    assert longer.value.until - shorter.value.until > timedelta(days=5)


@pytest.mark.parametrize(("one_in", "cases"), [(0, 0), (1, 6), (3, 2)])
def test_of_doubts_about_sentences_some_are_drawn_by_lot(settings: Settings, one_in: int, cases: int) -> None:
    settings.REVIEW_ONE_IN = one_in
    for number in range(6):
        assert not services.screen_sentence(text="an otter", subject=UUID(int=number)).allowed
    assert Case.objects.count() == cases


def test_what_is_grave_or_let_through_with_a_doubt_is_always_looked_at(settings: Settings) -> None:
    settings.REVIEW_ONE_IN = 0
    facts = {"kind": "words", "mode": "live", "author": None, "soft": True}
    services.write_rule(name="newts", content="newt", category="child-safety", **facts)
    services.screen_sentence(text="a newt", subject=UUID(int=7))
    assert Case.objects.get().category == "child-safety"


def test_a_near_match_of_a_known_picture_goes_to_review(settings: Settings) -> None:
    settings.REVIEW_ONE_IN = 0
    picture = landscape(3, 256)
    near = f"dhash,{hash_of_what_is_seen(picture) & (1 << 64) - 1:016x},violence,register"
    services.import_known_bad(lines=io.StringIO(f"kind,hash,category,source\n{near}"))
    verdict = services.screen_upload(subject=UUID(int=8), sha256="0" * 64, image=picture)
    assert (verdict.allowed, verdict.soft) == (False, True)
    case = Case.objects.get()
    assert (case.subject_kind, case.subject, case.category) == ("upload", UUID(int=8), "violence")
