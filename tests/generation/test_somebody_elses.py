"""Row 36: every address with an id in it, called with another person's: 404, and nothing changed."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts.models import Person
from generation import services, urls
from generation.models import Collection, Job, Picture, Placement, Upload
from tests.generation.steps import brought, frames_of

POSTS = {
    "job_cancel",
    "job_seen",
    "picture_favourite",
    "picture_unfavourite",
    "picture_keep",
    "picture_unkeep",
    "upload_trash",
    "upload_restore",
    "collection_words",
    "collection_pictures",
    "collection_move",
    "collection_put_back",
    "collection_delete",
    "collection_restore",
}
# Their permission is their signature: tests/generation/test_addresses.py.
SIGNED = {"stored"}
# Whoever has the address of a public page may see it: tests/generation/test_share_privacy.py.
PUBLIC = "<str:token>"


def addresses() -> Iterator[tuple[str, str]]:
    """From the site itself, so that a new address is tried without being listed here."""
    for pattern in urls.urlpatterns:
        assert isinstance(pattern, URLPattern)
        if pattern.pattern.converters and pattern.name not in SIGNED and PUBLIC not in str(pattern.pattern):
            yield str(pattern.name), str(pattern.pattern)


def rows() -> list[object]:
    return [list(model.objects.order_by("pk").values()) for model in (Job, Picture, Upload, Collection, Placement)]


@pytest.mark.parametrize(("name", "pattern"), list(addresses()))
@pytest.mark.parametrize("trashed", [False, True], ids=["there", "in the trash"])
def test_somebody_elses(alice: Person, as_bob: Client, name: str, pattern: str, trashed: bool) -> None:
    frame, upload = frames_of(alice)[0], brought(alice)
    services.set_favourite(person=alice, picture_id=frame.pk, favourite=True)
    collection = services.create_collection(person=alice, name="Frames", pictures=[frame.pk])
    waiting = services.start_job(person=alice, prompt="an owl", key="waiting")
    if trashed:
        Picture.objects.update(trashed_at=timezone.now())
        Upload.objects.update(trashed_at=timezone.now())
    ids = {"job_id": waiting.pk, "picture_id": frame.pk, "upload_id": upload.pk, "collection_id": collection.pk}
    path = "/" + pattern
    for word, value in ids.items():
        path = path.replace(f"<uuid:{word}>", str(value))
    assert "<" not in path, f"no test knows what to say for {pattern}"
    before = rows()
    answer = as_bob.post(path) if name in POSTS else as_bob.get(path)
    assert answer.status_code == 404, path
    assert rows() == before


@pytest.mark.parametrize("path", ["/pictures/trash", "/pictures/restore"])
def test_ids_in_a_form(alice: Person, as_bob: Client, path: str) -> None:
    frame, *_ = frames_of(alice)
    before = rows()
    assert as_bob.post(path, {"id": str(frame.pk)}).status_code == 404
    assert rows() == before


def test_a_stranger_is_asked_to_sign_in(as_stranger: Client, alice: Person) -> None:
    upload = brought(alice)
    answer = as_stranger.get(f"/uploads/{upload.pk}/file.png")
    assert (answer.status_code, answer["Location"].startswith("/accounts/login/")) == (302, True)
    assert as_stranger.post("/uploads", {"consent": "on"}).status_code == 302


def test_the_addresses_of_the_studio_are_all_here() -> None:
    included = [part for part in get_resolver().url_patterns if isinstance(part, URLResolver)]
    assert any(part.urlconf_name is urls for part in included)
