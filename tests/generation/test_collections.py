"""Collections: made, filled, put in order, taken apart, and everything of that undone."""

import uuid
from datetime import timedelta

import pytest
from django.http import Http404
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from generation import services
from generation.models import Collection, Picture, Placement
from tests.generation.walls import hang, queries

NAMES = ["Herbst", "ציפורים וספינות", "🦊 " * 40, "x" * 120, "<script>alert(1)</script>", "مجموعة طويلة جدا " * 7]


def order_of(collection: Collection) -> list[uuid.UUID]:
    return [picture.pk for picture in services.pictures_page(collection, size=100).rows]


def made(person: Person, pictures: list[Picture], name: str = "Foxes") -> Collection:
    return services.create_collection(person=person, name=name, pictures=[picture.pk for picture in pictures])


@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_kept_and_shown_as_written(as_alice: Client, alice: Person, name: str) -> None:
    answer = as_alice.post("/collections", {"name": name, "description": "Two\r\nlines"}, follow=True)
    found = Collection.objects.get(person=alice)
    assert (found.name, found.description) == (" ".join(name.split()), "Two\nlines")
    page = answer.content.decode()
    assert "<script>alert(1)" not in page
    assert 'dir="auto"' in page
    assert as_alice.get("/collections").status_code == 200


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("", "Give it a name"),
        ("\u200b \u200d", "Give it a name"),
        ("x" * 123, "3 characters too long"),
        ("a\x07b", "U+0007"),
    ],
)
def test_a_bad_name_is_explained_and_kept(as_alice: Client, alice: Person, name: str, says: str) -> None:
    answer = as_alice.post("/collections", {"name": name, "description": "what I wrote"})
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert "what I wrote" in answer.content.decode()
    assert not Collection.objects.exists()
    collection = made(alice, [])
    answer = as_alice.post(f"/collections/{collection.pk}/words", {"name": name, "description": "what I wrote"})
    assert answer.status_code == 422
    assert says in answer.content.decode()
    collection.refresh_from_db()
    assert collection.name == "Foxes"


def test_many_pictures_at_once_each_once_and_only_own_ones(as_alice: Client, alice: Person, bob: Person) -> None:
    mine, theirs = hang(alice, 5), hang(bob)
    trashed = hang(alice)[0]
    Picture.objects.filter(pk=trashed.pk).update(trashed_at=timezone.now())
    collection = made(alice, mine[:1])
    wanted = [mine[0], mine[3], theirs[0], mine[2], trashed]
    as_alice.post(f"/collections/{collection.pk}/add", {"picture": [*(str(p.pk) for p in wanted), "nonsense"]})
    assert order_of(collection) == [mine[0].pk, mine[3].pk, mine[2].pk]
    page = as_alice.get(f"/collections/{collection.pk}/add").content.decode()
    assert str(mine[1].pk) in page and str(mine[4].pk) in page
    assert str(mine[3].pk) not in page and str(trashed.pk) not in page


def test_a_picture_may_be_in_several(as_alice: Client, alice: Person) -> None:
    picture = hang(alice)[0]
    one, other, third = (made(alice, [], name) for name in ("One", "Other", "Third"))
    form = {"collection": [str(one.pk), str(other.pk)], "name": "A new one"}
    answer = as_alice.post(f"/pictures/{picture.pk}/collections", form)
    assert answer.status_code == 302
    inside = {
        choice["name"]
        for choice in services.collection_choices(person=alice, picture_id=picture.pk)
        if choice["inside"]
    }
    assert inside == {"One", "Other", "A new one"}
    as_alice.post(f"/pictures/{picture.pk}/collections", {"collection": [str(third.pk)]})
    inside = {
        choice["name"]
        for choice in services.collection_choices(person=alice, picture_id=picture.pk)
        if choice["inside"]
    }
    assert inside == {"Third"}
    answer = as_alice.post(f"/pictures/{picture.pk}/collections", {"name": "x" * 121})
    assert answer.status_code == 422 and "1 character too long" in answer.content.decode()


