"""The public gallery: what hangs there, in which order, who likes it, and what waits before it may hang."""

import json
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Person
from generation import services
from generation.models import Job, JobSource, Like, Picture, Share, Upload
from generation.services import gallery, gallery_surprises
from gpu_worker.corpus.styles import STYLES as TAUGHT
from moderation.models import Listing
from moderation.services import decide_listings
from tests import people
from tests.generation.walls import SENTENCE, hang, queries, show


def tokens(order: str = "newest", style: str = "") -> list[str]:
    """The whole gallery, page by page."""
    wish = services.Wish.read({"order": order, "style": style})
    found: list[str] = []
    after = None
    while True:
        page = services.gallery_page(wish=wish, after=after, size=3)
        found += [one.token for one in page.items]
        after = page.next_cursor
        if after is None:
            return found


def test_newest_first_page_by_page(alice: Person) -> None:
    shares = [show(picture) for picture in hang(alice, 8)]
    Share.objects.filter(pk__in=[share.pk for share in shares[2:5]]).update(listed_at=timezone.now())  # a tie
    expected = list(Share.objects.order_by("-listed_at", "-id").values_list("token", flat=True))
    assert tokens() == expected
    assert len(set(expected)) == 8


def test_most_liked_first_page_by_page(alice: Person) -> None:
    shares = [show(picture) for picture in hang(alice, 8)]
    for share, likes in zip(shares, [0, 3, 3, 9, 3, 0, 1, 3], strict=True):
        Share.objects.filter(pk=share.pk).update(likes=likes)
    expected = list(Share.objects.order_by("-likes", "-id").values_list("token", flat=True))
    assert tokens("liked") == expected
    assert tokens("liked")[0] == shares[3].token


def test_unlisted_ones_do_not_hang_there(as_stranger: Client, alice: Person) -> None:
    listed, unlisted = (
        show(picture, public=public) for picture, public in zip(hang(alice, 2), (True, False), strict=True)
    )
    page = as_stranger.get("/gallery").content.decode()
    assert listed.token in page
    assert unlisted.token not in page
    show(listed.picture, public=False)
    assert listed.token not in as_stranger.get("/gallery").content.decode()


def test_by_style_and_a_style_that_is_none(as_stranger: Client, alice: Person) -> None:
    oil = show(hang(alice, prompt="An oil painting of a fox")[0])
    ink = show(hang(alice, prompt="A fox, ink drawing")[0])
    assert tokens(style="oil") == [oil.token]
    assert tokens("liked", "ink") == [ink.token]
    assert set(tokens(style="no such style")) == {oil.token, ink.token}
    assert "Nothing in this style yet" in as_stranger.get("/gallery?style=neon").content.decode()


@pytest.mark.parametrize("style", [style for style in TAUGHT if style.name != "plain"], ids=lambda style: style.name)
def test_every_style_that_the_model_was_taught_is_read(style) -> None:
    for phrase in [
        *(f"{before} a fox on a chair" for before in style.before),
        *(f"a fox, {after}" for after in style.after),
    ]:
        assert services.read_style(phrase), phrase


@pytest.mark.parametrize("chip", services.style_chips(), ids=lambda chip: chip["code"])
def test_what_a_chip_writes_is_read_as_its_own_style(chip: dict[str, str]) -> None:
    assert services.read_style(f"a fox on a chair, {chip['words']}") == chip["code"]


@pytest.mark.parametrize(
    ("sentence", "style"),
    [
        ("A Picasso painting of a teapot", "cubist"),
        ("a vintage photo of a poster", "vintage"),
        ("a photo of a cat, as a mosaic", "mosaic"),
        ("WATERCOLOR of a dog", "watercolour"),
        ("a moneta in a fountain", ""),
        ("a telephotograph", ""),
        (SENTENCE, ""),
    ],
)
def test_the_longest_words_decide(sentence: str, style: str) -> None:
    assert services.read_style(sentence) == style


