"""Was this made here? Four ways to know a picture again, and not a word about whose it is."""

import hashlib
import io
from dataclasses import dataclass

from PIL import Image

from generation.models import Download, Mark
from generation.origin import manifest, mark
from generation.origin.certificate import BadCertificate
from generation.services import origin
from generation.services.sizes import address_in_itself, sizes_of
from generation.services.uploads_decoding import decoded
from generation.throttle import often
from moderation import services as moderation

MOST_A_MINUTE = 10


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
    return Answer(
        manifest=manifest.read(data, anchors=anchors, serials=serials),
        mark=_marked(picture),
        exact=any(one.exact for one in known) or Download.objects.filter(sha256=sha256).exists(),
        alike=any(not one.exact for one in known),
        seen=address_in_itself(sizes_of(picture).thumb),
    )


def _marked(picture: Image.Image) -> bool:
    """A number that proves itself and that we gave: chance alone would need both."""
    try:
        keys = origin.mark_keys()
    except BadCertificate:
        return False
    numbers = [number for key in keys if (number := mark.read(picture, key=key)) is not None]
    return Mark.objects.filter(number__in=numbers).exists()