def test_moving_by_script_and_by_buttons(as_alice: Client, alice: Person) -> None:
    a, b, c, d = hang(alice, 4)
    collection = made(alice, [a, b, c, d])
    base = f"/collections/{collection.pk}/pictures"
    assert as_alice.post(f"{base}/{d.pk}/move", {"after": str(a.pk)}).status_code == 204
    assert order_of(collection) == [a.pk, d.pk, b.pk, c.pk]
    assert as_alice.post(f"{base}/{c.pk}/move", {"after": ""}).status_code == 204
    assert order_of(collection) == [c.pk, a.pk, d.pk, b.pk]
    assert as_alice.post(f"{base}/{c.pk}/move", {"after": ""}).status_code == 204
    assert order_of(collection) == [c.pk, a.pk, d.pk, b.pk]
    answer = as_alice.post(base, {"later": str(c.pk)})
    assert answer["Location"].endswith(f"?edit#p-{c.pk}")
    assert order_of(collection) == [a.pk, c.pk, d.pk, b.pk]
    as_alice.post(base, {"earlier": str(b.pk)})
    as_alice.post(base, {"earlier": str(a.pk)})  # at the front already
    assert order_of(collection) == [a.pk, c.pk, b.pk, d.pk]
    assert as_alice.post(f"{base}/{uuid.uuid4()}/move", {"after": str(a.pk)}).status_code == 404
    assert as_alice.post(f"{base}/{a.pk}/move", {"after": str(uuid.uuid4())}).status_code == 404


def test_what_is_taken_out_comes_back_into_its_place(as_alice: Client, alice: Person) -> None:
    pictures = hang(alice, 5)
    collection = made(alice, pictures)
    base = f"/collections/{collection.pk}"
    answer = as_alice.post(
        f"{base}/pictures", {"act": "remove", "picture": [str(pictures[1].pk), str(pictures[3].pk)]}, follow=True
    )
    assert "2 pictures are taken out" in answer.content.decode()
    assert order_of(collection) == [pictures[0].pk, pictures[2].pk, pictures[4].pk]
    as_alice.post(f"{base}/put-back", {"moment": answer.context["removed_moment"]})
    assert order_of(collection) == [picture.pk for picture in pictures]
    for moment in ("", "nonsense", "2026-01-01T00:00:00"):
        assert as_alice.post(f"{base}/put-back", {"moment": moment}).status_code == 302
        assert as_alice.get(base, {"removed": moment}).status_code == 200


def test_taken_out_and_added_again_it_stands_at_the_end(alice: Person) -> None:
    pictures = hang(alice, 3)
    collection = made(alice, pictures)
    services.remove_pictures(person=alice, collection_id=collection.pk, pictures=[pictures[0].pk])
    assert services.add_pictures(person=alice, collection_id=collection.pk, pictures=[pictures[0].pk]) == 1
    assert order_of(collection) == [pictures[1].pk, pictures[2].pk, pictures[0].pk]


def test_undo_ends_with_the_days_of_the_trash(alice: Person) -> None:
    pictures = hang(alice, 2)
    collection = made(alice, pictures)
    services.remove_pictures(person=alice, collection_id=collection.pk, pictures=[pictures[0].pk])
    Placement.objects.filter(removed_at__isnull=False).update(removed_at=timezone.now() - timedelta(days=31))
    services.remove_pictures(person=alice, collection_id=collection.pk, pictures=[pictures[1].pk])
    assert Placement.objects.filter(collection=collection).count() == 1


def test_deleting_leaves_the_pictures_and_can_be_undone(as_alice: Client, alice: Person) -> None:
    picture = hang(alice)[0]
    collection = made(alice, [picture])
    answer = as_alice.post(f"/collections/{collection.pk}/delete", follow=True)
    assert "Foxes" in answer.content.decode() and "Undo" in answer.content.decode()
    assert as_alice.get(f"/collections/{collection.pk}").status_code == 404
    assert as_alice.get(f"/pictures/{picture.pk}").status_code == 200
    assert as_alice.post(f"/collections/{collection.pk}/restore").status_code == 302
    assert order_of(services.collection_for(person=alice, collection_id=collection.pk)) == [picture.pk]