@pytest.mark.parametrize(
    "query",
    ["after=nonsense", "after=1_2", "after=_", "order=liked&after=2026-01-01T00:00:00_1", "shown=x", "style=%00",
     "order=liked&after=99999999999999_1", "shown=999999999", "shown=-4", "order=worst", "after=2026-01-01T00:00:00_1"],
)  # fmt: skip
def test_an_address_that_makes_no_sense_begins_at_the_top(as_stranger: Client, alice: Person, query: str) -> None:
    share = show(hang(alice)[0])
    answer = as_stranger.get(f"/gallery?{query}")
    assert answer.status_code == 200
    assert share.token in answer.content.decode()


def test_the_wall_grows_in_place_and_comes_back_as_long_as_it_was(as_stranger: Client, alice: Person) -> None:
    shares = [show(picture) for picture in hang(alice, 60)]
    first = as_stranger.get("/gallery").content.decode()
    assert sum(share.token in first for share in shares) == 24
    page = services.gallery_page(wish=services.Wish())
    answer = as_stranger.get("/gallery", {"after": page.next_cursor, "shown": 24}, headers={"HX-Request": "true"})
    assert "<html" not in answer.content.decode()
    assert answer["HX-Replace-Url"] == "/gallery?shown=48"
    again = as_stranger.get("/gallery?shown=48").content.decode()
    assert sum(share.token in again for share in shares) == 48
    # Without scripts "More" is a page of its own.
    plain = as_stranger.get("/gallery", {"after": page.next_cursor}).content.decode()
    assert "<html" in plain and sum(share.token in plain for share in shares) == 24


def test_the_queries_do_not_grow(as_stranger: Client, as_bob: Client, alice: Person) -> None:
    def listed(count: int) -> None:
        for picture in hang(alice, count):
            show(picture)
        collection = services.create_collection(
            person=alice, name="Some", pictures=[picture.pk for picture in hang(alice, 2)]
        )
        services.share_collection(collection=collection, public=True, show_sentence=True)

    listed(1)
    few = [queries(client, path) for client in (as_stranger, as_bob) for path in ("/gallery?shown=48", "/")]
    listed(39)
    assert [queries(client, path) for client in (as_stranger, as_bob) for path in ("/gallery?shown=48", "/")] == few
    assert max(few) <= 14


# Liking


def test_a_double_click_counts_once_and_is_taken_back_once(as_bob: Client, alice: Person) -> None:
    share = show(hang(alice)[0])
    for _ in range(2):
        answer = as_bob.post(f"/s/{share.token}/like", {"liked": "1"}, headers={"Accept": "application/json"})
        assert answer.json() == {"liked": True, "likes": 1}
    assert "1 like" in as_bob.get("/gallery").content.decode()
    for _ in range(2):
        answer = as_bob.post(f"/s/{share.token}/like", {"liked": "0"})
        assert answer["Location"] == f"/s/{share.token}"
    share.refresh_from_db()
    assert (share.likes, Like.objects.count()) == (0, 0)


def test_everybody_counts_once_and_signed_out_one_signs_in_first(
    as_bob: Client, as_alice: Client, as_stranger: Client, alice: Person
) -> None:
    share = show(hang(alice)[0])
    for client in (as_bob, as_alice):
        client.post(f"/s/{share.token}/like", {"liked": "1"})
    answer = as_stranger.post(f"/s/{share.token}/like", {"liked": "1"})
    assert answer["Location"] == f"/accounts/login/?next=%2Fs%2F{share.token}"
    share.refresh_from_db()
    assert share.likes == 2
    assert Like.objects.count() == share.likes


# What waits


def engine_of(share: Share, engine: str) -> None:
    Job.objects.filter(pk=share.picture.job_id).update(used={"engine": engine})


