"""What is in an export. Written as it is read, so that a million pictures need no more memory than ten."""

import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import IO, Any, TypeVar, cast

from django.core.files.storage import default_storage
from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import services as accounts
from accounts.models import Person
from billing import services as billing
from generation.models import Collection, Job, Like, Picture, SavedPrompt, Share, Upload
from generation.services.api import leaving
from generation.services.downloads import Choice, fresh
from moderation import services as moderation

T = TypeVar("T", bound=Model)
Rows = Iterable[Mapping[str, Any]]
AT_ONCE = 200
CHUNK = 1 << 20


def write_archive(file: IO[bytes], *, person: Person, keep: Callable[[int, int], None]) -> None:
    """`keep` hears how far it is, and raises where it is not to go on."""
    pictures, uploads = Picture.objects.filter(person=person), Upload.objects.filter(person=person)
    done, steps = 0, pictures.count() + uploads.count()
    keep(done, steps)
    missing: list[str] = []
    with zipfile.ZipFile(cast("IO[bytes]", _OneWay(file)), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", _read_me())
        for name, rows in _sections(person):
            _write_rows(archive, name, rows)
            keep(done, steps)
        for path, moment, chunks in _files(pictures, uploads, person):
            try:
                _write_file(archive, path, moment, chunks)
            except FileNotFoundError:
                missing.append(path)
            done += 1
            keep(done, max(done, steps))
        if missing:
            _write_rows(archive, "missing", ({"file": path} for path in missing))
    keep(done, done)


class _OneWay:
    """A file that is only written on. Told that it cannot go back, a ZIP is written without going back."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file

    def write(self, data: bytes) -> int:
        self.file.write(data)
        return len(data)

    def flush(self) -> None:
        """Storages do when they close."""


def _sections(person: Person) -> Iterator[tuple[str, Rows]]:
    for room in (accounts, billing, moderation, leaving):
        yield from room.export_of(person=person).items()
    yield "jobs", map(_job, _all(Job.objects.filter(person=person).prefetch_related("sources")))
    yield "pictures", map(_picture, _all(Picture.objects.filter(person=person).select_related("job")))
    yield "uploads", map(_upload, _all(Upload.objects.filter(person=person)))
    yield "collections", map(_collection, _all(Collection.objects.filter(person=person)))
    yield "shares", map(_share, _all(Share.objects.filter(person=person)))
    yield "likes", map(_like, _all(Like.objects.filter(person=person).select_related("share")))
    yield "saved_sentences", map(_saved, _all(SavedPrompt.objects.filter(person=person)))


def _files(
    pictures: QuerySet[Picture], uploads: QuerySet[Upload], person: Person
) -> Iterator[tuple[str, datetime, Iterator[bytes]]]:
    choice = Choice(squares=person.squares, words=person.words)
    for picture in _all(pictures.select_related("job")):
        yield _path(picture), picture.created, _as_downloaded(picture, choice)
    for upload in _all(uploads):
        yield _upload_path(upload), upload.created, _as_stored(upload.file)


def _all(rows: QuerySet[T]) -> Iterator[T]:
    """All of them in portions: no question to the database stays open while pictures are drawn."""
    last = None
    while portion := list((rows if last is None else rows.filter(pk__gt=last)).order_by("pk")[:AT_ONCE]):
        yield from portion
        last = portion[-1].pk


def _write_rows(archive: zipfile.ZipFile, name: str, rows: Rows) -> None:
    with archive.open(_info(f"{name}.json", timezone.now(), zipfile.ZIP_DEFLATED), "w") as out:
        out.write(b"[")
        for number, row in enumerate(rows):
            out.write(b",\n" if number else b"\n")
            out.write(json.dumps(row, default=_plain, ensure_ascii=False).encode())
        out.write(b"\n]\n")


def _write_file(archive: zipfile.ZipFile, path: str, moment: datetime, chunks: Iterator[bytes]) -> None:
    first = next(chunks, b"")  # what is not there is found out before anything is written
    with archive.open(_info(path, moment, zipfile.ZIP_STORED), "w") as out:
        out.write(first)
        for chunk in chunks:
            out.write(chunk)


def _info(path: str, moment: datetime, compression: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(path, moment.timetuple()[:6])
    info.compress_type = compression
    info.external_attr = 0o644 << 16
    return info


def _as_downloaded(picture: Picture, choice: Choice) -> Iterator[bytes]:
    yield fresh(picture=picture, choice=choice)


def _as_stored(name: str) -> Iterator[bytes]:
    with default_storage.open(name) as file:
        yield from file.chunks(CHUNK)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _path(picture: Picture) -> str:
    return f"pictures/{picture.created:%Y-%m}/{picture.pk}.png"


def _upload_path(upload: Upload) -> str:
    return f"uploads/{upload.pk}.png"


def _job(job: Job) -> Mapping[str, Any]:
    begun_from = [
        {"picture": source.picture_id, "upload": source.upload_id, "made_by": source.made_by_id}
        for source in job.sources.all()
    ]
    return {
        "id": job.pk,
        "kind": job.kind,
        "sentence": job.prompt,
        "options": job.options,
        "seeds": job.seeds,
        "begun_from": begun_from,
        "status": job.status,
        "detail": job.detail,
        "drawn_with": job.used,
        "created": job.created,
        "finished": job.finished_at,
    }


def _picture(picture: Picture) -> Mapping[str, Any]:
    return {
        "id": picture.pk,
        "file": _path(picture),
        "job": picture.job_id,
        "sentence": picture.job.prompt,
        "seed": picture.seed,
        "place": picture.index + 1,
        "on_the_way": picture.theta,
        "kept": picture.kept,
        "favourite_since": picture.favourite_at,
        "in_trash_since": picture.trashed_at,
        "created": picture.created,
    }


def _upload(upload: Upload) -> Mapping[str, Any]:
    return {
        "id": upload.pk,
        "file": _upload_path(upload),
        "status": upload.status,
        "rights_confirmed": upload.consent_at,
        "in_trash_since": upload.trashed_at,
        "created": upload.created,
    }


def _collection(collection: Collection) -> Mapping[str, Any]:
    inside = collection.placements.filter(removed_at=None).order_by("position", "id")
    return {
        "id": collection.pk,
        "name": collection.name,
        "description": collection.description,
        "pictures": list(inside.values_list("picture", flat=True)),
        "created": collection.created,
        "deleted": collection.deleted_at,
    }


def _share(share: Share) -> Mapping[str, Any]:
    return {
        "address": share.token,
        "picture": share.picture_id,
        "collection": share.collection_id,
        "title": share.title,
        "alt": share.alt,
        "public": share.public,
        "shows_sentence": share.show_sentence,
        "likes": share.likes,
        "created": share.created,
    }


def _like(like: Like) -> Mapping[str, Any]:
    return {"address": like.share.token, "created": like.created}


def _saved(saved: SavedPrompt) -> Mapping[str, Any]:
    return {"sentence": saved.sentence, "created": saved.created}


def _read_me() -> str:
    return _(
        "Everything that this site keeps of you, on the day on which you asked for it.\n\n"
        "pictures/ holds what was drawn for you, as you download it; uploads/ what you brought.\n"
        "The files that end in .json hold the rest: your profile, every request with its sentence, its seeds and what\n"
        "it began from, your pictures, collections, shared pages, likes, saved sentences, messages, credits,\n"
        "keys and calls of the API, reports, appeals and what moderators decided. A picture's line names its file.\n"
        "Times are in UTC.\n"
    )
