"""Rules are data with versions: in the shadow first, tried on what was decided, replaced and switched off."""

import signal
import threading
import time

import pytest
from pytest_django import Settings

from accounts.models import Person
from moderation import services
from moderation.letters import PATTERN_SECONDS, Letters
from moderation.models import CategoryChoice, Rule, Screening
from moderation.policy import CATEGORIES, Action
from moderation.services.rules import forget_rules
from tests import people

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh() -> None:
    forget_rules()


def write(**facts: object) -> Rule:
    facts = {"name": "badgers", "kind": "words", "category": "other", "mode": "live", "author": None, **facts}
    return services.write_rule(**facts)  # type: ignore[arg-type]


def test_a_rule_in_the_shadow_is_noted_and_does_nothing() -> None:
    write(content="badger", mode="shadow")
    assert services.screen_sentence(text="a badger").allowed
    assert Screening.objects.get().rules == [["badgers", 1, "other", "shadow", "badger"]]


def test_a_live_rule_refuses_and_its_version_is_kept(alice: Person) -> None:
    write(content="otter")
    rule = write(content="badger", author=alice)
    assert (rule.version, rule.author) == (2, alice)
    verdict = services.screen_sentence(text="a BADGER")
    assert (verdict.allowed, verdict.words, verdict.category, verdict.soft) == (False, ("badger",), "other", False)
    assert services.screen_sentence(text="an otter").allowed
    assert Screening.objects.filter(result="blocked").get().rules == [["badgers", 2, "other", "live", "badger"]]


def test_a_rule_that_ships_is_replaced_by_name_and_switched_off() -> None:
    assert not services.screen_sentence(text="donald trump on a horse").allowed
    write(name="public-figures", kind="names", category="likeness", content="Alice Example")
    assert services.screen_sentence(text="donald trump on a horse").allowed
    assert services.screen_sentence(text="Alice Example on a horse").category == "likeness"
    write(name="public-figures", kind="names", category="likeness", mode="off")
    assert services.screen_sentence(text="Alice Example on a horse").allowed


def test_a_painters_manner_is_no_likeness_but_may_be_asked_to_stay_away() -> None:
    assert services.screen_sentence(text="a harbour in the style of Steven Spielberg").allowed
    assert not services.screen_sentence(text="Steven Spielberg at the harbour").allowed
    write(name="opted-out", kind="artists", category="artists", content="Jane Painter\n")
    verdict = services.screen_sentence(text="a harbour in the style of jane painter")
    assert (verdict.category, verdict.words) == ("artists", ("jane painter",))


@pytest.mark.parametrize("pattern", ["(", "(a+)+b", r"(\w*)*x", "a" * 301])
def test_patterns_that_cannot_be_or_never_end_are_not_taken(pattern: str) -> None:
    with pytest.raises(services.BadRule):
        write(kind="pattern", content=pattern)
    assert not Rule.objects.exists()


def test_a_catastrophic_pattern_is_stopped_and_counts_as_found() -> None:
    letters = Letters([{"key": "slow/1", "kind": "pattern", "content": "(a|aa)+$"}])
    assert threading.current_thread() is threading.main_thread()
    began = time.monotonic()
    found = letters.in_readings(["a" * 60 + "!"])
    assert time.monotonic() - began < 20 * PATTERN_SECONDS
    assert [(one.rule, one.slow) for one in found] == [("slow/1", True)]
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_dry_run_says_what_it_would_have_done_to_what_was_decided() -> None:
    for text, outcome, sexual in (
        ("a naked mole rat", "cleared", 0.7),
        ("a naked man", "upheld", 0.9),
        ("a naked cake", "cleared", 0.4),
        ("not decided, naked", "", 0.99),
    ):
        Screening.objects.create(
            kind="sentence", result="blocked", text=text, outcome=outcome, scores={"sexual": sexual}
        )
    tried = services.try_rule(rule=Rule(name="t", kind="words", category="sexual", content="naked"))
    assert (tried.looked_at, tried.would_block, tried.had_been_cleared) == (3, 3, 2)
    tried = services.try_rule(rule=Rule(name="t", kind="meaning", category="sexual", threshold=0.8))
    assert (tried.would_block, tried.had_been_cleared) == (1, 0)
    assert not Rule.objects.exists()


def test_an_operator_decides_what_a_category_does() -> None:
    write(content="badger", category="political")
    assert not services.screen_sentence(text="a badger").allowed
    choice = CategoryChoice.objects.create(slug="political", severity=1, action="flag", detail="category")
    verdict = services.screen_sentence(text="a badger")
    assert (verdict.allowed, verdict.flagged, verdict.words) == (True, True, ())
    CategoryChoice.objects.filter(pk=choice.pk).update(action="allow")
    assert services.screen_sentence(text="a badger").flagged is False
    assert CATEGORIES["political"].action == Action.BLOCK


def test_refusals_say_as_much_as_the_policy_wants() -> None:
    write(content="badger", category="hate")
    said = services.explain(services.screen_sentence(text="a badger"))
    assert "“badger”" in said and "Hate" in said
    write(content="badger", category="child-safety")
    said = services.explain(services.screen_sentence(text="a badger"))
    assert "badger" not in said and "Child" not in said


def test_scores_stay_and_the_words_of_what_is_allowed_do_not(settings: Settings) -> None:
    services.screen_sentence(text="a quiet harbour")
    assert Screening.objects.get().text == ""


def test_an_operator_writes_a_rule_in_the_admin_and_a_bad_one_is_explained() -> None:
    operator = people.make("operator", staff=True)
    browser = people.browser_of(operator)
    facts = {"name": "badgers", "kind": "pattern", "category": "other", "content": "(a+)+", "mode": "live"}
    answer = browser.post("/admin/moderation/rule/add/", facts)
    assert answer.status_code == 200 and "repeats a repetition" in answer.content.decode()
    for number in (1, 2):
        answer = browser.post("/admin/moderation/rule/add/", {**facts, "kind": "words", "content": "badger"})
        assert answer.status_code == 302, answer.content.decode()[:2000]
        assert Rule.objects.filter(name="badgers").count() == number
    rule = Rule.objects.latest("version")
    assert (rule.version, rule.author) == (2, operator)
