"""Public pages of pictures and collections. `Shown` is all that strangers may know: pages are made from it alone, so
that a sentence which is not shown is nowhere to be found."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator, slugify
from django.utils.translation import gettext as _

from accounts.models import Person
from generation.models import Collection, Job, JobSource, Picture, Share
from generation.origin.formats import Format
from generation.services.collections import own_pictures, placements_in
from generation.services.labels import BadLabel, clean_line, clean_lines, screen_public
from generation.services.styles import read_style
from moderation import services as moderation

PICTURE = "picture"
COLLECTION = "collection"
# How far back a lineage is followed for a photograph that somebody brought; what goes further counts as one.
MOST_STEPS = 30


@dataclass(frozen=True, kw_only=True)
class ShownPicture:
    id: str
    url: str
    alt: str
    sentence: str
    file: str
    view: str
    small: str


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A public page as anybody sees it."""

    token: str
    url: str
    title: str
    sentence: str
    description: str
    by: str
    listed: bool
    likes: int
    picture: ShownPicture | None
    collection: bool


@transaction.atomic
def share_picture(
    *, person: Person, picture_id: UUID, public: bool, show_sentence: bool, title: str = "", alt: str = ""
) -> Share:
    """Give a picture a public page, or change what its page says."""
    picture = own_pictures(person).select_for_update(of=("self",)).select_related("job").filter(pk=picture_id).first()
    if picture is None:
        raise Http404
    _may_be_shown(picture)
    title, alt = clean_line(title, field="title"), clean_lines(alt, field="alt")
    screen_public(title, field="title")
    screen_public(alt, field="alt")
    # Written back as it came in the form, the sentence is no alt text of its own: it must go when the switch goes off.
    alt = "" if alt == picture.job.prompt.strip() else alt
    share, _created = Share.objects.update_or_create(
        picture=picture,
        defaults={"person": person, "public": public, "show_sentence": show_sentence, "title": title, "alt": alt}
        | ({} if public else {"listed_at": None, "refused": False}),
    )
    return _judge(share)


@transaction.atomic
def share_collection(*, collection: Collection, public: bool, show_sentence: bool) -> Share:
    _may_be_shown(collection)
    screen_public(collection.name, field="name")
    screen_public(collection.description, field="description")
    share, _created = Share.objects.update_or_create(
        collection=collection,
        defaults={"person": collection.person, "public": public, "show_sentence": show_sentence}
        | ({} if public else {"listed_at": None, "refused": False}),
    )
    return _judge(share)


def unshare(*, person: Person, thing: Picture | Collection) -> bool:
    """From the next request on neither the page nor its files are there."""
    what = {PICTURE: thing} if isinstance(thing, Picture) else {COLLECTION: thing}
    deleted, _by_model = Share.objects.filter(person=person, **what).delete()
    return bool(deleted)


def unshare_pictures(*, pictures: Iterable[UUID]) -> None:
    """For whatever takes pictures away from their person."""
    Share.objects.filter(picture__in=list(pictures)).delete()


def judge_again(collection: Collection) -> None:
    """What a listed collection shows has changed."""
    share = Share.objects.filter(collection=collection).first()
    if share is not None:
        _judge(share)


def on_listing_decided(*, kind: str, subject: UUID, allowed: bool, **_more: Any) -> None:
    shares = Share.objects.filter(**{f"{kind}_id": subject}) if kind in (PICTURE, COLLECTION) else Share.objects.none()
    for share in shares:
        _judge(share)


def _may_be_shown(thing: Picture | Collection) -> None:
    if thing.removed_at is not None:
        raise BadLabel("visibility", _("A moderator took it from the public pages. Your inbox says why."))
    try:
        moderation.check_not_suspended(person=thing.person)
    except moderation.Suspended:
        raise BadLabel("visibility", _("You cannot share for now. Your inbox says why."))


def _judge(share: Share) -> Share:
    """Moderation says whether it may be listed; asked anew at every change, because it answers for what is seen."""
    listed_at, refused, style = None, False, ""
    if share.public:
        match _answer(share):
            case moderation.Answer.YES:
                listed_at = share.listed_at or timezone.now()
                style = _style(share)
            case moderation.Answer.NO:
                refused = True
            case moderation.Answer.WAIT:
                pass
    Share.objects.filter(pk=share.pk).update(listed_at=listed_at, refused=refused, style=style)
    share.listed_at, share.refused, share.style = listed_at, refused, style
    return share


def _answer(share: Share) -> moderation.Answer:
    pictures = _pictures_of(share)
    jobs = {picture.job_id: picture.job for picture in pictures}
    sentences = [job.prompt for job in jobs.values()] if share.show_sentence else []
    kind, subject = subject_of(share)
    collection = share.collection
    words = [collection.name, collection.description] if collection else [share.title, share.alt]
    return moderation.may_be_listed(
        kind=kind,
        subject=subject,
        engines={str(job.used.get("engine") or settings.ENGINE) for job in jobs.values()},
        photographs=_shows_something_brought(list(jobs.values())),
        words=[*words, *sorted(sentences)],
        shown=" ".join(sorted(str(picture.pk) for picture in pictures)),
    )


