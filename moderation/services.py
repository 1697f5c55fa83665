"""Screening. Today: the operator's lists of words and pictures; what a picture shows is judged once filters exist."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.conf import settings
from PIL import Image

from moderation.filters import blocked_words_in, hash_of_what_is_seen, is_blocked_picture
from moderation.models import PictureHash

Kind = Literal["picture", "upload"]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    allowed: bool
    words: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Fingerprint:
    """By what a picture is known again."""

    sha256: str
    seen: int


def screen_sentence(*, text: str) -> Verdict:
    words = tuple(blocked_words_in(text, file=settings.BLOCKED_WORDS_FILE))
    return Verdict(allowed=not words, words=words)


def screen_upload(*, subject: UUID, sha256: str, image: Image.Image) -> Verdict:
    """`sha256` is of the file as it was sent, `image` what became of it. Both are remembered, refused ones too."""
    known = Fingerprint(sha256=sha256, seen=hash_of_what_is_seen(image))
    remember_pictures(kind="upload", fingerprints={subject: known})
    blocked = is_blocked_picture(sha256=known.sha256, seen=known.seen, file=settings.BLOCKED_PICTURES_FILE)
    return Verdict(allowed=not blocked)


def fingerprint(*, file: bytes, image: Image.Image) -> Fingerprint:
    """`image` is the same file, opened: whoever asks has it open already."""
    return Fingerprint(sha256=hashlib.sha256(file).hexdigest(), seen=hash_of_what_is_seen(image))


def remember_pictures(*, kind: Kind, fingerprints: Mapping[UUID, Fingerprint]) -> None:
    """Kept for good, also when the picture is deleted. Saying it again changes nothing."""
    rows = [
        PictureHash(subject=subject, kind=kind, sha256=known.sha256, seen=known.seen)
        for subject, known in fingerprints.items()
    ]
    PictureHash.objects.bulk_create(rows, ignore_conflicts=True)
