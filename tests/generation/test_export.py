"""Everything of a person in one ZIP: what is in it, who may have it, and that it is made once, whatever happens."""

import io
import json
import threading
import tracemalloc
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import services as accounts
from accounts.models import Message, Person
from generation import services
from generation.models import Export, Picture, Upload
from generation.services import canvases
from moderation import services as moderation
from tests import pictures
from tests.generation.canvases.drawing import Brush, canvas_of, send
from tests.generation.steps import brought, frames_of, pictures_of
from tests.pictures import png

ONLY_HERS = "a fox that only Alice knows"


@pytest.fixture(autouse=True)
def _origin(db: Any) -> None:
    services.make_origin()


def made(person: Person) -> Export:
    """Asked for, and made."""
    export = services.start_export(person=person)
    assert services.export_next()
    export.refresh_from_db()
    return export


def seen(data: bytes) -> bytes:
    return pictures.opened(data).tobytes()


def opened(export: Export) -> zipfile.ZipFile:
    with default_storage.open(export.file) as file:
        return zipfile.ZipFile(io.BytesIO(file.read()))


def lines(archive: zipfile.ZipFile, name: str) -> list[dict[str, Any]]:
    return list(json.loads(archive.read(f"{name}.json")))


def test_what_is_in_it(alice: Person, bob: Person) -> None:
    first, second, third, _fourth = pictures_of(alice, prompt=ONLY_HERS)
    upload = brought(alice)
    frames_of(alice)
    services.trash_pictures(person=alice, picture_ids=[third.pk])
    services.set_favourite(person=alice, picture_id=first.pk, favourite=True)
    services.create_collection(person=alice, name="Foxes", pictures=[second.pk, first.pk])
    services.save_prompt(person=alice, sentence="an owl")
    canvas, brush = canvas_of(alice, "Dens"), Brush()
    send(canvas, brush.stroke(size=(300, 200)), brush=brush)
    share = services.share_picture(person=alice, picture_id=first.pk, public=False, show_sentence=True, title="Mine")
    his = services.share_picture(
        person=bob, picture_id=pictures_of(bob, prompt="his")[0].pk, public=False, show_sentence=True
    )
    services.like(person=alice, share=his, liked=True)
    moderation.report(kind="picture", subject=his.picture_id, reason="spam", words="Bad", reporter=alice, address="")
    accounts.send_message(person=alice, kind="account", title="Hello")
    services.start_variation(person=alice, source=upload, strength=0.5, key="v")
    archive = opened(made(alice))
    assert archive.testzip() is None

    jobs = {line["id"]: line for line in lines(archive, "jobs")}
    job = jobs[str(first.job_id)]
    assert (job["sentence"], job["seeds"], job["status"]) == (ONLY_HERS, first.job.seeds, "delivered")
    assert [one["begun_from"][0]["upload"] for one in jobs.values() if one["kind"] == "variation"] == [str(upload.pk)]
    told = {line["id"]: line for line in lines(archive, "pictures")}
    assert set(told) == {str(pk) for pk in Picture.objects.filter(person=alice).values_list("pk", flat=True)}
    assert told[str(third.pk)]["in_trash_since"] and told[str(first.pk)]["favourite_since"]
    # Each line leads to a picture as it is downloaded, so that it says where it comes from.
    for line in (told[str(first.pk)], told[str(third.pk)]):
        data = archive.read(line["file"])
        assert services.made_here(data=data, asked_from="10.0.0.1").signed_here
    (told_canvas,) = lines(archive, "canvases")
    assert (told_canvas["name"], told_canvas["steps"]) == ("Dens", 1)
    looks = archive.read(told_canvas["picture"])
    assert services.made_here(data=looks, asked_from="10.0.0.1").signed_here
    assert pictures.opened(looks).size == (300, 200)
    again = canvases.import_project(person=bob, file=io.BytesIO(archive.read(told_canvas["file"])))
    assert (again.name, again.version) == ("Dens", 1)
    with default_storage.open(upload.file) as file:
        assert archive.read(lines(archive, "uploads")[0]["file"]) == file.read()
    assert lines(archive, "collections")[0]["pictures"] == [str(second.pk), str(first.pk)]
    assert [(one["address"], one["title"]) for one in lines(archive, "shares")] == [(share.token, "Mine")]
    assert [one["address"] for one in lines(archive, "likes")] == [his.token]
    assert [one["sentence"] for one in lines(archive, "saved_sentences")] == ["an owl"]
    assert [one["title"] for one in lines(archive, "messages")] == ["Hello"]
    assert [(one["reason"], one["words"]) for one in lines(archive, "reports")] == [("spam", "Bad")]
    assert lines(archive, "profile")[0]["email"] == alice.email
    kinds = [one["kind"] for one in lines(archive, "credits")]
    assert kinds[0] == "grant" and {"reserve", "capture"} <= set(kinds)
    assert "README.txt" in archive.namelist()