def _pictures_of(share: Share) -> list[Picture]:
    if share.collection is None:
        return [share.picture] if share.picture else []
    return [placement.picture for placement in placements_in(share.collection).select_related("picture__job")]


def _shows_something_brought(jobs: Sequence[Job]) -> bool:
    """Whether anything in their lineage was an upload: an edit keeps its pixels, and so its faces."""
    seen: set[UUID] = set()
    now = {job.pk for job in jobs}
    for _step in range(MOST_STEPS):
        seen |= now
        sources = list(JobSource.objects.filter(job__in=now).select_related("picture"))
        # A source that is neither picture nor known job was an upload that is purged.
        if any(source.picture_id is None and source.made_by_id is None for source in sources):
            return True
        found = {source.made_by_id or (source.picture.job_id if source.picture else None) for source in sources}
        now = {job_id for job_id in found if job_id is not None} - seen
        if not now:
            return False
    return True


def _style(share: Share) -> str:
    if share.picture is None or not share.show_sentence:
        return ""
    return read_style(share.picture.job.prompt)


# What strangers see


def visible_shares() -> QuerySet[Share]:
    """Those whose thing is still its person's, whose person is here to stay, and that no moderator took away."""
    return Share.objects.filter(
        Q(picture__isnull=False, picture__trashed_at=None, picture__removed_at=None)
        | Q(collection__isnull=False, collection__deleted_at=None, collection__removed_at=None),
        person__is_active=True,
        person__closing_at=None,
    ).select_related("picture__job", "collection", "person")


def share_for(*, token: str) -> Share:
    """The one way to a public page: who has its address may see it."""
    found = visible_shares().filter(token=token).first()
    if found is None:
        raise Http404
    return found


def shared_picture(*, share: Share, picture_id: UUID) -> Picture:
    if share.picture is not None:
        if share.picture.pk != picture_id:
            raise Http404
        return share.picture
    assert share.collection is not None
    placement = (
        placements_in(share.collection, public=True).filter(picture=picture_id).select_related("picture__job").first()
    )
    if placement is None:
        raise Http404
    return placement.picture


def shown(share: Share, *, cover: Picture | None = None) -> Shown:
    """`cover`: the picture that stands for a collection."""
    picture = share.picture or cover
    sentence = _sentence(share, share.picture)
    return Shown(
        token=share.token,
        url=reverse("share", args=[share.token]),
        title=_title(share, sentence),
        sentence=sentence,
        description=share.collection.description if share.collection else "",
        by=share.person.display_name,
        listed=share.listed_at is not None,
        likes=share.likes,
        picture=shown_picture(share, picture) if picture else None,
        collection=share.collection is not None,
    )


def shown_picture(share: Share, picture: Picture) -> ShownPicture:
    sentence = _sentence(share, picture)
    return ShownPicture(
        id=str(picture.pk),
        url=reverse("shared_picture", args=[share.token, picture.pk]) if share.collection_id else "",
        alt=_alt(share, picture, sentence),
        sentence=sentence,
        file=reverse("share_file", args=[share.token, picture.pk]),
        view=reverse("share_view", args=[share.token, picture.pk]),
        small=reverse("share_small", args=[share.token, picture.pk]),
    )


def file_name(share: Share, picture: Picture, format: Format) -> str:
    """Of a download: from the title, which holds the sentence only where that is shown."""
    title = _sentence(share, picture) if share.collection_id else _title(share, _sentence(share, picture))
    return f"{slugify(title)[:60] or 'picture'}.{format.ending}"


def subject_of(share: Share) -> tuple[str, UUID]:
    """What moderation calls it by: not the address, which ends with un-sharing."""
    if share.collection is not None:
        return COLLECTION, share.collection.pk
    assert share.picture is not None
    return PICTURE, share.picture.pk


def etag(*parts: object) -> str:
    return f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def _sentence(share: Share, picture: Picture | None) -> str:
    return picture.job.prompt if share.show_sentence and picture is not None else ""


def _title(share: Share, sentence: str) -> str:
    if share.collection is not None:
        return share.collection.name
    own = _apart(share.title, share)
    return own or Truncator(" ".join(sentence.split())).chars(80) or _("A picture")


def _alt(share: Share, picture: Picture, sentence: str) -> str:
    own = _apart(share.alt, share) if share.picture_id == picture.pk else ""
    return own or sentence or _("A picture drawn by a model")


def _apart(text: str, share: Share) -> str:
    """Words of the person's own, unless the sentence that is not shown stands in them."""
    if share.show_sentence or share.picture is None:
        return text
    hidden = " ".join(share.picture.job.prompt.casefold().split())
    return "" if hidden and hidden in " ".join(text.casefold().split()) else text
