"""Favourites, and frames that a person keeps."""

import pytest
from django.test import Client

from accounts.models import Person
from generation import services
from generation.models import Job, Picture
from tests.generation.steps import frames_of, pictures_of

JSON = {"Accept": "application/json"}


def wall(person: Person) -> list[str]:
    return [picture["id"] for picture in services.recent_pictures(person=person)]


def test_a_favourite_and_no_more(alice: Person, as_alice: Client) -> None:
    first, *_ = pictures_of(alice)
    for _ in range(2):
        facts = as_alice.post(f"/pictures/{first.pk}/favourite", headers=JSON).json()
        assert (facts["id"], facts["favourite"]) == (str(first.pk), True)
    since = Picture.objects.get(pk=first.pk).favourite_at
    services.set_favourite(person=alice, picture_id=first.pk, favourite=True)
    assert Picture.objects.get(pk=first.pk).favourite_at == since
    for _ in range(2):
        assert not as_alice.post(f"/pictures/{first.pk}/unfavourite", headers=JSON).json()["favourite"]
    answer = as_alice.post(f"/pictures/{first.pk}/favourite", headers={"HX-Request": "true"})
    assert (answer.status_code, '"favourite": true' in answer["HX-Trigger"]) == (204, True)
    assert as_alice.post(f"/pictures/{first.pk}/favourite")["Location"] == f"/pictures/{first.pk}"


def test_only_kept_frames_are_on_the_wall(alice: Person, as_alice: Client) -> None:
    frames = frames_of(alice)
    before = wall(alice)
    assert not {str(frame.pk) for frame in frames} & set(before)
    for _ in range(2):
        assert as_alice.post(f"/pictures/{frames[3].pk}/keep", headers=JSON).json()["kept"]
    assert wall(alice) == [str(frames[3].pk), *before]
    assert len(services.snapshot(frames[3].job)["pictures"]) == 7
    services.set_favourite(person=alice, picture_id=frames[3].pk, favourite=True)
    facts = as_alice.post(f"/pictures/{frames[3].pk}/unkeep", headers=JSON).json()
    assert (facts["kept"], facts["favourite"]) == (False, False)
    assert wall(alice) == before


def test_what_is_no_frame_stays_kept(alice: Person) -> None:
    first, *_ = pictures_of(alice)
    assert services.keep_frame(person=alice, picture_id=first.pk, kept=False).kept


def test_frames_say_where_they_stand(alice: Person) -> None:
    frames = frames_of(alice)
    snapshot = services.snapshot(frames[0].job)
    assert snapshot["kind"] == Job.Kind.BLEND
    assert [frame["theta"] for frame in snapshot["pictures"]] == [place / 6 for place in range(7)]
    assert [source["kind"] for source in snapshot["sources"]] == ["picture", "picture"]
    assert snapshot["places"] == [1, 2, 3, 4, 5, 6, 7]


def test_open_pages_hear_of_it(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    first, *_ = pictures_of(alice)
    told: list[object] = []
    monkeypatch.setattr("generation.events.job_changed", lambda **what: told.append(what["job_id"]))
    before = Job.objects.get().revision
    services.set_favourite(person=alice, picture_id=first.pk, favourite=True)
    services.set_favourite(person=alice, picture_id=first.pk, favourite=True)
    assert (told, Job.objects.get().revision) == ([first.job_id], before + 1)
