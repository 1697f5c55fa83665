"""Was this made here? Four ways to know a picture again, and not a word about whose it is."""

import base64
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken
from django.http import Http404
from django.utils.crypto import salted_hmac
from PIL import Image

from generation.models import Download, Mark, Picture
from generation.origin import manifest, mark
from generation.origin.certificate import BadCertificate
from generation.services import origin
from generation.services.sizes import address_in_itself, sizes_of
from generation.services.uploads_decoding import decoded
from generation.throttle import often
from moderation import services as moderation

MOST_A_MINUTE = 10
REPORTED_WITHIN = 24 * 3600


class TooOften(Exception):
    """Asked more than anybody needs to. In a minute it is answered again."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    manifest: manifest.Found | None
    mark: bool
    exact: bool
    alike: bool
    seen: str
    """The picture itself, small, as an address in itself: nothing is stored for it."""
    found: str
    """What a report names the picture by, for a day. Sealed, since whose it is must not be asked by its id; empty where
    none is known."""

    @property
    def signed_here(self) -> bool:
        return self.manifest is not None and self.manifest.ours

    @property
    def certain(self) -> bool:
        return self.signed_here or self.mark or self.exact

    @property
    def yes(self) -> bool:
        return self.certain or self.alike


def made_here(*, data: bytes, asked_from: str) -> Answer:
    """Looks, and keeps nothing. A file that cannot be opened is a BadUpload, as everywhere."""
    if often(act="made-here", who=asked_from, most=MOST_A_MINUTE, seconds=60):
        raise TooOften
    anchors, serials = origin.trusted()
    # Opened by a process of its own; what comes back holds colours alone.
    with Image.open(io.BytesIO(decoded(data)), formats=["PNG"]) as opened:
        picture = opened.convert("RGB")
    sha256 = hashlib.sha256(data).hexdigest()
    known = moderation.same_pictures(kind="picture", sha256=sha256, image=picture)
    marks = _marks(picture)
    download = Download.objects.filter(sha256=sha256).first()
    # The surest first. A mark outlives its picture, and then there is nothing left to report.
    pictures = [download.picture_id if download else None, *(each.picture_id for each in marks)]
    pictures += [one.subject for one in sorted(known, key=lambda one: one.bits)]
    return Answer(
        manifest=manifest.read(data, anchors=anchors, serials=serials),
        mark=bool(marks),
        exact=any(one.exact for one in known) or download is not None,
        alike=any(not one.exact for one in known),
        seen=address_in_itself(sizes_of(picture).thumb),
        found=_named(pictures),
    )


def recognised(*, found: str) -> UUID:
    """The picture that an answer named, if it is still there."""
    try:
        picture_id = UUID(bytes=_seal().decrypt(found, ttl=REPORTED_WITHIN))
    except (InvalidToken, ValueError):
        raise Http404 from None
    if not Picture.objects.filter(pk=picture_id).exists():
        raise Http404
    return picture_id


def _named(pictures: Sequence[UUID | None]) -> str:
    there = Picture.objects.in_bulk([each for each in pictures if each is not None])
    first = next((each for each in pictures if each in there), None)
    return _seal().encrypt(first.bytes).decode() if first else ""


def _seal() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(salted_hmac("made-here", "picture", algorithm="sha256").digest()))


def _marks(picture: Image.Image) -> list[Mark]:
    """Numbers that prove themselves and that we gave: chance alone would need both."""
    try:
        keys = origin.mark_keys()
    except BadCertificate:
        return []
    numbers = [number for key in keys if (number := mark.read(picture, key=key)) is not None]
    return list(Mark.objects.filter(number__in=numbers))