@pytest.mark.parametrize(
    ("review", "engine", "listed"),
    [("faces", "bundled", True), ("faces", "tiny", True), ("faces", "karlo", False), ("faces", "tomorrow's", False),
     ("off", "karlo", True), ("all", "bundled", False)],
)  # fmt: skip
def test_what_may_show_a_face_waits(
    as_stranger: Client,
    as_alice: Client,
    alice: Person,
    bob: Person,
    settings: Settings,
    review: str,
    engine: str,
    listed: bool,
) -> None:
    settings.LISTING_REVIEW = review
    share = show(hang(alice, engine=engine)[0])
    hangs = share.token in as_stranger.get("/gallery").content.decode()
    assert hangs is listed
    assert as_stranger.get(f"/s/{share.token}").status_code == 200
    assert Listing.objects.filter(state="waiting").exists() is not listed
    if not listed:
        assert "waits for a moderator" in as_alice.get(f"/pictures/{share.picture_id}/share").content.decode()
        assert decide_listings(subjects=[share.picture_id], allowed=True, moderator=bob) == 1
        assert share.token in as_stranger.get("/gallery").content.decode()


def test_a_refusal_can_be_turned_around_and_holds_for_what_was_seen(
    as_stranger: Client, as_alice: Client, alice: Person, bob: Person, settings: Settings
) -> None:
    settings.LISTING_REVIEW = "all"
    picture = hang(alice)[0]
    share = show(picture)
    decide_listings(subjects=[picture.pk], allowed=False, moderator=bob)
    assert share.token not in as_stranger.get("/gallery").content.decode()
    assert "may not stand in the gallery" in as_alice.get(f"/pictures/{picture.pk}/share").content.decode()
    # Shared anew, the same thing is still refused.
    services.unshare(person=alice, thing=picture)
    share = show(picture)
    assert not share.listed_at and share.refused
    decide_listings(subjects=[picture.pk], allowed=True, moderator=bob)
    share.refresh_from_db()
    assert share.listed_at and not share.refused
    # Other words beside it are another thing to look at.
    share = show(picture, title="Something else entirely")
    assert not share.listed_at and not share.refused
    assert Listing.objects.get().state == "waiting"


def test_what_somebody_brought_waits_also_through_its_children(alice: Person, settings: Settings) -> None:
    upload = Upload.objects.create(
        person=alice, sha256="0" * 64, file="a.png", small="a.webp", consent_at=timezone.now()
    )
    first, second, apart = hang(alice, 3)
    JobSource.objects.create(job=first.job, place=0, upload=upload)
    JobSource.objects.create(job=second.job, place=0, picture=first, made_by=first.job)
    assert [bool(show(picture).listed_at) for picture in (first, second, apart)] == [False, False, True]
    # The upload is purged, its child too; what came of it is known all the same.
    upload.delete()
    services.unshare(person=alice, thing=second)
    JobSource.objects.filter(job=second.job).update(picture=None)
    assert not show(second).listed_at


def test_a_listed_collection_is_looked_at_again_when_it_changes(alice: Person, bob: Person, settings: Settings) -> None:
    settings.LISTING_REVIEW = "faces"
    drawing, photograph = hang(alice)[0], hang(alice, engine="karlo")[0]
    collection = services.create_collection(person=alice, name="Some", pictures=[drawing.pk])
    share = services.share_collection(collection=collection, public=True, show_sentence=True)
    assert share.listed_at
    services.add_pictures(person=alice, collection_id=collection.pk, pictures=[photograph.pk])
    share.refresh_from_db()
    assert not share.listed_at
    decide_listings(subjects=[collection.pk], allowed=True, moderator=bob)
    share.refresh_from_db()
    assert share.listed_at
    services.move_picture(person=alice, collection_id=collection.pk, picture_id=photograph.pk, after=None)
    share.refresh_from_db()
    assert share.listed_at  # the same pictures in another order


def test_blocked_words_in_a_sentence_keep_it_out(alice: Person, settings: Settings) -> None:
    picture = hang(alice, prompt="a bowl of forbidden fruit")[0]
    settings.BLOCKED_WORDS_FILE.write_text("forbidden fruit\n")
    share = show(picture)
    assert not share.listed_at and share.refused
    assert show(picture, show_sentence=False).listed_at


