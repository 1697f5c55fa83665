"""Delivered pictures without the way there, for tests of what is done with pictures."""

import io
from datetime import timedelta
from itertools import count
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from accounts.models import Person
from generation import services
from generation.models import Job, Picture, Share
from tests.pictures import png

SENTENCE = "a red fox reading a map"
_numbers = count()


def hang(person: Person, how_many: int = 1, *, prompt: str = SENTENCE, engine: str = "") -> list[Picture]:
    """Pictures of one sentence each, the first the newest, with files that are really there."""
    services.make_origin()
    hung = []
    for index in range(how_many):
        number = next(_numbers)
        job = Job.objects.create(
            person=person,
            prompt=prompt,
            key=str(uuid4()),
            status=Job.Status.DELIVERED,
            seen_at=timezone.now(),
            finished_at=timezone.now(),
            used={"engine": engine} if engine else {},
        )
        hung.append(
            Picture.objects.create(
                job=job,
                person=person,
                index=0,
                seed=number,
                size=100,
                created=timezone.now() - timedelta(minutes=index),
                file=default_storage.save(f"pictures/{number}.png", ContentFile(png(colour=(number % 255, 80, 120)))),
                small=default_storage.save(f"pictures/{number}-small.webp", ContentFile(_webp())),
            )
        )
    return hung


def show(picture: Picture, *, public: bool = True, show_sentence: bool = True, title: str = "", alt: str = "") -> Share:
    return services.share_picture(
        person=picture.person,
        picture_id=picture.pk,
        public=public,
        show_sentence=show_sentence,
        title=title,
        alt=alt,
    )


def queries(client: Client, path: str) -> int:
    """How many a page costs once the caches are warm."""
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def _webp() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (16, 16), (20, 80, 120)).save(out, "WEBP")
    return out.getvalue()
