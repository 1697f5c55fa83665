"""Screening. Today: the operator's lists of words and pictures; what a picture shows is judged once filters exist."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.conf import settings
from PIL import Image

from moderation.filters import blocked_words_in, hash_of_what_is_seen, is_blocked_picture
from moderation.looks import alike, as_columns
from moderation.models import PictureHash
from moderation.pdq import Look, look_of

Kind = Literal["picture", "upload"]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    allowed: bool
    words: tuple[str, ...] = ()
    category: str = "other"


@dataclass(frozen=True, kw_only=True)
class Fingerprint:
    """By what a picture is known again."""

    sha256: str
    seen: int
    look: Look


@dataclass(frozen=True, kw_only=True)
class Same:
    """A picture that is known already: the very file, or one whose look differs in so many of 256 bits."""

    subject: UUID
    exact: bool
    bits: int


def screen_sentence(*, text: str) -> Verdict:
    words = tuple(blocked_words_in(text, file=settings.BLOCKED_WORDS_FILE))
    return Verdict(allowed=not words, words=words)


def screen_upload(*, subject: UUID, sha256: str, image: Image.Image) -> Verdict:
    """`sha256` is of the file as it was sent, `image` what became of it. Both are remembered, refused ones too."""
    known = Fingerprint(sha256=sha256, seen=hash_of_what_is_seen(image), look=look_of(image))
    remember_pictures(kind="upload", fingerprints={subject: known})
    blocked = is_blocked_picture(sha256=known.sha256, seen=known.seen, file=settings.BLOCKED_PICTURES_FILE)
    return Verdict(allowed=not blocked)


def fingerprint(*, file: bytes, image: Image.Image) -> Fingerprint:
    """`image` is the same file, opened: whoever asks has it open already."""
    sha256 = hashlib.sha256(file).hexdigest()
    return Fingerprint(sha256=sha256, seen=hash_of_what_is_seen(image), look=look_of(image))


def remember_pictures(*, kind: Kind, fingerprints: Mapping[UUID, Fingerprint]) -> None:
    """Kept for good, also when the picture is deleted. Saying it again changes nothing."""
    rows = [
        PictureHash(subject=subject, kind=kind, sha256=known.sha256, seen=known.seen, **as_columns(known.look))
        for subject, known in fingerprints.items()
    ]
    PictureHash.objects.bulk_create(rows, ignore_conflicts=True)


def same_pictures(*, kind: Kind, sha256: str, image: Image.Image) -> list[Same]:
    """Those of this kind that are the file with this hash, or look like `image`; the surest first."""
    among = PictureHash.objects.filter(kind=kind)
    exact = dict.fromkeys(among.filter(sha256=sha256).values_list("subject", flat=True), 0)
    near = {subject: bits for bits, subject in alike(among, look_of(image)) if subject not in exact}
    return [Same(subject=subject, exact=subject in exact, bits=bits) for subject, bits in {**exact, **near}.items()]
