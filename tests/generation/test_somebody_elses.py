"""Row 36: every address with an id in it, called with another person's: 404, and nothing changed."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts.models import Person
from generation import services, urls
from generation.models import (
    ApiKey,
    Canvas,
    Collection,
    Entry,
    Job,
    Patch,
    Picture,
    Placement,
    SavedPrompt,
    Share,
    Upload,
)
from generation.services import api, canvases
from tests.generation.steps import brought, frames_of

POSTS = {
    "canvas_branch",
    "canvas_candidate",
    "canvas_name",
    "canvas_patches",
    "canvas_restore",
    "canvas_trash",
    "collection_delete",
    "collection_move",
    "collection_pictures",
    "collection_put_back",
    "collection_restore",
    "collection_words",
    "job_again",
    "key_revoke",
    "job_cancel",
    "job_seen",
    "picture_favourite",
    "picture_unfavourite",
    "picture_keep",
    "picture_unkeep",
    "prompt_delete",
    "upload_trash",
    "upload_restore",
}
# Their permission is their signature: tests/generation/test_addresses.py, test_export.py, test_made_here_report.py.
SIGNED = {"stored", "export_file", "made_here_report"}
# Their permission is their token, and they are for strangers: tests/generation/test_share_privacy.py.
SHARED = {
    "share",
    "share_like",
    "share_report",
    "shared_picture",
    "share_file",
    "share_view",
    "share_small",
    "share_continue",
}


def addresses() -> Iterator[tuple[str, str]]:
    """From the site itself, so that a new address is tried without being listed here."""
    for pattern in urls.urlpatterns:
        assert isinstance(pattern, URLPattern)
        if pattern.pattern.converters and pattern.name not in SIGNED | SHARED:
            yield str(pattern.name), str(pattern.pattern)


def rows() -> list[object]:
    return [
        list(model.objects.order_by("pk").values())
        for model in (Job, Picture, SavedPrompt, Upload, Collection, Placement, Share, Canvas, Entry, Patch, ApiKey)
    ]


@pytest.mark.parametrize(("name", "pattern"), list(addresses()))
@pytest.mark.parametrize("trashed", [False, True], ids=["there", "in the trash"])
def test_somebody_elses(alice: Person, as_bob: Client, name: str, pattern: str, trashed: bool) -> None:
    frame, upload = frames_of(alice)[0], brought(alice)
    services.set_favourite(person=alice, picture_id=frame.pk, favourite=True)
    waiting = services.start_job(person=alice, prompt="an owl", key="waiting")
    if trashed:
        Picture.objects.update(trashed_at=timezone.now())
        Upload.objects.update(trashed_at=timezone.now())
    saved = services.save_prompt(person=alice, sentence="an owl")
    collection = services.create_collection(person=alice, name="Owls", pictures=[frame.pk])
    ids = {
        "uuid:job_id": waiting.pk,
        "uuid:picture_id": frame.pk,
        "uuid:upload_id": upload.pk,
        "int:prompt_id": saved.pk,
        "int:key_id": api.make_key(person=alice, name="a program").key.pk,
        "uuid:collection_id": collection.pk,
        "uuid:canvas_id": canvases.create_canvas(person=alice, name="Owls").pk,
        "int:node": 0,
        "int:version": 0,
        "str:sha256": "0" * 64,
    }
    path = "/" + pattern
    for word, value in ids.items():
        path = path.replace(f"<{word}>", str(value))
    assert "<" not in path, f"no test knows what to say for {pattern}"
    before = rows()
    answer = as_bob.post(path) if name in POSTS else as_bob.get(path)
    assert answer.status_code == 404, path
    assert rows() == before


@pytest.mark.parametrize("tool", ["variations", "text-diffs", "blend"])
def test_tools_begin_from_nothing_of_another_person(alice: Person, as_bob: Client, tool: str) -> None:
    pictures, upload = frames_of(alice), brought(alice)
    before = rows()
    for source in (f"picture:{pictures[0].pk}", f"upload:{upload.pk}", "picture:", "", "job:1"):
        asked = {"source": source, "first": source, "second": f"picture:{pictures[1].pk}", "to_prompt": "summer"}
        assert as_bob.post(f"/{tool}", {**asked, "strength": "0.5", "key": "k"}).status_code == 404
    assert as_bob.get("/blend", {"first": f"picture:{pictures[0].pk}"}).status_code == 404
    assert as_bob.get("/compare", {"ids": f"{pictures[0].pk},{pictures[1].pk}"}).status_code == 404
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
