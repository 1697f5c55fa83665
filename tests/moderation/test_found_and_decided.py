"""What the filters found goes to people where there is a doubt, and what people decided goes back to the filters."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts import services as accounts
from accounts.models import Person
from generation import services as studio
from generation.models import Job, Upload
from moderation import services
from moderation.models import Appeal, Case, CategoryChoice, Decision, OptOut, Pardon, Rule, Screening
from moderation.services.rules import forget_rules
from tests.generation.steps import brought, claimed, started
from tests.moderation.review import answer, decide, moderator
from tests.pictures import png

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh(settings: Settings) -> None:
    forget_rules()
    settings.REVIEW_ONE_IN = 1  # every doubt is looked at here; the lot is for test_refusals.py


def rule(**facts: object) -> Rule:
    whole = {
        "name": "badgers",
        "kind": "words",
        "category": "hate",
        "content": "badger",
        "mode": "live",
        "author": None,
    }
    return services.write_rule(**{**whole, **facts})  # type: ignore[arg-type]


def judged(person: Person, prompt: str = "a badger", key: str = "k") -> Job:
    job = started(person, prompt=prompt, key=key)
    assert studio.screen_next()
    job.refresh_from_db()
    return job


def outcomes() -> list[str]:
    return list(Screening.objects.order_by("pk").values_list("outcome", flat=True))


def test_refused_with_a_doubt_it_waits_for_a_person_with_rule_and_score(alice: Person, as_alice: Client) -> None:
    rule(soft=True)
    job = judged(alice)
    assert (job.status, job.refusal["category"], job.refusal["soft"]) == (Job.Status.REFUSED, "hate", True)
    case = Case.objects.get()
    flag = case.flags.get()
    assert (case.subject_kind, case.subject, case.person) == ("job", job.pk, alice)
    assert (flag.source, flag.category, flag.detail, flag.score) == ("badgers", "hate", "badger", 0.99)
    page = as_alice.get(f"/jobs/{job.pk}").content.decode()
    assert page.count("anything that makes less of people") == 1 and 'href="/policy#hate"' in page


def test_let_through_and_flagged_it_is_drawn_and_looked_at(alice: Person) -> None:
    rule()
    CategoryChoice.objects.create(slug="hate", severity=4, action="flag", detail="category")
    assert judged(alice).status == Job.Status.QUEUED
    case = Case.objects.get()
    assert (case.category, case.harm) == ("hate", 4)  # as grave as this site says


def test_what_is_sure_or_only_not_english_bothers_nobody(alice: Person) -> None:
    rule()
    rule(name="otters", content="otter", category="language", soft=True)
    assert judged(alice).status == judged(alice, "an otter", "o").status == Job.Status.REFUSED
    assert not Case.objects.exists()


def test_of_child_safety_the_person_reads_nothing_and_moderators_hear_at_once(alice: Person, as_alice: Client) -> None:
    rule(category="child-safety")
    job = judged(alice)
    page = as_alice.get(f"/jobs/{job.pk}").content.decode()
    assert "This site does not draw this." in job.detail and "Child safety" not in page
    assert "#child-safety" not in page
    assert Case.objects.get().category == "child-safety"


def test_a_decision_is_what_new_rules_are_tried_on_until_it_is_undone(alice: Person) -> None:
    rule(soft=True)
    judged(alice)
    judged(alice, "a quiet harbour", "harmless")
    case, mod = Case.objects.get(), moderator()
    cleared = decide(case, mod, "clear")
    assert outcomes() == ["cleared", ""]
    services.reverse(decision_id=cleared.pk, moderator=mod)
    assert outcomes() == ["", ""]
    decide(case, mod, "strike", points=1)
    tried = services.try_rule(rule=Rule(name="t", kind="words", category="hate", content="badger"))
    assert (tried.looked_at, tried.would_block, tried.had_been_cleared) == (1, 1, 0)


def test_an_appeal_that_is_upheld_clears_what_was_found_and_the_next_try_asks_nobody(
    alice: Person, as_alice: Client
) -> None:
    rule(soft=True)
    job = judged(alice)
    as_alice.post(f"/appeals/job/{job.pk}")
    answer(Appeal.objects.get().pk, moderator(), upheld=True)
    assert outcomes() == ["cleared"]
    assert judged(alice, key="again").status == Job.Status.QUEUED
    assert not Case.objects.get().is_open and Case.objects.count() == 1


def test_an_appeal_that_is_not_upheld_says_that_the_rule_was_right(alice: Person, as_alice: Client) -> None:
    rule()
    job = judged(alice)
    as_alice.post(f"/appeals/job/{job.pk}")
    answer(Appeal.objects.get().pk, moderator(), upheld=False)
    assert outcomes() == ["upheld"]


def test_words_that_passed_with_one_upload_do_not_pass_with_another(alice: Person, as_alice: Client) -> None:
    first, second = brought(alice), brought(alice, png(colour=(7, 99, 7)))
    words = {"from_prompt": "a field", "to_prompt": "a badger"}
    rule()

    def asked(upload: Upload, key: str) -> Job:
        job = studio.start_text_diff(person=alice, source=upload, key=key, **words)
        assert studio.screen_next()
        job.refresh_from_db()
        return job

    job = asked(first, "one")
    assert job.status == Job.Status.REFUSED
    as_alice.post(f"/appeals/job/{job.pk}")
    answer(Appeal.objects.get().pk, moderator(), upheld=True)
    assert Pardon.objects.exists()
    assert asked(first, "one again").status == Job.Status.QUEUED
    assert asked(second, "another").status == Job.Status.REFUSED
    assert judged(alice).status == Job.Status.REFUSED


def test_an_artist_whom_the_operator_believes_is_not_imitated(alice: Person, bob: Person) -> None:
    sentence = "a harbour in the style of Jane Q. Painter"
    asked = OptOut.objects.create(
        name="Jane Q. Painter", email="j@example.org", works="https://example.org", confirmed_at=alice.joined
    )
    assert judged(alice, sentence).status == Job.Status.QUEUED
    services.decide_opt_outs(ids=[asked.pk], accepted=True, operator=bob)
    forget_rules()
    job = judged(alice, sentence, "again")
    assert (job.status, job.refusal["category"]) == (Job.Status.REFUSED, "artists")
    services.decide_opt_outs(ids=[asked.pk], accepted=False, operator=bob)
    forget_rules()
    assert judged(alice, sentence, "once more").status == Job.Status.QUEUED


def test_what_was_drawn_and_refused_says_why_and_can_be_appealed(
    alice: Person, as_alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = claimed(alice)
    seen = services.Verdict(allowed=False, category="sexual", soft=True, rule="nudity", score=0.9)
    monkeypatch.setattr(services, "screen_output", lambda **_facts: seen)
    assert not studio.deliver(claim, pictures=(png(),) * 4)
    job = Job.objects.get(pk=claim.job_id)
    assert job.refusal == {"category": "sexual", "words": [], "soft": True, "drawn": True}
    page = as_alice.get(f"/jobs/{job.pk}").content.decode()
    assert "Sexual content" in page and "Ask a person to look" in page
    as_alice.post(f"/appeals/job/{job.pk}")
    assert Case.objects.get().category == "sexual"


def test_with_the_account_go_the_words_and_what_was_decided_stays(alice: Person, as_alice: Client) -> None:
    rule(soft=True)
    job, mod = judged(alice), moderator()
    as_alice.post(f"/appeals/job/{job.pk}", {"words": "It is a heraldic badger."})
    answer(Appeal.objects.get().pk, mod, upheld=True)
    accounts.close_account(person=alice, typed=alice.email)
    Person.objects.filter(pk=alice.pk).update(closing_at=timezone.now())
    assert accounts.close_due_accounts() == 1
    assert not Screening.objects.filter(subject=job.pk).exists() and not Pardon.objects.exists()
    case = Case.objects.get()
    assert (case.flags.get().detail, case.appeals.get().words, case.appeals.get().state) == ("", "", "upheld")


def test_the_export_holds_appeals_and_what_was_told_of_decisions(alice: Person, as_alice: Client) -> None:
    rule(soft=True)
    job, mod = judged(alice), moderator()
    decide(Case.objects.get(), mod, "strike", points=1, words="The badge.", note="among us")
    Decision.objects.update(created=timezone.now() - timedelta(minutes=2))
    services.tell_due()
    as_alice.post(f"/appeals/job/{job.pk}", {"words": "Heraldic."})
    found = {name: list(rows) for name, rows in services.export_of(person=alice).items()}
    assert [each["words"] for each in found["appeals"]] == ["Heraldic."]
    assert [(each["acts"], each["reason"], each["words"]) for each in found["decisions"]] == [
        (["strike"], "Hate", "The badge.")
    ]
    assert "among us" not in str(found) and mod.email not in str(found)


def test_the_policy_page_leaves_out_what_this_site_allows(as_stranger: Client) -> None:
    assert 'id="political"' in as_stranger.get("/policy").content.decode()
    CategoryChoice.objects.create(slug="political", severity=1, action="allow", detail="words")
    assert 'id="political"' not in as_stranger.get("/policy").content.decode()
