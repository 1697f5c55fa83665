"""A picture as it leaves the site: marked, signed with the squares, with its words, in a format, and last the manifest.

What lies in storage stays as it was drawn. Each kind of download is made once, whoever asks and however many at a time,
and kept until its picture goes. (decision 22)
"""

import hashlib
import io
import json
import logging
import secrets
import threading
import time
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify
from PIL import Image

from generation.models import Download, Job, JobSource, Mark, Picture
from generation.origin import formats, manifest, mark, squares
from generation.origin.certificate import BadCertificate
from generation.origin.formats import Format
from generation.origin.manifest import Ingredient, NotSigned, Relation
from generation.origin.metadata import Words
from generation.services import origin

logger = logging.getLogger(__name__)

# Raised whenever the same choice is to give other bytes.
RECIPE = 1
# Who has not finished by then is taken for dead.
MAKING = timedelta(seconds=30)
MOST_WAIT = 60.0
# One at a time in one process: each takes some 30 MB, and a core for half a second.
AT_ONCE = threading.Lock()
# A picture made of one made of one: further back than this, only that there was something.
MOST_ANCESTORS = 8


class CannotSign(Exception):
    """Without its origin nothing leaves the site. The cause is for the operator."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What the person wants in the file. Where it comes from is always in it."""

    format: Format = Format.PNG
    squares: bool = True
    words: bool = True


@dataclass(frozen=True, kw_only=True)
class File:
    name: str
    mime: str
    data: bytes


def download(*, picture: Picture, choice: Choice) -> File:
    """The file, made now or found. Whoever may see the picture may have it: that is for the caller to ask."""
    can_sign()
    recipe = _recipe(choice)
    data = _kept(_made(picture, choice, recipe))
    if data is None:
        # Somebody cleared the storage.
        Download.objects.filter(picture=picture, recipe=recipe).delete()
        data = _kept(_made(picture, choice, recipe)) or b""
    return File(name=_name(picture, choice), mime=choice.format.mime, data=data)


def fresh(*, picture: Picture, choice: Choice) -> bytes:
    """The same file, for something that is made once and kept itself: taken where it is there, and else not kept."""
    try:
        made = Download.objects.filter(picture=picture, recipe=_recipe(choice)).exclude(file="").first()
        return (_kept(made.file) if made else None) or _drawn(picture, choice)
    except (BadCertificate, NotSigned) as error:
        logger.error("a picture could not be signed: %s", error)
        raise CannotSign(str(error)) from error


def can_sign() -> None:
    """Raises where nothing may leave the site now."""
    try:
        origin.certificate()
    except BadCertificate as error:
        logger.error("nothing can be downloaded: %s", error)
        raise CannotSign(str(error)) from error


def on_download_deleted(*, instance: Download, **_: Any) -> None:
    """With its picture, its person or alone: the file goes with its row, once that is for certain."""
    if instance.file:
        transaction.on_commit(lambda: default_storage.delete(instance.file))


def _recipe(choice: Choice) -> str:
    facts = {**asdict(choice), "recipe": RECIPE, "certificate": origin.certificate().fingerprint}
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _made(picture: Picture, choice: Choice, recipe: str) -> str:
    """The stored file's name. One makes it, the others wait."""
    end = time.monotonic() + MOST_WAIT
    while time.monotonic() < end:
        found = Download.objects.filter(picture=picture, recipe=recipe).values_list("file", flat=True).first()
        if found:
            return found
        until = timezone.now() + MAKING
        if (found is None and _begun(picture, recipe, until)) or _taken_over(picture, recipe, until):
            return _make(picture, choice, recipe, until)
        time.sleep(0.05)
    raise CannotSign("It was not made in time.")


def _begun(picture: Picture, recipe: str, until: datetime) -> bool:
    try:
        with transaction.atomic():
            Download.objects.create(picture=picture, recipe=recipe, until=until)
    except IntegrityError:
        return False
    return True