def test_nothing_of_anybody_else(alice: Person, bob: Person) -> None:
    pictures_of(alice, prompt=ONLY_HERS)
    brought(alice)
    accounts.send_message(person=alice, kind="account", title=ONLY_HERS)
    archive = opened(made(bob))
    assert not [name for name in archive.namelist() if name.startswith(("pictures/", "uploads/"))]
    whole = b"".join(archive.read(name) for name in archive.namelist())
    assert ONLY_HERS.encode() not in whole and alice.email.encode() not in whole


def test_squares_and_words_as_the_person_wants_them(alice: Person) -> None:
    accounts.change_downloads(person=alice, squares=False, words=False)
    first, *_ = pictures_of(alice, prompt=ONLY_HERS)
    archive = opened(made(alice))
    plain = archive.read(next(one["file"] for one in lines(archive, "pictures") if one["id"] == str(first.pk)))
    assert ONLY_HERS.encode() not in plain
    kept = services.download(picture=first, choice=services.Choice(squares=False, words=False)).data
    with_squares = services.download(picture=first, choice=services.Choice(squares=True, words=False)).data
    assert seen(plain) == seen(kept) != seen(with_squares)


def test_told_in_the_inbox_and_fetched(alice: Person, as_alice: Client, as_stranger: Client) -> None:
    assert as_alice.post("/account/data/export").status_code == 302
    assert 'hx-trigger="every 2s"' in as_alice.get("/account/data").content.decode()
    assert services.export_next()
    message = Message.objects.get(person=alice)
    assert (message.subject, message.link) == ("Your export is ready", "/account/data")
    page = as_alice.get("/account/data").content.decode()
    export = Export.objects.get()
    address = services.export_address(export)
    assert address in page and "every 2s" not in page
    fragment = as_alice.get("/account/data", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment and address in fragment
    # The signature is the permission: a program for large files is signed in nowhere.
    answer = as_stranger.get(address)
    assert answer["Content-Type"] == "application/zip" and "attachment" in answer["Content-Disposition"]
    assert int(answer["Content-Length"]) == len(answer.getvalue()) == export.size
    assert "no-store" in answer["Cache-Control"]


def test_no_other_address_leads_to_it(alice: Person, bob: Person, as_bob: Client, as_stranger: Client) -> None:
    export, other = made(alice), made(bob)
    good = services.export_address(export)
    stem, _slash, signature = good.rpartition("/")
    mixed = f"{stem}/{services.export_address(other).rpartition('/')[2]}"
    for path in (f"{stem}/x", f"{stem}/{signature[:-1]}", mixed):
        assert as_stranger.get(path).status_code == 404
    assert good not in as_bob.get("/account/data").content.decode()
    # Not before it is there, either.
    Export.objects.filter(pk=export.pk).update(status=Export.Status.RUNNING)
    assert as_stranger.get(good).status_code == 404


def test_after_a_week_it_is_gone(alice: Person, as_alice: Client, as_stranger: Client) -> None:
    export = made(alice)
    assert timedelta(days=6, hours=23) < export.expires_at - timezone.now() <= timedelta(days=7)
    assert services.expire_exports() == 0
    Export.objects.update(expires_at=timezone.now())
    export.refresh_from_db()
    assert as_stranger.get(services.export_address(export)).status_code == 404
    assert "Fetch the ZIP" not in as_alice.get("/account/data").content.decode()
    services.tidy()  # the janitor comes by
    assert not default_storage.exists(export.file)
    assert not Export.objects.exists()


def test_one_at_a_time(alice: Person, bob: Person, woken: list[str], django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        first = services.start_export(person=alice)
        assert services.start_export(person=alice) == first
        assert services.start_export(person=bob) != first
    assert woken.count("generation.tasks.export") == 2
    assert services.export_next() and services.export_next() and not services.export_next()
    # A new one takes the place of the last, which would only take up room.
    second = made(alice)
    assert second != first
    assert services.latest_export(person=alice) == second
    services.expire_exports()
    assert not Export.objects.filter(pk=first.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_pressed_and_woken_six_times_it_is_one(alice: Person) -> None:
    together = threading.Barrier(6)

    def at_once(act: Callable[[], Any]) -> list[Any]:
        def work(_: int) -> Any:
            together.wait(20)
            try:
                return act()
            finally:
                connection.close()

        with ThreadPoolExecutor(6) as pool:
            return list(pool.map(work, range(6)))

    started = at_once(lambda: services.start_export(person=alice).pk)
    assert len(set(started)) == 1
    assert at_once(services.export_next).count(True) == 1
    export = Export.objects.get()
    assert (export.status, export.attempt, Message.objects.count()) == ("ready", 1, 1)


def test_not_without_end(alice: Person, as_alice: Client) -> None:
    for _ in range(5):
        made(alice)
    answer = as_alice.post("/account/data/export")
    assert (answer.status_code, "can be made tomorrow" in answer.content.decode()) == (429, True)
    Export.objects.update(created=timezone.now() - timedelta(days=1))
    assert as_alice.post("/account/data/export").status_code == 302


def test_a_failure_is_told_and_can_be_tried_again(
    alice: Person, as_alice: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures_of(alice)
    with monkeypatch.context() as patch:
        patch.setattr("generation.services.export_archive.fresh", lambda **_: 1 / 0)
        export = made(alice)
    assert (export.status, "division" in export.error) == ("failed", True)
    assert not list((tmp_path / "media" / "exports").rglob("*.zip"))
    assert Message.objects.get().subject == "Your export could not be made"
    page = as_alice.get("/account/data").content.decode()
    assert "Try again" in page and "division" not in page
    assert made(alice).status == "ready"


def test_a_picture_whose_file_is_gone_stops_nothing(alice: Person) -> None:
    first, *_ = pictures_of(alice)
    default_storage.delete(first.file)
    archive = opened(made(alice))
    assert [one["file"].endswith(f"{first.pk}.png") for one in lines(archive, "missing")] == [True]
    assert len([name for name in archive.namelist() if name.startswith("pictures/")]) == 3


def killed_while_writing(person: Person, monkeypatch: pytest.MonkeyPatch) -> Export:
    export = services.start_export(person=person)

    def killed(**_: object) -> bytes:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr("generation.services.export_archive.fresh", killed)
        with pytest.raises(SystemExit):
            services.export_next()
    return export


def test_a_worker_that_died_is_replaced(alice: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures_of(alice)
    export = killed_while_writing(alice, monkeypatch)
    assert not services.export_next()  # it might still be at work
    Export.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert services.export_next()
    export.refresh_from_db()
    assert (export.status, export.attempt) == ("ready", 2)
    assert [file.name for file in (tmp_path / "media" / "exports").rglob("*.zip")] == ["2.zip"]
    assert Message.objects.count() == 1


def test_whoever_was_slow_changes_nothing(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its lease ran out while it drew; another has made it meanwhile."""
    pictures_of(alice)
    export = services.start_export(person=alice)
    fresh = services.download

    def overtaken(**asked: Any) -> bytes:
        Export.objects.filter(attempt=1, finished_at=None).update(attempt=2, file="another's")
        return fresh(**asked).data

    monkeypatch.setattr("generation.services.export_archive.fresh", overtaken)
    assert services.export_next()
    export.refresh_from_db()
    assert (export.status, export.attempt, export.file) == ("running", 2, "another's")
    assert not Message.objects.exists()


def test_what_kills_every_worker_is_given_up(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures_of(alice)
    export = killed_while_writing(alice, monkeypatch)
    Export.objects.update(attempt=3, lease_until=timezone.now() - timedelta(seconds=1))
    assert not services.export_next()
    export.refresh_from_db()
    assert export.status == "failed"


def test_memory_does_not_grow_with_what_is_exported(alice: Person) -> None:
    """Forty times as much, within the same memory: a picture at a time."""

    def peak() -> int:
        tracemalloc.start()
        try:
            assert made(alice).status == "ready"
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    upload = brought(alice, png(600))
    with default_storage.open(upload.file, "wb") as file:
        file.write(bytes(2_000_000))
    peak()  # whatever is made once, at the first use
    few = peak()
    more = [
        Upload(person=alice, sha256=str(number), file=upload.file, small=upload.small, consent_at=timezone.now())
        for number in range(40)
    ]
    Upload.objects.bulk_create(more)
    assert peak() < few + 4_000_000
    assert Export.objects.order_by("-created")[0].size > 80_000_000
