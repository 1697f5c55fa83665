"""Artists who opt out: the form, the letter, the operator's word, and the list that rules read."""

import re

import pytest
from django.test import Client

from accounts.models import Person
from moderation import services
from moderation.models import OptOut
from moderation.services import artists
from tests.moderation.review import acts_logged, browser, moderator

FORM = {"name": "  Ada   Example ", "email": "ada@example.org", "works": "https://ada.example.org", "words": "Please."}
pytestmark = pytest.mark.django_db


def test_from_the_form_to_the_list(as_stranger: Client, mailoutbox, django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert as_stranger.post("/artists/opt-out", FORM)["Location"] == "/artists/opt-out?sent"
    path = re.search(r"http://testserver(/artists/opt-out/\S+)", mailoutbox[0].body).group(1)
    assert as_stranger.get(path).status_code == 200
    operator = moderator("operator", operator=True)
    admin, asked = browser(operator), OptOut.objects.get()
    form = {"action": "accept", "_selected_action": [asked.pk]}
    admin.post("/admin/moderation/optout/", form)
    assert services.opted_out_artists() == []  # the letter is not answered: opening its link is not yet that
    assert "Ada Example" in as_stranger.post(path).content.decode()
    admin.post("/admin/moderation/optout/", form)
    assert services.opted_out_artists() == ["Ada Example"]
    admin.post("/admin/moderation/optout/", {**form, "action": "decline"})
    assert services.opted_out_artists() == []
    assert acts_logged() == ["accept opt-out", "decline opt-out"]


@pytest.mark.parametrize(
    ("field", "value"), [("name", " "), ("email", "ada"), ("works", "javascript:alert(1)"), ("words", "x" * 1001)]
)
def test_what_is_wrong_is_said_beside_its_field(as_stranger: Client, field: str, value: str) -> None:
    answer = as_stranger.post("/artists/opt-out", {**FORM, field: value})
    assert answer.status_code == 422 and f'id="wrong-{field}"' in answer.content.decode()
    assert not OptOut.objects.exists()


def test_a_flood_ends(as_stranger: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(artists, "MOST_A_DAY", 2)
    assert [as_stranger.post("/artists/opt-out", FORM).status_code for _ in range(3)] == [302, 302, 429]


def test_a_link_that_is_not_ours(as_stranger: Client) -> None:
    assert as_stranger.post("/artists/opt-out/made-up").status_code == 404


def test_the_policy_names_every_part(as_stranger: Client, alice: Person) -> None:
    page = as_stranger.get("/policy").content.decode()
    assert all(f'id="{part.slug}"' in page for part in services.policy_shown())
