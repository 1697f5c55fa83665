"""The public gallery: what people chose to list, newest or most liked first, page by page by keyset."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.http import Http404

from accounts.models import Person
from generation.models import Like, Share
from generation.services.collections import covers_of
from generation.services.sharing import Shown, shown, visible_shares
from generation.services.styles import CODES

PAGE = 24
MOST_AT_ONCE = 480
SAMPLES = settings.BASE_DIR / "static" / "samples"

Order = Literal["newest", "liked"]
ORDERS: tuple[Order, ...] = ("newest", "liked")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Which way through the gallery; what makes no sense in an address is as if it were not there."""

    order: Order = "newest"
    style: str = ""

    @classmethod
    def read(cls, query: Any) -> "Wish":
        order: Order = "liked" if query.get("order") == "liked" else "newest"
        style = query.get("style", "")
        return cls(order=order, style=style if style in CODES else "")

    def address(self, **more: Any) -> str:
        """The query of this way, in its one spelling."""
        known = {"order": self.order if self.order != "newest" else "", "style": self.style, **more}
        return urlencode({name: value for name, value in known.items() if value})


@dataclass(frozen=True, kw_only=True)
class GalleryPage:
    items: list[Shown]
    next_cursor: str | None
    shown: int


def gallery_page(*, wish: Wish, after: str | None = None, before_that: int = 0, size: int = PAGE) -> GalleryPage:
    """`before_that`: how many stand on the page already; without `after`, so many are given again."""
    shares = _listed(wish)
    place = _read_cursor(after, wish.order)
    if place is not None:
        shares = shares.filter(place)
    count = size if place is not None else max(size, min(before_that, MOST_AT_ONCE))
    found = list(shares[: count + 1])
    page = found[:count]
    return GalleryPage(
        items=_shown(page),
        next_cursor=_cursor(page[-1], wish.order) if len(found) > count else None,
        shown=(before_that if place is not None else 0) + len(page),
    )


def newest_shown(*, count: int = PAGE) -> list[Shown]:
    """For the wall under the prompt box."""
    return _shown(list(_listed(Wish())[:count]))


def like(*, person: Person, share: Share, liked: bool) -> int:
    """How many like it now. Said twice it is the same as once: the row decides who counts."""
    try:
        with transaction.atomic():
            changed = int(_new_like(person, share)) if liked else -_mine(person, share).delete()[0]
            if changed:
                Share.objects.filter(pk=share.pk).update(likes=F("likes") + changed)
        share.refresh_from_db(fields=["likes"])
    except (IntegrityError, Share.DoesNotExist):
        raise Http404 from None  # un-shared at this very moment
    return share.likes


def is_liked(*, person: Person, share: Share) -> bool:
    return _mine(person, share).exists()


def samples() -> list[dict[str, str]]:
    """What the model drew before anybody came: files of static/samples, as its list says. The list may be empty."""
    return _samples(SAMPLES / "samples.json")


@lru_cache(maxsize=2)
def _samples(file: Path) -> list[dict[str, str]]:
    return list(json.loads(file.read_text(encoding="utf-8")))


def _listed(wish: Wish) -> QuerySet[Share]:
    shares = visible_shares().filter(listed_at__isnull=False)
    if wish.style:
        shares = shares.filter(style=wish.style)
    return shares.order_by("-likes", "-id") if wish.order == "liked" else shares.order_by("-listed_at", "-id")


def _shown(shares: Sequence[Share]) -> list[Shown]:
    covers = covers_of((share.collection_id for share in shares if share.collection_id), public=True)
    seen = [shown(share, cover=covers.get(share.collection_id) if share.collection_id else None) for share in shares]
    return [one for one in seen if one.picture]  # a collection that was emptied has nothing to show here


def _mine(person: Person, share: Share) -> QuerySet[Like]:
    return Like.objects.filter(person=person, share=share)


def _new_like(person: Person, share: Share) -> bool:
    return Like.objects.get_or_create(person=person, share=share)[1]


def _cursor(share: Share, order: Order) -> str:
    first = share.likes if order == "liked" else share.listed_at.isoformat() if share.listed_at else ""
    return f"{first}_{share.pk}"


def _read_cursor(text: str | None, order: Order) -> Q | None:
    """What comes after it. The first condition alone is what the index answers; the second settles ties."""
    try:
        first, last = (text or "").split("_")
        share_id = int(last)
        if order == "liked":
            likes = int(first)
            if max(likes, share_id) >= 2**31:
                return None
            return Q(likes__lte=likes) & (Q(likes__lt=likes) | Q(id__lt=share_id))
        moment = datetime.fromisoformat(first)
        if moment.tzinfo is None or share_id >= 2**63:
            return None
        return Q(listed_at__lte=moment) & (Q(listed_at__lt=moment) | Q(id__lt=share_id))
    except ValueError:
        return None
