"""The pages over HTTP: what each kind of person gets, and that bad input is answered plainly and loses nothing."""

import uuid

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import Person
from billing import services as billing
from generation import services
from generation.models import Job, Picture
from tests import people
from tests.generation.steps import FOUR, claimed, started

HTMX = {"HX-Request": "true"}


@pytest.fixture
def delivered(alice: Person) -> Job:
    claim = claimed(alice)
    assert services.deliver(claim, pictures=FOUR)
    return Job.objects.get(pk=claim.job_id)


def test_draw_without_javascript(as_alice: Client) -> None:
    answer = as_alice.post("/jobs", {"prompt": "a red fox", "key": "k"})
    job = Job.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/jobs/{job.pk}")
    assert "a red fox" in as_alice.get(answer["Location"]).content.decode()


def test_draw_by_htmx_answers_the_job_alone(as_alice: Client) -> None:
    answer = as_alice.post("/jobs", {"prompt": "a red fox", "key": "k"}, headers=HTMX)
    assert answer.status_code == 201
    assert "<html" not in answer.content.decode()
    assert str(Job.objects.get().pk) in answer.content.decode()


def test_a_double_click_is_one_job(as_alice: Client, alice: Person) -> None:
    for _ in range(2):
        assert as_alice.post("/jobs", {"prompt": "a red fox", "key": "k"}).status_code == 302
    assert Job.objects.count() == 1
    assert billing.balance_of(person=alice) == settings.FIRST_MONTH_CREDITS - 1


