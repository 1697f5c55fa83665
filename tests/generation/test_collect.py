"""Many pictures into collections at once: into some that are there, or into one that is named on the way."""

import pytest
from django.test import Client

from accounts.models import Person
from generation import services
from generation.models import Collection, Picture
from tests.generation.steps import frames_of
from tests.generation.walls import hang

ADDRESS = "/pictures/collections"
BY_SCRIPT = {"HX-Request": "true"}


def ids(pictures: list[Picture]) -> list[str]:
    return [str(picture.pk) for picture in pictures]


@pytest.fixture
def pictures(alice: Person) -> list[Picture]:
    return hang(alice, 3)


@pytest.fixture
def foxes(alice: Person, pictures: list[Picture]) -> Collection:
    return services.create_collection(person=alice, name="Foxes <b>", pictures=[pictures[1].pk])


def inside(collection: Collection) -> list[str]:
    return [str(picture_id) for picture_id in services.pictures_in(collection)]


def test_it_asks_first(as_alice: Client, pictures: list[Picture], foxes: Collection) -> None:
    page = as_alice.post(ADDRESS, {"id": ids(pictures)})
    text = page.content.decode()
    assert page.status_code == 200 and "3 pictures" in text and "Foxes &lt;b&gt;" in text
    assert all(f'name="id" value="{each}"' in text for each in ids(pictures))
    assert inside(foxes) == ids(pictures[1:2])


def test_into_one_that_is_there_and_a_new_one(as_alice: Client, pictures: list[Picture], foxes: Collection) -> None:
    asked = {"id": ids(pictures), "picked": "on", "collection": str(foxes.pk), "name": "Readers of maps"}
    answer = as_alice.post(ADDRESS, asked)
    new = Collection.objects.get(name="Readers of maps")
    assert answer["Location"] == f"/collections/{new.pk}"
    assert inside(new) == ids(pictures)
    # What was there stands where it stood; the others come behind it.
    assert inside(foxes) == [str(pictures[1].pk), str(pictures[0].pk), str(pictures[2].pk)]


def test_to_a_script_it_says_what_was_done(as_alice: Client, pictures: list[Picture], foxes: Collection) -> None:
    form = as_alice.post(ADDRESS, {"id": ids(pictures)}, headers=BY_SCRIPT).content.decode()
    assert form.lstrip().startswith("<form") and "<html" not in form
    asked = {"id": ids(pictures), "picked": "on", "collection": str(foxes.pk)}
    answer = as_alice.post(ADDRESS, asked, headers=BY_SCRIPT)
    assert (answer.status_code, answer.json()) == (201, {"words": "3 pictures are now in “Foxes <b>”."})


@pytest.mark.parametrize(
    ("asked", "words"),
    [({}, "Choose a collection, or name a new one."), ({"name": "x" * 121}, "1 character too long; at most 120.")],
)
def test_what_cannot_be_done_is_said_and_nothing_is_changed(
    as_alice: Client, pictures: list[Picture], foxes: Collection, asked: dict[str, str], words: str
) -> None:
    also = {"collection": str(foxes.pk)} if asked else {}
    answer = as_alice.post(ADDRESS, {"id": ids(pictures), "picked": "on", **asked, **also})
    assert answer.status_code == 422 and words in answer.content.decode()
    assert Collection.objects.count() == 1 and inside(foxes) == ids(pictures[1:2])


def test_somebody_elses_are_not_there(
    as_bob: Client, as_stranger: Client, bob: Person, pictures: list[Picture], foxes: Collection
) -> None:
    own = hang(bob)[0]
    mine = services.create_collection(person=bob, name="Bob's")
    for asked in (
        {"id": ids([own, pictures[0]]), "collection": str(mine.pk)},
        {"id": ids([own]), "collection": [str(mine.pk), str(foxes.pk)]},
        {"id": ["1"]},
        {},
    ):
        assert as_bob.post(ADDRESS, {**asked, "picked": "on"}).status_code == 404
    assert as_bob.post(ADDRESS, {"id": ids(pictures)}).status_code == 404
    assert as_stranger.post(ADDRESS, {"id": ids(pictures)}).status_code == 302
    assert inside(mine) == [] and inside(foxes) == ids(pictures[1:2])


def test_a_frame_that_is_collected_is_kept(as_alice: Client, alice: Person) -> None:
    many, alone = frames_of(alice)[:2], frames_of(alice, key="others")[3]
    as_alice.post(ADDRESS, {"id": ids(many), "picked": "on", "name": "Frames"})
    frames = Collection.objects.get()
    as_alice.post(f"/pictures/{alone.pk}/collections", {"collection": str(frames.pk)})
    assert inside(frames) == [*ids(many), str(alone.pk)]
    assert set(
        Picture.objects.filter(pk__in=[alone.pk, *(each.pk for each in many)]).values_list("kept", flat=True)
    ) == {True}
