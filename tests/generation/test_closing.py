"""What becomes of the studio when somebody closes their account; bob, who has as much, is the witness."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from accounts import services as accounts
from accounts.models import Person
from billing import services as billing
from generation import services
from generation.models import (
    Canvas,
    CanvasExport,
    Collection,
    Download,
    Export,
    Job,
    Like,
    Mark,
    Patch,
    Picture,
    SavedPrompt,
    Share,
    Upload,
)
from generation.services import canvases
from tests.generation.canvases.drawing import Brush, canvas_of, send
from tests.generation.steps import brought, frames_of, started
from tests.pictures import png

OURS = (Job, Picture, Upload, Collection, SavedPrompt, Share, Like, Export, Canvas, Patch)


def files_of(folder: Path) -> set[str]:
    media = folder / "media"
    return {str(file.relative_to(media)) for file in media.rglob("*") if file.is_file()}


def furnish(person: Person, colour: int) -> Share:
    """A bit of everything, and the public page of one picture."""
    frame, *_ = frames_of(person)
    brought(person, png(64, colour=(colour, 0, 0)))
    services.create_collection(person=person, name="Owls", pictures=[frame.pk])
    services.save_prompt(person=person, sentence="an owl")
    services.keep_frame(person=person, picture_id=frame.pk, kept=True)
    services.download(picture=frame, choice=services.Choice())
    canvas, brush = canvas_of(person), Brush()
    send(canvas, brush.stroke(colour=(colour, 0, 0, 255)), brush=brush)
    canvases.branch_from(person=person, canvas_id=canvas.pk)
    canvases.start_canvas_export(person=person, canvas_id=canvas.pk)
    assert canvases.export_canvas_next()
    Canvas.objects.filter(person=person).update(preview_due=timezone.now())
    assert canvases.preview_canvases() == 2
    services.start_export(person=person)
    assert services.export_next()
    return services.share_picture(person=person, picture_id=frame.pk, public=False, show_sentence=True)


@pytest.fixture
def both(alice: Person, bob: Person) -> tuple[Share, Share]:
    services.make_origin()
    shares = furnish(alice, 10), furnish(bob, 20)
    services.like(person=alice, share=shares[1], liked=True)
    services.like(person=bob, share=shares[0], liked=True)
    for person in (alice, bob):  # nobody draws these, so they wait
        upload = Upload.objects.get(person=person)
        services.start_variation(person=person, source=upload, strength=0.5, key="from an upload")
        canvas, square = Canvas.objects.filter(person=person)[0], canvases.Square(version=1, x=0, y=0)
        canvases.start_frame(person=person, canvas_id=canvas.pk, square=square, prompt="a lake", key="frame")
    return shares


def due(person: Person) -> None:
    accounts.close_account(person=person, typed=person.email)
    Person.objects.filter(pk=person.pk).update(closing_at=timezone.now() - timedelta(seconds=1))


def rows_of(person: Person) -> dict[str, list[Any]]:
    return {model.__name__: list(model.objects.filter(person=person).order_by("pk").values()) for model in OURS}


def test_at_once_nothing_is_drawn_and_nothing_is_seen(alice: Person, as_stranger: Client, both) -> None:
    mine, theirs = both
    services.screen_next()
    claim, waiting = services.claim_drawing(), started(alice, key="waiting")
    assert claim is not None and claim.person_id == alice.pk
    before = billing.balance_of(person=alice)
    accounts.close_account(person=alice, typed=alice.email)
    assert not Job.objects.filter(person=alice, finished_at=None).exists()
    assert Job.objects.get(pk=waiting.pk).status == "cancelled"
    assert not services.keep(claim, step=1, steps=20)  # its worker finds out
    assert billing.balance_of(person=alice) >= before + 2
    assert as_stranger.get(f"/s/{mine.token}").status_code == 404
    assert as_stranger.get(f"/s/{mine.token}/{mine.picture_id}/file.png").status_code == 404
    assert as_stranger.get(f"/s/{theirs.token}").status_code == 200
    assert len(Picture.objects.filter(person=alice)) == 11  # and nothing is lost yet
    accounts.keep_account(person=alice)
    assert as_stranger.get(f"/s/{mine.token}").status_code == 200


def test_in_the_end_nothing_of_hers_is_left_and_all_of_his(
    alice: Person, bob: Person, both, tmp_path: Path, django_capture_on_commit_callbacks
) -> None:
    his_rows, her_files = rows_of(bob), files_of(tmp_path)
    with django_capture_on_commit_callbacks(execute=True):
        due(alice)
        assert accounts.close_due_accounts() == 1
    assert {name: len(rows) for name, rows in rows_of(alice).items()} == dict.fromkeys(rows_of(alice), 0)
    share = his_rows["Share"][0]
    assert share["likes"] == 1
    likes = his_rows.pop("Like")
    assert likes and rows_of(bob).pop("Like") == []  # of a page that is gone
    now = rows_of(bob)
    assert now["Share"][0].pop("likes") == 0 and share.pop("likes")
    assert {name: now[name] for name in his_rows} == his_rows
    left = files_of(tmp_path)
    assert left < her_files
    his = {name for model in (Picture, Upload) for each in model.objects.all() for name in (each.file, each.small)}
    assert his <= left
    known = {*his, *Download.objects.values_list("file", flat=True), *Export.objects.values_list("file", flat=True)}
    known |= set(Picture.objects.values_list("thumb", flat=True))
    for model in (Patch, CanvasExport):
        known |= set(model.objects.values_list("file", flat=True))
    known |= set(Canvas.objects.values_list("preview", flat=True))
    assert CanvasExport.objects.get().canvas.person == bob
    assert left - known == set()
    # "Was this made here?" is answered for good, and says nothing of whose it was.
    assert Mark.objects.filter(picture=None).exists()
    assert billing.unbalanced() == []


@pytest.mark.parametrize("after", [0, 5, 30])
def test_killed_in_the_middle_the_rest_is_done_the_next_time(
    alice: Person, bob: Person, both, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    his_files = {picture.file for picture in Picture.objects.filter(person=bob)}
    due(alice)
    deleted: list[str] = []
    delete = default_storage.delete

    def killed(_storage: object, name: str) -> None:
        if len(deleted) == after:
            raise SystemExit
        deleted.append(name)
        delete(name)

    with monkeypatch.context() as patch:
        patch.setattr("django.core.files.storage.filesystem.FileSystemStorage.delete", killed)
        with pytest.raises(SystemExit):
            accounts.close_due_accounts()
    assert len(deleted) == after
    alice.refresh_from_db()
    assert (alice.closed_at, alice.is_active) == (None, False)
    assert accounts.close_due_accounts() == 1
    assert {name: len(rows) for name, rows in rows_of(alice).items()} == dict.fromkeys(rows_of(alice), 0)
    left = files_of(tmp_path)
    assert his_files <= left
    drawn = {*Patch.objects.values_list("file", flat=True), *Canvas.objects.values_list("preview", flat=True)}
    assert {name for name in left if name.startswith("canvases/")} == drawn
    assert not [
        name for name in left if name.startswith("pictures/") and name.endswith(".png") and name not in his_files
    ]
    alice.refresh_from_db()
    assert alice.closed_at is not None
