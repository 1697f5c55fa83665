"""Sentences to come back to: saved once each, deleted and had back, and nobody else's."""

import pytest
from django.test import Client

from accounts.models import Person
from generation import services
from generation.models import SavedPrompt
from generation.services import saved
from tests import people
from tests.generation.steps import started

SCRIPT = {"Accept": "application/json"}


def test_saving_twice_is_saving_once(alice: Person, bob: Person) -> None:
    services.save_prompt(person=alice, sentence=" a fox ")
    services.save_prompt(person=alice, sentence="a fox")
    services.save_prompt(person=bob, sentence="a fox")
    assert [each.sentence for each in services.saved_prompts(person=alice)] == ["a fox"]
    assert SavedPrompt.objects.count() == 2


def test_the_newest_stands_first_and_there_is_an_end(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved, "MOST_SAVED", 2)
    for sentence in ("one", "two"):
        services.save_prompt(person=alice, sentence=sentence)
    with pytest.raises(services.BadSentence, match="At most 2"):
        services.save_prompt(person=alice, sentence="three")
    assert [each.sentence for each in services.saved_prompts(person=alice)] == ["two", "one"]


def test_deleting_tells_the_sentence_so_that_it_can_be_had_back(as_alice: Client, alice: Person) -> None:
    kept = services.save_prompt(person=alice, sentence="a fox")
    answer = as_alice.post(f"/prompts/{kept.pk}/delete", headers=SCRIPT)
    assert answer.json() == {"sentence": "a fox"}
    assert services.saved_prompts(person=alice) == []
    back = as_alice.post("/prompts", {"prompt": "a fox"}, headers=SCRIPT)
    assert back.status_code == 201 and "a fox" in back.content.decode()


def test_nobody_deletes_another_person_s(as_bob: Client, alice: Person) -> None:
    kept = services.save_prompt(person=alice, sentence="a fox")
    assert as_bob.post(f"/prompts/{kept.pk}/delete").status_code == 404
    assert services.saved_prompts(person=alice) == [kept]
    assert "a fox" not in as_bob.get("/").content.decode()


def test_what_is_no_sentence_is_not_saved(as_alice: Client, alice: Person) -> None:
    answer = as_alice.post("/prompts", {"prompt": "x" * 401}, headers=SCRIPT)
    assert answer.status_code == 422 and "too long" in answer.json()["detail"]
    assert as_alice.post("/prompts", {"prompt": ""}).status_code == 302
    assert services.saved_prompts(person=alice) == []


def test_the_page_shows_saved_and_recent_ones_as_text(as_alice: Client, alice: Person) -> None:
    services.save_prompt(person=alice, sentence="<script>alert(1)</script>")
    for number in range(3):
        started(alice, prompt="twice the same" if number < 2 else "another", key=str(number))
    page = as_alice.get("/").content.decode()
    assert "<script>alert(1)" not in page and "&lt;script&gt;alert(1)" in page
    assert services.recent_sentences(person=alice) == ["another", "twice the same"]


def test_every_request_that_is_being_drawn_has_its_card(as_alice: Client, alice: Person) -> None:
    jobs = [started(alice, prompt=f"fox {number}", key=str(number)) for number in range(3)]
    page = as_alice.get("/").content.decode()
    places = [page.index(f'id="job-{job.pk}"') for job in jobs]
    assert places == sorted(places, reverse=True)


def test_what_should_not_be_in_it_reaches_the_model_and_not_the_sentence(as_alice: Client, alice: Person) -> None:
    as_alice.post("/jobs", {"prompt": "a street", "negative": "people", "key": "k"})
    job = alice.jobs.get()
    assert (job.prompt, job.options) == ("a street", {"negative": "people"})
    wrong = as_alice.post("/jobs", {"prompt": "a street", "negative": "x" * 401, "key": "k2"})
    assert wrong.status_code == 422 and "too long" in wrong.content.decode()


@pytest.mark.parametrize("staff", [False, True])
def test_components_are_for_those_who_build(staff: bool, db: None) -> None:

    assert people.browser_of(people.make("carol", staff=staff)).get("/components").status_code == (
        200 if staff else 404
    )
