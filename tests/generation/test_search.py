"""Finding what one made: by words, kind, favourite and date, on both databases, and only one's own."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Person
from generation import services
from generation.models import Job, Picture
from tests.generation.steps import FOUR, claimed

SENTENCES = ("two red foxes in the snow", "a lighthouse at night", "a fox on a red sofa", "Ein Käfer im Gras")


def asked(person: Person, prompt: str, **fields) -> Job:
    count = Job.objects.count()
    facts = {"status": Job.Status.DELIVERED, "finished_at": timezone.now(), "seen_at": timezone.now(), **fields}
    return Job.objects.create(person=person, prompt=prompt, key=f"search-{count}", **facts)


def found(person: Person, **wish) -> list[str]:
    return [job["prompt"] for job in services.history_page(person=person, **wish).jobs]


@pytest.fixture
def sentences(alice: Person, bob: Person) -> None:
    for hours, sentence in enumerate(SENTENCES):
        asked(alice, sentence, created=timezone.now() - timedelta(hours=hours))
    asked(bob, "bob's own fox")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("fox", {0, 2}),  # in any of its forms
        ("foxes", {0, 2}),
        ("FOX red", {0, 2}),  # every word, in any order
        ("red fox sofa", {2}),
        ("light", {1}),  # the beginning of a word
        ("käfer", {3}),
        ("submarine", set()),
        ('fox" OR "light', set()),
        ("fox & | ! : * ( )", {0, 2}),
        ("-- ' ; ?!", set()),  # no word at all
        ("%", set()),
    ],
)
def test_every_word_that_is_typed_stands_in_what_is_found(sentences, alice, words: str, expected: set[int]) -> None:
    assert found(alice, words=words) == [SENTENCES[each] for each in sorted(expected)]


def test_nearly_the_word_is_found_on_postgres(sentences, alice: Person) -> None:
    expected = [SENTENCES[1]] if connection.vendor == "postgresql" else []
    assert found(alice, words="lighthose") == expected


def test_marks_do_not_matter_on_sqlite(sentences, alice: Person) -> None:
    expected = [SENTENCES[3]] if connection.vendor == "sqlite" else []
    assert found(alice, words="kafer") == expected


def test_nobody_finds_another_person_s_words(sentences, alice: Person, bob: Person) -> None:
    assert found(bob, words="fox") == ["bob's own fox"]
    assert "bob's own fox" not in found(alice, words="fox")


def test_what_was_deleted_or_changed_is_found_as_it_is_now(sentences, alice: Person) -> None:
    Job.objects.filter(prompt=SENTENCES[0]).delete()
    Job.objects.filter(prompt=SENTENCES[2]).update(prompt="a fish on a sofa")
    assert found(alice, words="fox") == []
    assert found(alice, words="fish") == ["a fish on a sofa"]


def test_a_kind_a_favourite_and_a_date_narrow_it(alice: Person) -> None:
    now = datetime(2026, 3, 10, 12, tzinfo=UTC)
    old = asked(alice, "an old fox", created=now - timedelta(days=9))
    varied = asked(alice, "a varied fox", kind=Job.Kind.VARIATION, created=now)
    Picture.objects.create(job=varied, person=alice, index=0, seed=1, size=1, file="a", small="b", favourite_at=now)
    Picture.objects.create(job=varied, person=alice, index=1, seed=1, size=1, file="a", small="b")
    assert found(alice, kind="variation") == ["a varied fox"]
    assert found(alice, favourites=True) == ["a varied fox"]
    assert found(alice, since=date(2026, 3, 10)) == ["a varied fox"]
    assert found(alice, until=date(2026, 3, 9)) == ["an old fox"]
    assert found(alice, until=date.max, words="fox") == ["a varied fox", "an old fox"]
    assert found(alice, since=date(2026, 3, 1), until=date(2026, 3, 1)) == [old.prompt]
    (job,) = services.history_page(person=alice, favourites=True).jobs
    assert [picture["index"] for picture in job["pictures"]] == [0]


def test_pages_of_a_search_follow_each_other_without_gaps(alice: Person) -> None:
    moment = timezone.now()
    for number in range(7):
        asked(alice, f"fox {number}", created=moment - timedelta(minutes=number // 2))
    first = services.history_page(person=alice, words="fox", size=3)
    second = services.history_page(person=alice, words="fox", size=3, before=first.next_cursor)
    third = services.history_page(person=alice, words="fox", size=3, before=second.next_cursor)
    told = [job["prompt"] for page in (first, second, third) for job in page.jobs]
    assert sorted(told) == [f"fox {number}" for number in range(7)]
    assert third.next_cursor is None
    unrolled = services.history_page(person=alice, words="fox", size=3, through=second.next_cursor)
    assert [job["prompt"] for job in unrolled.jobs] == told[:6]
    assert unrolled.next_cursor == second.next_cursor


def test_a_search_asks_the_same_few_questions_however_much_there_is(alice: Person) -> None:
    counts = []
    for _round in range(2):
        for _number in range(8):
            job = asked(alice, "a fox")
            facts = {"person": alice, "index": 0, "seed": 1, "size": 1, "file": "a", "small": "b"}
            Picture.objects.create(job=job, favourite_at=timezone.now(), **facts)
        with CaptureQueriesContext(connection) as questions:
            page = services.history_page(person=alice, words="fox", favourites=True, kind="prompt", size=12)
        counts.append((len(page.jobs), len(questions)))
    # The jobs, their pictures and what they began from; sources of none need no further question.
    assert counts == [(8, 3), (12, 3)]


def test_the_page_shows_what_was_searched_and_says_so(as_alice: Client, alice: Person) -> None:
    assert services.deliver(claimed(alice, prompt="a fox in a hat"), pictures=FOUR)
    page = as_alice.get("/history", {"q": "fox"}).content.decode()
    assert "a fox in a hat" in page
    assert 'value="fox"' in page
    nothing = as_alice.get("/history", {"q": "<b>whale</b>"})
    assert nothing.status_code == 200
    assert "&lt;b&gt;whale" in nothing.content.decode()
    assert as_alice.get("/history", {"kind": "no such", "since": "soon", "q": "x" * 500}).status_code == 200