def test_the_admin_list_approves(alice: Person, as_stranger: Client, settings: Settings) -> None:
    settings.LISTING_REVIEW = "all"
    share = show(hang(alice)[0])
    operator = people.browser_of(people.make("operator", staff=True))
    Person.objects.filter(email="operator@example.com").update(is_superuser=True)
    page = operator.get("/admin/moderation/listing/").content.decode()
    assert f"/s/{share.token}" in page
    form = {"action": "approve", "_selected_action": [Listing.objects.get().pk]}
    assert operator.post("/admin/moderation/listing/", form, follow=True).status_code == 200
    assert share.token in as_stranger.get("/gallery").content.decode()
    share.picture.delete()
    assert "not shared any more" in operator.get("/admin/moderation/listing/").content.decode()


# Samples, and sentences for whoever has none


def test_samples_hang_where_nobody_shared_and_are_marked(
    as_stranger: Client, alice: Person, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "The walls are still bare" in as_stranger.get("/gallery").content.decode()
    (tmp_path / "samples.json").write_text(json.dumps([{"file": "samples/fox.webp", "sentence": SENTENCE}]))
    monkeypatch.setattr(gallery, "SAMPLES", tmp_path)
    for path in ("/", "/gallery"):
        page = as_stranger.get(path).content.decode()
        assert "/static/samples/fox.webp" in page and ">Sample<" in page
    share = show(hang(alice)[0])
    for path in ("/", "/gallery"):
        page = as_stranger.get(path).content.decode()
        assert "samples/fox.webp" not in page and share.token in page


def test_the_list_of_samples_names_files_that_are_there() -> None:
    folder = gallery.SAMPLES
    for sample in json.loads((folder / "samples.json").read_text()):
        assert (folder.parent / sample["file"]).is_file() and sample["sentence"]


def test_newcomers_see_the_gallery_and_others_their_own(
    as_bob: Client, as_alice: Client, as_stranger: Client, alice: Person
) -> None:
    share = show(hang(alice, 2)[0])  # the newest request stands above the wall, with its pictures
    for client in (as_bob, as_stranger):
        assert share.token in client.get("/").content.decode()
    assert share.token not in as_alice.get("/").content.decode()


def test_our_surprises_are_good_sentences() -> None:
    ours = gallery_surprises.own_sentences()
    assert len(ours) == 120 == len(set(ours))
    for sentence in ours:
        assert services.clean_sentence(sentence) == sentence
        assert 12 <= len(sentence) <= 100


def test_never_the_same_twice_in_a_row(
    as_bob: Client, as_stranger: Client, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(hang(alice, prompt="something that people show")[0])
    monkeypatch.setattr(gallery_surprises, "own_sentences", lambda: ("one of ours", "another of ours"))
    for client in (as_bob, as_stranger):
        given = [client.get("/surprise", headers={"Accept": "application/json"}).json()["sentence"] for _ in range(60)]
        assert all(one != other for one, other in pairwise(given))
        assert set(given) == {"one of ours", "another of ours", "something that people show"}


def test_a_surprise_without_scripts_is_in_the_box(as_bob: Client) -> None:
    answer = as_bob.get("/surprise", follow=True)
    assert any(sentence in answer.content.decode() for sentence in gallery_surprises.own_sentences())


def test_only_what_is_listed_with_its_sentence_may_surprise(alice: Person) -> None:
    pictures = hang(alice, 4)
    for picture, words in zip(pictures, ("listed", "unlisted", "hidden", "varied"), strict=True):
        Job.objects.filter(pk=picture.job_id).update(prompt=words, kind="variation" if words == "varied" else "prompt")
    pictures = list(Picture.objects.filter(pk__in=[picture.pk for picture in pictures]).select_related("job"))
    for picture in pictures:
        show(picture, public=picture.job.prompt != "unlisted", show_sentence=picture.job.prompt != "hidden")
    given = {services.surprise() for _ in range(200)}
    assert "listed" in given
    assert not given & {"unlisted", "hidden", "varied"}


def test_likes_are_never_counted_below_the_rows(alice: Person, bob: Person) -> None:
    share = show(hang(alice)[0])
    services.like(person=bob, share=share, liked=True)
    Share.objects.filter(pk=share.pk).update(likes=F("likes") + 4, created=timezone.now() - timedelta(days=1))
    assert services.like(person=bob, share=share, liked=False) == 4
    assert services.like(person=bob, share=share, liked=False) == 4