def test_a_page_used_for_another_sentence_keeps_it_and_renews_its_key(as_alice: Client) -> None:
    as_alice.post("/jobs", {"prompt": "a red fox", "key": "k"})
    answer = as_alice.post("/jobs", {"prompt": "a blue fox", "key": "k"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "a blue fox" in page
    assert 'value="k"' not in page
    assert Job.objects.count() == 1


@pytest.mark.parametrize(
    ("prompt", "says"),
    [
        ("", "Write what you want to see"),
        ("   \n ", "Write what you want to see"),
        ("\u200b\u200d", "Write what you want to see"),
        ("x" * 401, "1 character too long"),
        ("bell\x07", "U+0007"),
        ("nul\x00", "Null characters"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_a_bad_sentence_is_kept_and_explained(
    as_alice: Client, prompt: str, says: str, headers: dict[str, str]
) -> None:
    answer = as_alice.post("/jobs", {"prompt": prompt, "key": "k"}, headers=headers)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert says in page
    assert prompt.strip().replace("\x00", "")[:300] in page
    assert not Job.objects.exists()


def test_right_to_left_text_is_drawn_and_shown_as_written(as_alice: Client) -> None:
    prompt = "ציפור אדומה על סקייטבורד"
    page = as_alice.post("/jobs", {"prompt": prompt, "key": "k"}, follow=True).content.decode()
    assert prompt in page
    assert 'dir="auto"' in page


def test_a_script_in_a_sentence_is_text(as_alice: Client) -> None:
    page = as_alice.post("/jobs", {"prompt": "<script>alert(1)</script>", "key": "k"}, follow=True).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_out_of_credits(as_alice: Client, alice: Person) -> None:
    billing.reserve(person=alice, amount=settings.FIRST_MONTH_CREDITS, reference="all of it")
    answer = as_alice.post("/jobs", {"prompt": "a red fox", "key": "k"})
    assert answer.status_code == 402
    assert "no credits left" in answer.content.decode()
    assert "a red fox" in answer.content.decode()


def test_signed_out_the_sentence_waits_for_the_sign_up(as_stranger: Client, alice: Person) -> None:
    answer = as_stranger.post("/jobs", {"prompt": "a red fox", "key": "k"})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/signup/")
    by_htmx = as_stranger.post("/jobs", {"prompt": "a red fox", "key": "k"}, headers=HTMX)
    assert (by_htmx.status_code, by_htmx["HX-Redirect"]) == (401, "/accounts/signup/")
    as_stranger.post("/accounts/login/", {"login": alice.email, "password": people.PASSWORD})
    assert "a red fox" in as_stranger.get("/").content.decode()
    assert not Job.objects.exists()


@pytest.mark.parametrize("path", ["/history", f"/jobs/{uuid.uuid4()}", f"/pictures/{uuid.uuid4()}/file.png"])
def test_strangers_are_asked_to_sign_in(as_stranger: Client, path: str) -> None:
    answer = as_stranger.get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/?next=")


def test_everything_of_another_person_is_not_there(as_bob: Client, delivered: Job) -> None:
    picture = Picture.objects.filter(job=delivered).first()
    assert picture is not None
    gets = [f"/jobs/{delivered.pk}", f"/jobs/{delivered.pk}/state", f"/pictures/{picture.pk}"]
    gets += [f"/pictures/{picture.pk}/file.png"]
    assert [as_bob.get(path).status_code for path in gets] == [404] * 4
    assert as_bob.post(f"/jobs/{delivered.pk}/cancel").status_code == 404
    assert as_bob.post(f"/jobs/{delivered.pk}/seen").status_code == 404
    delivered.refresh_from_db()
    assert delivered.seen_at is None


def test_the_picture_comes_as_it_was_drawn(as_alice: Client, delivered: Job) -> None:
    picture = Picture.objects.get(job=delivered, index=2)
    answer = as_alice.get(f"/pictures/{picture.pk}/file.png")
    assert answer.content == FOUR[2]
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"].startswith("inline")
    assert "private" in answer["Cache-Control"]
    assert as_alice.get(services.address_of(picture.small))["Content-Type"] == "image/webp"
    page = as_alice.get(f"/pictures/{picture.pk}").content.decode()
    assert f"/pictures/{picture.pk}/file.png" in page


def test_state_for_a_page_that_polls(as_alice: Client, delivered: Job) -> None:
    state = as_alice.get(f"/jobs/{delivered.pk}/state").json()
    assert (state["status"], state["finished"], len(state["pictures"])) == ("delivered", True, 4)
    assert state["balance"] == settings.FIRST_MONTH_CREDITS - 1
    assert as_alice.get(f"/jobs/{delivered.pk}/state")["Cache-Control"] == "private, no-store"


def test_finished_while_away_is_told_on_the_next_page_until_seen(as_alice: Client, delivered: Job) -> None:
    assert f"/jobs/{delivered.pk}" in as_alice.get("/history").content.decode()
    assert [job["id"] for job in services.unseen_jobs(person=delivered.person)] == [str(delivered.pk)]
    assert as_alice.post(f"/jobs/{delivered.pk}/seen").status_code == 204
    assert services.unseen_jobs(person=delivered.person) == []


def test_cancel_from_the_page(as_alice: Client, alice: Person) -> None:
    job = started(alice)
    assert as_alice.post(f"/jobs/{job.pk}/cancel").status_code == 302
    assert as_alice.get(f"/jobs/{job.pk}/state").json()["status"] == "cancelled"


def test_history_pages_go_on_where_they_stopped(as_alice: Client, alice: Person) -> None:
    for number in range(30):
        started(alice, prompt=f"picture number {number}", key=str(number))
    first = services.history_page(person=alice, size=20)
    assert first.next_cursor is not None
    second = services.history_page(person=alice, before=first.next_cursor, size=20)
    prompts = [job["prompt"] for job in first.jobs + second.jobs]
    assert prompts == [f"picture number {number}" for number in reversed(range(30))]
    assert second.next_cursor is None
    page = as_alice.get("/history", {"before": first.next_cursor}).content.decode()
    assert "picture number 0" in page
    assert "picture number 29" not in page


@pytest.mark.parametrize("cursor", ["", "nonsense", "2026-01-01_x", "_", "2026-01-01T00:00:00_" + str(uuid.uuid4())])
def test_a_cursor_that_is_none_begins_at_the_top(as_alice: Client, cursor: str) -> None:
    assert as_alice.get("/history", {"before": cursor}).status_code == 200


def test_a_post_without_its_token_is_refused_in_plain_words(alice: Person) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    answer = client.post("/jobs", {"prompt": "a red fox", "key": "k"})
    assert answer.status_code == 403
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("trained", "says"), [(False, "in training"), (True, None), (None, "loading" if settings.EMBEDDED else "No worker")]
)
def test_every_page_says_how_the_model_is(as_alice: Client, trained: bool | None, says: str | None) -> None:
    if trained is not None:
        services.report_engine(name=settings.ENGINE, trained=trained, device="cpu", weights="none")
    for path in ("/", "/history", "/accounts/password/change/", "/engine"):
        page = as_alice.get(path).content.decode()
        assert (says in page) if says else "in training" not in page