def _taken_over(picture: Picture, recipe: str, until: datetime) -> bool:
    dead = Download.objects.filter(picture=picture, recipe=recipe, file="", until__lt=timezone.now())
    return bool(dead.update(until=until))


def _make(picture: Picture, choice: Choice, recipe: str, until: datetime) -> str:
    mine = Download.objects.filter(picture=picture, recipe=recipe, file="", until=until)
    try:
        data = _drawn(picture, choice)
        place = f"downloads/{str(picture.pk)[:2]}/{picture.pk}/{recipe[:16]}.{choice.format.ending}"
        file = default_storage.save(place, ContentFile(data))
    except BaseException as error:
        mine.delete()
        if isinstance(error, BadCertificate | NotSigned):
            logger.error("picture %s was not signed: %s", picture.pk, error)
            raise CannotSign(str(error)) from error
        raise
    if not mine.update(file=file, sha256=hashlib.sha256(data).hexdigest()):
        # Too late, or the picture is gone: another's file counts, or none.
        default_storage.delete(file)
    return file


def _drawn(picture: Picture, choice: Choice) -> bytes:
    with AT_ONCE:
        return _drawn_now(picture, choice)


def _drawn_now(picture: Picture, choice: Choice) -> bytes:
    original = _original(picture)
    with Image.open(io.BytesIO(original), formats=["PNG"]) as opened:
        drawn = mark.write(opened, number=_number(picture), key=origin.mark_keys()[0])
    if choice.squares:
        drawn = squares.signed(drawn)
    words = Words(sentence=picture.job.prompt, seed=picture.seed) if choice.words else None
    return manifest.sign(
        formats.encode(drawn, format=choice.format, words=words),
        mime=choice.format.mime,
        title=manifest.TITLE,
        by=origin.certificate(),
        ingredients=_ingredients(picture.job, MOST_ANCESTORS),
    )


def _ingredients(job: Job, left: int) -> list[Ingredient]:
    # A canvas has many parents, and a manifest at most one.
    relation = Relation.PARENT if job.kind == Job.Kind.EDIT and "frame" not in job.options else Relation.INPUT
    sources = job.sources.select_related("picture__job", "upload") if left else JobSource.objects.none()
    made = [_ingredient(source, relation, left - 1) for source in sources]
    return [one for one in made if one is not None]


def _ingredient(source: JobSource, relation: Relation, left: int) -> Ingredient | None:
    """A picture of ours with its own manifest, so that the chain can be followed; an upload as it is."""
    if source.picture is not None:
        data = manifest.sign(
            _original(source.picture),
            mime=Format.PNG.mime,
            title=manifest.TITLE,
            by=origin.certificate(),
            ingredients=_ingredients(source.picture.job, left),
        )
    elif source.upload is not None:
        with default_storage.open(source.upload.file) as file:
            data = file.read()
    else:
        return None
    return Ingredient(data=data, mime=Format.PNG.mime, title=manifest.TITLE, relation=relation)


def _original(picture: Picture) -> bytes:
    with default_storage.open(picture.file) as file:
        data: bytes = file.read()
    return data


def _number(picture: Picture) -> int:
    """The picture's own, in all of its downloads."""
    while True:
        number = Mark.objects.filter(picture=picture).values_list("number", flat=True).first()
        if number is not None:
            return number
        try:
            with transaction.atomic():
                Mark.objects.create(number=secrets.randbits(mark.NUMBER_BITS), picture=picture)
        except IntegrityError:
            continue  # another download of it was first, or the number is taken


def _kept(file: str) -> bytes | None:
    try:
        with default_storage.open(file) as opened:
            data: bytes = opened.read()
    except FileNotFoundError:
        return None
    return data


def _name(picture: Picture, choice: Choice) -> str:
    """Without the sentence in the file, it is not in the file's name either."""
    words = slugify(picture.job.prompt)[:60] if choice.words else ""
    return f"{words or f'picture-{str(picture.pk)[:8]}'}-{picture.index + 1}.{choice.format.ending}"
