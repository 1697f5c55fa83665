"""The tools on a picture's page, as forms without a script: what they start, and that a refusal says why and where."""

import re

import pytest
from django.test import Client

from accounts.models import Person
from billing import services as billing
from generation import services
from generation.models import Job, Picture
from tests import people
from tests.generation.steps import brought, frames_of, pictures_of


@pytest.fixture
def picture(alice: Person) -> Picture:
    return pictures_of(alice)[0]


def newest() -> Job:
    return Job.objects.order_by("-created").first()


def test_a_variation_leads_to_its_request(as_alice: Client, picture: Picture) -> None:
    asked = {"source": f"picture:{picture.pk}", "strength": "0.25", "key": "v"}
    answer = as_alice.post("/variations", asked)
    job = newest()
    assert (answer.status_code, answer["Location"]) == (302, f"/jobs/{job.pk}")
    assert (job.kind, job.options["strength"], len(job.seeds)) == ("variation", 0.25, 3)
    page = as_alice.get(f"/jobs/{job.pk}").content.decode()
    assert "Made from" in page and f"/pictures/{picture.pk}" in page
    # Pressed twice, it is one.
    as_alice.post("/variations", asked)
    assert Job.objects.filter(kind="variation").count() == 1


def test_a_text_diff_and_a_blend_lead_to_theirs(as_alice: Client, alice: Person, picture: Picture) -> None:
    words = {"source": f"picture:{picture.pk}", "from_prompt": "winter", "to_prompt": "summer", "key": "t"}
    answer = as_alice.post("/text-diffs", words)
    assert newest().kind == "text_diff" and answer["Location"] == f"/jobs/{newest().pk}"
    upload = brought(alice)
    page = as_alice.get("/blend", {"first": f"picture:{picture.pk}"}).content.decode()
    assert f'value="upload:{upload.pk}"' in page
    assert f'value="picture:{picture.pk}" ' not in page.split("<fieldset")[1]
    answer = as_alice.post("/blend", {"first": f"picture:{picture.pk}", "second": f"upload:{upload.pk}", "key": "b"})
    assert newest().kind == "blend" and answer["Location"] == f"/jobs/{newest().pk}"


@pytest.mark.parametrize(
    ("path", "asked", "says"),
    [
        ("/variations", {"strength": "7"}, "less than or equal to 1"),
        ("/variations", {"strength": "nan"}, "Enter a number"),
        ("/text-diffs", {"to_prompt": ""}, "Write what you want to see"),
        ("/text-diffs", {"to_prompt": "x" * 401}, "1 character too long"),
        ("/text-diffs", {"to_prompt": "snow", "from_prompt": "snow"}, "nothing would change"),
        ("/blend", {}, "Choose the second picture"),
    ],
)
def test_what_cannot_be_asked_is_said_on_the_page_it_was_asked_from(
    as_alice: Client, picture: Picture, path: str, asked: dict[str, str], says: str
) -> None:
    source = f"picture:{picture.pk}"
    answer = as_alice.post(path, {"source": source, "first": source, "key": "k", **asked})
    page = answer.content.decode()
    assert answer.status_code in (200, 422)
    assert says in page
    assert str(picture.pk) in page
    assert Job.objects.count() == 1


def test_the_panel_that_was_refused_is_open_with_what_was_typed(as_alice: Client, picture: Picture) -> None:
    asked = {"source": f"picture:{picture.pk}", "from_prompt": "snow", "to_prompt": "snow", "key": "k"}
    page = as_alice.post("/text-diffs", asked).content.decode()
    panel = re.search(r'<details class="tool" name="tools" data-tool="text-diff" open>.*?</details>', page, re.S)
    assert panel and panel[0].count('value="snow"') == 2


def test_no_credits_and_no_proven_address_start_nothing(alice: Person, as_alice: Client, picture: Picture) -> None:
    billing.reserve(person=alice, amount=billing.balance_of(person=alice), reference="all")
    asked = {"source": f"picture:{picture.pk}", "strength": "0.5", "key": "k"}
    answer = as_alice.post("/variations", asked)
    assert answer.status_code == 402 and "no credits left" in answer.content.decode()
    assert as_alice.post(f"/jobs/{picture.job_id}/again", {"key": "a"}).status_code == 402
    by_htmx = as_alice.post(f"/jobs/{picture.job_id}/again", {"key": "a"}, headers={"HX-Request": "true"})
    assert by_htmx.status_code == 402 and "no credits left" in by_htmx.content.decode()
    assert Job.objects.count() == 1


