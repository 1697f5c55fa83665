"""The trash: away at once, back for thirty days, and gone after them with its files."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.http import Http404
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from generation import services
from generation.models import Job, JobSource, Picture, Upload
from moderation.models import PictureHash
from tests.generation.steps import brought, pictures_of
from tests.pictures import png


def away(person: Person, *pictures: Picture) -> int:
    return services.trash_pictures(person=person, picture_ids=[picture.pk for picture in pictures])


def age(days: float) -> None:
    then = timezone.now() - timedelta(days=days)
    Picture.objects.filter(trashed_at__isnull=False).update(trashed_at=then)
    Upload.objects.filter(trashed_at__isnull=False).update(trashed_at=then)


def files(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


def test_away_from_everywhere_and_back(alice: Person, as_alice: Client) -> None:
    first, second, *_ = pictures_of(alice)
    assert away(alice, first, second) == 2
    assert [picture["index"] for picture in services.snapshot(first.job)["pictures"]] == [2, 3]
    assert len(services.recent_pictures(person=alice)) == 2
    for path in (f"/pictures/{first.pk}/file.png", f"/pictures/{first.pk}/download", f"/pictures/{first.pk}/share"):
        assert as_alice.get(path).status_code == 404
    page = as_alice.get(f"/pictures/{first.pk}")
    assert page.context["picture"]["trashed"]
    assert f'src="/pictures/{first.pk}/file.png"' not in page.content.decode()
    assert {picture.pk for picture in services.trash_page(person=alice)} == {first.pk, second.pk}
    assert services.restore_pictures(person=alice, picture_ids=[first.pk]) == 1
    assert as_alice.get(f"/pictures/{first.pk}/file.png").status_code == 200
    assert len(services.recent_pictures(person=alice)) == 3


def test_a_double_click_changes_nothing_more(alice: Person, as_alice: Client) -> None:
    first, *_ = pictures_of(alice)
    for moved in (1, 0):
        answer = as_alice.post("/pictures/trash", {"id": str(first.pk)}, headers={"Accept": "application/json"})
        assert answer.json() == {"ids": [str(first.pk)], "moved": moved}
    then = Picture.objects.get(pk=first.pk).trashed_at
    away(alice, first)
    assert Picture.objects.get(pk=first.pk).trashed_at == then
    for status in (204, 204):
        answer = as_alice.post("/pictures/restore", {"id": [str(first.pk)]}, headers={"HX-Request": "true"})
        assert (answer.status_code, "restored" in answer["HX-Trigger"]) == (status, True)
    assert as_alice.post("/pictures/trash", {"id": str(first.pk)})["Location"] == "/history"


@pytest.mark.parametrize("ids", [[], ["nonsense"], [""], [str(uuid4())]])
def test_ids_that_are_none(as_alice: Client, ids: list[str]) -> None:
    assert as_alice.post("/pictures/trash", {"id": ids}).status_code == 404


def test_one_that_is_somebody_elses_and_none_is_moved(alice: Person, bob: Person) -> None:
    mine, theirs = pictures_of(alice)[0], pictures_of(bob)[0]
    with pytest.raises(Http404):
        away(alice, mine, theirs)
    assert not Picture.objects.filter(trashed_at__isnull=False).exists()


def test_a_request_with_nothing_left_leaves_the_history(alice: Person) -> None:
    pictures = pictures_of(alice)
    away(alice, *pictures[:3])
    assert len(services.history_page(person=alice).jobs) == 1
    away(alice, pictures[3])
    assert services.history_page(person=alice).jobs == []
    assert services.jobs_on_desk(person=alice) == []
    services.restore_pictures(person=alice, picture_ids=[pictures[3].pk])
    assert len(services.history_page(person=alice).jobs) == 1


@pytest.mark.django_db(transaction=True)
def test_the_last_two_from_two_tabs_at_once(alice: Person) -> None:
    pictures = pictures_of(alice)
    gate = Barrier(4)

    def throw(picture: Picture) -> None:
        gate.wait()
        away(alice, picture)
        connection.close()

    with ThreadPoolExecutor(4) as tabs:
        list(tabs.map(throw, pictures))
    assert Job.objects.get().emptied_at is not None


def test_after_thirty_days_it_is_gone_with_its_files(alice: Person, tmp_path: Path) -> None:
    pictures, upload = pictures_of(alice), brought(alice)
    away(alice, *pictures)
    services.trash_upload(person=alice, upload_id=upload.pk)
    age(29.9)
    assert services.purge() == 0
    age(30.1)
    assert services.purge() == 5
    assert services.purge() == 0
    assert (files(tmp_path / "media"), Picture.objects.count(), Upload.objects.count()) == ([], 0, 0)
    # What was seen is remembered, for pictures that come again and for the question where one was made.
    assert PictureHash.objects.count() == 5
    assert services.history_page(person=alice).jobs == []


def test_too_late_to_restore(alice: Person) -> None:
    first, *_ = pictures_of(alice)
    upload = brought(alice)
    away(alice, first)
    services.trash_upload(person=alice, upload_id=upload.pk)
    age(30.001)  # not purged yet: that comes a little later
    assert services.restore_pictures(person=alice, picture_ids=[first.pk]) == 0
    with pytest.raises(Http404):
        services.restore_upload(person=alice, upload_id=upload.pk)
    assert list(services.trash_page(person=alice)) == []


def test_a_purge_that_was_cut_off_goes_on(alice: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = pictures_of(alice)
    away(alice, *pictures)
    age(31)
    with monkeypatch.context() as patch:
        patch.setattr(Picture, "delete", _killed)
        with pytest.raises(SystemExit):
            services.purge()
    assert Picture.objects.count() == 4
    assert services.purge() == 4
    assert files(tmp_path / "media") == []


def test_lineage_survives_the_purge(alice: Person) -> None:
    root, *_ = pictures_of(alice, prompt="a fox", key="1")
    job = services.start_variation(person=alice, source=root, strength=0.5, key="2")
    services.screen_next()
    claim = services.claim_drawing()
    assert claim is not None
    assert services.deliver(claim, pictures=(png(),) * 3)
    child = job.pictures.first()
    away(alice, *Picture.objects.filter(job=root.job))
    age(31)
    services.purge()
    assert JobSource.objects.get().picture is None
    found = services.lineage(services.picture_for(person=alice, picture_id=child.pk))
    assert [(step.job.prompt, step.pictures) for step in found.ancestors] == [("a fox", [])]
    assert services.snapshot(job)["sources"] == [{"kind": "gone"}]


def test_the_mask_of_an_edit_goes_with_its_last_picture(alice: Person, tmp_path: Path) -> None:
    job = services.start_edit(
        person=alice, source=brought(alice), mask=png(1024), hint=png(1024), prompt="a hat", key="k"
    )
    services.screen_next()
    claim = services.claim_drawing()
    assert services.deliver(claim, pictures=(png(),) * 3)
    pictures = list(job.pictures.all())
    away(alice, *pictures[:2])
    age(31)
    services.purge()
    assert default_storage.exists(job.mask) and default_storage.exists(job.hint)
    away(alice, pictures[2])
    age(31)
    services.purge()
    assert files(tmp_path / "media" / "inputs") == []


def _killed(*args: object) -> None:
    raise SystemExit
