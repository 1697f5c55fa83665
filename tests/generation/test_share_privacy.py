"""Every address of collections, sharing and the gallery, and what each kind of person is answered there.

Alice owns everything. Bob is somebody else who is signed in, the stranger is signed out. LOGIN is the way to sign-in.
"""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from accounts.models import Person
from generation import services
from generation.models import Collection, Share
from generation.views import collections, gallery, shares
from moderation.models import Report
from tests.generation.walls import SENTENCE, hang, show

LOGIN = "login"
WHO = ("alice", "bob", "stranger")
OURS = (collections, gallery, shares)
NOWHERE = {"collection_id": uuid.uuid4(), "picture_id": uuid.uuid4(), "token": "no-such-token"}

# Name of the address, method, what is shared there: alice, bob, stranger.
PRIVATE = [
    ("collections", "get", 200, 200, LOGIN),
    ("collections", "post", 302, 302, LOGIN),
    ("collection", "get", 200, 404, LOGIN),
    ("collection_words", "post", 302, 404, LOGIN),
    ("collection_add", "get", 200, 404, LOGIN),
    ("collection_add", "post", 302, 404, LOGIN),
    ("collection_pictures", "post", 302, 404, LOGIN),
    ("collection_move", "post", 204, 404, LOGIN),
    ("collection_put_back", "post", 302, 404, LOGIN),
    ("collection_delete", "post", 302, 404, LOGIN),
    ("collection_restore", "post", 302, 404, LOGIN),
    # Its pictures stand in the form: tests/generation/test_collect.py.
    ("collections_choose", "post", 404, 404, LOGIN),
    ("picture_collections", "get", 200, 404, LOGIN),
    ("picture_collections", "post", 302, 404, LOGIN),
    ("picture_share", "get", 200, 404, LOGIN),
    ("picture_share", "post", 302, 404, LOGIN),
    ("collection_share", "get", 200, 404, LOGIN),
    ("collection_share", "post", 302, 404, LOGIN),
]
PUBLIC = [
    ("share", "get", 200, 200, 200),
    ("shared_picture", "get", 200, 200, 200),
    ("share_file", "get", 200, 200, 200),
    ("share_view", "get", 200, 200, 200),
    ("share_small", "get", 200, 200, 200),
    ("share_like", "post", 302, 302, LOGIN),
    ("share_report", "get", 200, 200, 200),
    ("share_report", "post", 200, 200, 200),
    ("share_continue", "get", 302, 302, 302),
]
OPEN = [
    ("gallery", "get", 200, 200, 200),
    ("surprise", "get", 302, 302, 302),
]
FORM = {"name": "Bob was here", "visibility": "public", "reason": "spam", "liked": "1", "act": "remove"}


@pytest.fixture
def clients(as_alice: Client, as_bob: Client, as_stranger: Client) -> dict[str, Client]:
    return {"alice": as_alice, "bob": as_bob, "stranger": as_stranger}


@pytest.fixture
def theirs(alice: Person) -> dict[str, Any]:
    """A private collection of Alice's with one picture."""
    picture = hang(alice)[0]
    collection = services.create_collection(person=alice, name="Private foxes", pictures=[picture.pk])
    return {"collection_id": collection.pk, "picture_id": picture.pk}


@pytest.fixture
def shared(alice: Person) -> dict[str, Any]:
    picture = hang(alice)[0]
    collection = services.create_collection(person=alice, name="Shown foxes", pictures=[picture.pk])
    share = services.share_collection(collection=collection, public=False, show_sentence=True)
    return {"token": share.token, "picture_id": picture.pk}


def address(name: str, values: dict[str, Any]) -> str:
    pattern = next(one for one in our_addresses() if one.name == name)
    path = "/" + str(pattern.pattern)
    for key, value in values.items():
        path = path.replace(f"<uuid:{key}>", str(value)).replace(f"<str:{key}>", str(value))
    assert "<" not in path
    return path


def our_addresses() -> Iterator[URLPattern]:
    for one in get_resolver("generation.urls").url_patterns:
        if isinstance(one, URLPattern) and one.callback.__module__ in {room.__name__ for room in OURS}:
            yield one


def test_the_table_names_every_address_of_ours() -> None:
    known = {name for name, *_rest in (*PRIVATE, *PUBLIC, *OPEN)}
    assert {one.name for one in our_addresses()} == known


def each(rows: list[tuple[Any, ...]]) -> Any:
    """One test for each cell of the table."""
    cells = [(who, row[0], row[1], wanted) for row in rows for who, wanted in zip(WHO, row[2:], strict=True)]
    return pytest.mark.parametrize(
        ("who", "name", "method", "wanted"), cells, ids=[f"{who}-{method}-{name}" for who, name, method, _w in cells]
    )


def ask(client: Client, method: str, path: str) -> Any:
    return client.post(path, FORM) if method == "post" else client.get(path)


@each(PRIVATE)
def test_what_is_private(
    clients: dict[str, Client], theirs: dict[str, Any], who: str, name: str, method: str, wanted: Any
) -> None:
    before = Collection.objects.filter(pk=theirs["collection_id"]).values().get()
    answer = ask(clients[who], method, address(name, theirs))
    expect(answer, wanted)
    if who != "alice":
        assert SENTENCE not in answer.content.decode()
        assert "Private foxes" not in answer.content.decode()
        assert Collection.objects.filter(pk=theirs["collection_id"]).values().get() == before
        assert services.size_of(Collection.objects.get(pk=theirs["collection_id"])) == 1
        assert not Share.objects.exists()


@each([*PUBLIC, *OPEN])
def test_what_is_public(
    clients: dict[str, Client], shared: dict[str, Any], who: str, name: str, method: str, wanted: Any
) -> None:
    answer = ask(clients[who], method, address(name, shared))
    expect(answer, wanted)
    assert who == "alice" or b"alice@example.com" not in answer.content


@each([row for row in (*PRIVATE, *PUBLIC) if row[0] != "collections"])
def test_what_was_never_there_looks_like_what_is_not_yours(
    clients: dict[str, Client], who: str, name: str, method: str, wanted: Any
) -> None:
    private = name in {row[0] for row in PRIVATE}
    expect(ask(clients[who], method, address(name, NOWHERE)), LOGIN if who == "stranger" and private else 404)


@each(PUBLIC)
def test_what_is_no_longer_shared_is_not_there_for_anybody(
    clients: dict[str, Client], alice: Person, shared: dict[str, Any], who: str, name: str, method: str, wanted: Any
) -> None:
    services.unshare(person=alice, thing=Share.objects.get(token=shared["token"]).collection)
    assert ask(clients[who], method, address(name, shared)).status_code == 404
    assert not Report.objects.exists()


@pytest.mark.parametrize("name", sorted({row[0] for row in (*PRIVATE, *PUBLIC) if row[1] == "post"}))
def test_posts_want_their_token(alice: Person, theirs: dict[str, Any], name: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    values = {**theirs, "token": show(hang(alice)[0]).token}
    assert client.post(address(name, values), FORM).status_code == 403


def expect(answer: Any, wanted: Any) -> None:
    if wanted == LOGIN:
        assert answer.status_code == 302 and answer["Location"].startswith("/accounts/login/?next="), answer
    else:
        assert answer.status_code == wanted, (answer.status_code, answer.get("Location"))
        assert "/accounts/login/" not in answer.get("Location", "")