def test_again_is_the_same_with_new_seeds(as_alice: Client, alice: Person) -> None:
    job = services.start_job(person=alice, prompt="a fox", negative="people", key="first")
    answer = as_alice.post(f"/jobs/{job.pk}/again", {"key": "second"})
    twin = newest()
    assert answer["Location"] == f"/jobs/{twin.pk}"
    assert (twin.prompt, twin.options, twin.kind) == (job.prompt, job.options, job.kind)
    assert twin.seeds != job.seeds
    card = as_alice.post(f"/jobs/{job.pk}/again", {"key": "third"}, headers={"HX-Request": "true"})
    assert card.status_code == 201 and f'id="job-{newest().pk}"' in card.content.decode()


def test_a_way_can_be_asked_again_until_what_it_began_from_is_gone(as_alice: Client, alice: Person) -> None:
    blend = frames_of(alice)[0].job
    assert as_alice.post(f"/jobs/{blend.pk}/again", {"key": "again"}).status_code == 302
    assert newest().options == blend.options
    begun_from = [source.picture for source in blend.sources.all()]
    services.trash_pictures(person=alice, picture_ids=[begun_from[0].pk])
    assert as_alice.post(f"/jobs/{blend.pk}/again", {"key": "once more"}).status_code == 404


def test_an_upload_has_a_page_with_the_same_tools(as_alice: Client, alice: Person) -> None:
    waiting = brought(alice, ready=False)
    page = as_alice.get(f"/uploads/{waiting.pk}").content.decode()
    assert "being checked" in page and "Draw three" not in page
    services.screen_next()
    page = as_alice.get(f"/uploads/{waiting.pk}").content.decode()
    assert f'value="upload:{waiting.pk}"' in page and "Draw three" in page
    asked = {"source": f"upload:{waiting.pk}", "strength": "0.5", "key": "u"}
    assert as_alice.post("/variations", asked).status_code == 302
    refused = as_alice.post("/uploads", {})
    assert refused.status_code == 422 and "Choose a picture." in refused.content.decode()


def test_a_picture_in_the_trash_says_so_and_can_be_had_back(as_alice: Client, alice: Person, picture: Picture) -> None:
    services.trash_pictures(person=alice, picture_ids=[picture.pk])
    page = as_alice.get(f"/pictures/{picture.pk}").content.decode()
    assert "Put it back" in page
    listed = as_alice.get("/trash").content.decode()
    assert str(picture.pk) in listed and "30 days left" in listed
    as_alice.post("/pictures/restore", {"id": str(picture.pk)})
    assert "The trash is empty" in as_alice.get("/trash").content.decode()
    assert str(picture.pk) not in people.browser_of(people.make("carol")).get("/trash").content.decode()


@pytest.mark.parametrize("tool", ["variations", "text-diffs", "blend"])
def test_from_a_page_that_was_open_when_it_was_thrown_away(
    as_alice: Client, alice: Person, picture: Picture, tool: str
) -> None:
    services.trash_pictures(person=alice, picture_ids=[picture.pk])
    jobs, source = Job.objects.count(), f"picture:{picture.pk}"
    asked = {"source": source, "first": source, "second": source, "strength": "0.5", "to_prompt": "summer", "key": "k"}
    answer = as_alice.post(f"/{tool}", asked)
    assert answer.status_code == 409
    assert "Nothing was drawn, and you were not charged." in answer.content.decode()
    assert "Put it back" in answer.content.decode()
    assert Job.objects.count() == jobs


def test_two_to_four_are_compared_in_the_order_asked(as_alice: Client, alice: Person) -> None:
    ids = [str(each.pk) for each in pictures_of(alice, key="compared")]
    answer = as_alice.post("/compare", {"id": [ids[2], ids[0]]})
    assert answer["Location"] == f"/compare?ids={ids[2]},{ids[0]}"
    page = as_alice.get(answer["Location"]).content.decode()
    assert 0 < page.index(f"/pictures/{ids[2]}") < page.index(f"/pictures/{ids[0]}")
    for wrong in ("", ids[0], "x,y", ",".join([*ids, *ids[:1], "no"]), f"{ids[0]},{ids[0]}"):
        assert as_alice.get("/compare", {"ids": wrong}).status_code == 404
    assert as_alice.get("/compare", {"ids": ",".join(ids)}).status_code == 200


def test_the_lineage_is_a_page(as_alice: Client, alice: Person) -> None:
    frame = frames_of(alice)[3]
    page = as_alice.get(f"/pictures/{frame.pk}/tree").content.decode()
    begun_from = [source.picture_id for source in frame.job.sources.all()]
    assert all(f"/pictures/{each}" in page for each in begun_from)


def test_what_the_model_did_not_read_is_said(as_alice: Client, picture: Picture) -> None:
    Job.objects.filter(pk=picture.job_id).update(used={"unread": "<b>and a hat</b>"})
    for path in (f"/jobs/{picture.job_id}", f"/pictures/{picture.pk}"):
        page = as_alice.get(path).content.decode()
        assert "The model did not read:" in page
        assert "&lt;b&gt;and a hat" in page