def test_the_cover_is_the_chosen_one_while_it_is_there(as_alice: Client, alice: Person) -> None:
    first, second, outside = hang(alice, 3)
    collection = made(alice, [first, second])
    base = f"/collections/{collection.pk}/pictures"
    assert services.covers_of([collection.pk])[collection.pk] == first
    as_alice.post(base, {"act": "cover", "picture": str(second.pk)})
    assert services.covers_of([collection.pk])[collection.pk] == second
    assert as_alice.post(base, {"act": "cover", "picture": str(outside.pk)}).status_code == 404
    Picture.objects.filter(pk=second.pk).update(trashed_at=timezone.now())
    assert services.covers_of([collection.pk])[collection.pk] == first
    services.remove_pictures(person=alice, collection_id=collection.pk, pictures=[first.pk])
    assert services.covers_of([collection.pk]) == {}
    assert "Empty" in as_alice.get("/collections").content.decode()


def test_what_is_in_the_trash_is_not_in_the_collection_meanwhile(as_alice: Client, alice: Person) -> None:
    pictures = hang(alice, 3)
    collection = made(alice, pictures)
    Picture.objects.filter(pk=pictures[1].pk).update(trashed_at=timezone.now())
    assert order_of(collection) == [pictures[0].pk, pictures[2].pk]
    assert "2 pictures" in as_alice.get("/collections").content.decode()
    Picture.objects.filter(pk=pictures[1].pk).update(trashed_at=None)
    assert order_of(collection) == [picture.pk for picture in pictures]


def test_pages_go_on_where_they_stopped_and_come_back_whole(as_alice: Client, alice: Person) -> None:
    pictures = hang(alice, 65)
    collection = made(alice, pictures)
    first = services.pictures_page(collection)
    assert (len(first.rows), first.shown) == (60, 60)
    second = services.pictures_page(collection, after=first.next_cursor, shown=60)
    assert [p.pk for p in first.rows + second.rows] == [p.pk for p in pictures]
    assert (second.next_cursor, second.shown) == (None, 65)
    answer = as_alice.get(
        f"/collections/{collection.pk}", {"after": first.next_cursor, "shown": 60}, headers={"HX-Request": "true"}
    )
    assert answer["HX-Replace-Url"] == f"/collections/{collection.pk}?shown=65"
    again = as_alice.get(answer["HX-Replace-Url"]).content.decode()
    assert all(f'id="p-{picture.pk}"' in again for picture in pictures)
    for cursor in ("", "nonsense", "1_", "9" * 30 + "_1"):
        assert as_alice.get(f"/collections/{collection.pk}", {"after": cursor}).status_code == 200


def test_the_empty_pages_say_what_to_do(as_alice: Client, alice: Person) -> None:
    assert "Pictures that belong together" in as_alice.get("/collections").content.decode()
    collection = made(alice, [])
    assert "No picture is in it yet" in as_alice.get(f"/collections/{collection.pk}").content.decode()
    assert "Nothing more to add" in as_alice.get(f"/collections/{collection.pk}/add").content.decode()


def test_somebody_elses_picture_or_collection_is_not_there(alice: Person, bob: Person) -> None:
    collection, picture = made(alice, hang(alice)), hang(bob)[0]
    with pytest.raises(Http404):
        services.add_pictures(person=bob, collection_id=collection.pk, pictures=[picture.pk])
    with pytest.raises(Http404):
        services.choose_collections(person=alice, picture_id=picture.pk, chosen=[collection.pk])
    services.choose_collections(person=bob, picture_id=picture.pk, chosen=[collection.pk])
    assert services.size_of(collection) == 1


@pytest.mark.parametrize("path", ["", "?edit", "/add"])
def test_the_queries_of_a_page_do_not_grow(as_alice: Client, alice: Person, path: str) -> None:
    pictures = hang(alice, 80)
    one, many = made(alice, pictures[:1]), made(alice, pictures[:40])
    few = queries(as_alice, f"/collections/{one.pk}{path}")
    assert queries(as_alice, f"/collections/{many.pk}{path}") == few <= 9


def test_the_queries_of_the_shelves_do_not_grow(as_alice: Client, alice: Person) -> None:
    pictures = hang(alice, 3)
    made(alice, pictures)
    few = queries(as_alice, "/collections")
    for number in range(39):
        made(alice, pictures, f"Number {number}")
    assert queries(as_alice, "/collections") == few <= 9
