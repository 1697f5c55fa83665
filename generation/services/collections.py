"""Collections as they are looked at: whose they are, what is in them and in which order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, UUIDField
from django.http import Http404

from accounts.models import Person
from generation.models import Collection, Picture, Placement, Share
from generation.services.access import pictures_of
from generation.services.snapshots import picture_facts

PAGE = 60
# One page may show so many at once after the back button; beyond it begins at the top again.
MOST_AT_ONCE = 480
VISIBLE = Q(removed_at=None, picture__trashed_at=None)


@dataclass(frozen=True, kw_only=True)
class PicturesPage:
    rows: list[Picture]
    next_cursor: str | None
    shown: int

    @property
    def pictures(self) -> list[dict[str, Any]]:
        """As their own person sees them."""
        return [{**picture_facts(picture), "prompt": picture.job.prompt} for picture in self.rows]


def collection_for(*, person: Person, collection_id: UUID) -> Collection:
    """The one way to a collection: somebody else's is not there."""
    found = Collection.objects.filter(person=person, pk=collection_id, deleted_at=None).select_related("share").first()
    if found is None:
        raise Http404
    return found


def collections_of(*, person: Person) -> list[dict[str, Any]]:
    """Every collection of a person, the last changed first, each with its cover."""
    collections = (
        Collection.objects.filter(person=person, deleted_at=None)
        .select_related("share")
        .annotate(size=Count("placements", filter=_visible_from_collection()))
        .order_by("-changed", "-id")
    )
    found = list(collections)
    covers = covers_of(collection.pk for collection in found)
    return [
        {
            "id": str(collection.pk),
            "name": collection.name,
            "size": collection.size,
            "cover": picture_facts(covers[collection.pk]) if collection.pk in covers else None,
            "share": share_of(collection),
        }
        for collection in found
    ]


def collection_choices(*, person: Person, picture_id: UUID | None) -> list[dict[str, Any]]:
    """For the forms: each collection, and whether this one picture is in it."""
    inside = Placement.objects.filter(collection=OuterRef("pk"), picture=picture_id, removed_at=None)
    found = Collection.objects.filter(person=person, deleted_at=None).annotate(inside=Exists(inside))
    return [
        {"id": collection.pk, "name": collection.name, "inside": collection.inside}
        for collection in found.order_by("-changed", "-id")
    ]


def deleted_collection(*, person: Person, text: str) -> Collection | None:
    """What was deleted just now, as its address says, so that undo can be offered."""
    ids = chosen_ids([text])
    return Collection.objects.filter(person=person, pk__in=ids, deleted_at__isnull=False).first()


def removed_at(collection: Collection, *, moment: str) -> int:
    """How many pictures were taken out then."""
    try:
        when = datetime.fromisoformat(moment)
    except ValueError:
        return 0
    return Placement.objects.filter(collection=collection, removed_at=when).count() if when.tzinfo else 0


def size_of(collection: Collection) -> int:
    return placements_in(collection).count()


def pictures_in(collection: Collection) -> list[UUID]:
    return list(placements_in(collection).values_list("picture_id", flat=True))


def pictures_page(
    collection: Collection, *, after: str | None = None, shown: int = 0, size: int = PAGE, public: bool = False
) -> PicturesPage:
    """Pictures in their order, a page at a time. `shown` without `after`: as many as were there before."""
    placements = placements_in(collection, public=public).select_related("picture__job")
    place = _read_cursor(after)
    if place is not None:
        position, placement_id = place
        placements = placements.filter(position__gte=position).filter(Q(position__gt=position) | Q(id__gt=placement_id))
    count = size if place is not None else max(size, min(shown, MOST_AT_ONCE))
    found = list(placements[: count + 1])
    page = found[:count]
    return PicturesPage(
        rows=[placement.picture for placement in page],
        next_cursor=f"{page[-1].position}_{page[-1].pk}" if len(found) > count else None,
        shown=(shown if place is not None else 0) + len(page),
    )


def pictures_to_add(collection: Collection, *, before: str | None = None, size: int = PAGE) -> PicturesPage:
    """The person's own pictures, newest first, that the collection does not hold."""
    inside = Placement.objects.filter(collection=collection, picture=OuterRef("pk"), removed_at=None)
    pictures = own_pictures(collection.person).filter(~Exists(inside)).select_related("job").order_by("-created", "-id")
    place = _read_moment(before)
    if place is not None:
        created, picture_id = place
        pictures = pictures.filter(created__lte=created).filter(Q(created__lt=created) | Q(id__lt=picture_id))
    found = list(pictures[: size + 1])
    page = found[:size]
    return PicturesPage(
        rows=page,
        next_cursor=f"{page[-1].created.isoformat()}_{page[-1].pk}" if len(found) > size else None,
        shown=len(page),
    )


def own_pictures(person: Person) -> QuerySet[Picture]:
    """What a person may put into a collection or show."""
    return pictures_of(person).filter(trashed_at=None, kept=True)


def placements_in(collection: Collection, *, public: bool = False) -> QuerySet[Placement]:
    """What is seen of a collection, in its order: by its owner, or by everybody."""
    return Placement.objects.filter(_seen(public), collection=collection).order_by("position", "id")


def covers_of(collection_ids: Iterable[UUID], *, public: bool = False) -> dict[UUID, Picture]:
    """The picture that stands for each: the one chosen while it is in the collection, else the first."""
    visible = Placement.objects.filter(_seen(public), collection=OuterRef("pk"))
    faces = Collection.objects.filter(pk__in=list(collection_ids)).annotate(
        # SQLite gives the text of a uuid, where the subquery's own field is a foreign key.
        chosen=Subquery(visible.filter(picture=OuterRef("cover")).values("picture")[:1], output_field=UUIDField()),
        first=Subquery(visible.order_by("position", "id").values("picture")[:1], output_field=UUIDField()),
    )
    chosen = {pk: one or other for pk, one, other in faces.values_list("pk", "chosen", "first") if one or other}
    pictures = Picture.objects.select_related("job").in_bulk(list(chosen.values()))
    return {pk: pictures[picture_id] for pk, picture_id in chosen.items() if picture_id in pictures}


def share_of(thing: Collection | Picture) -> Share | None:
    return getattr(thing, "share", None)


def _seen(public: bool) -> Q:
    """What a moderator took away only its owner sees."""
    return VISIBLE & Q(picture__removed_at=None) if public else VISIBLE


def _visible_from_collection() -> Q:
    return Q(placements__removed_at=None, placements__picture__trashed_at=None, placements__isnull=False)


def _read_cursor(text: str | None) -> tuple[int, int] | None:
    try:
        position, placement_id = (text or "").split("_")
        place = int(position), int(placement_id)
    except ValueError:
        return None
    return place if all(abs(number) < 2**63 for number in place) else None


def _read_moment(text: str | None) -> tuple[datetime, UUID] | None:
    try:
        moment, picture_id = (text or "").split("_")
        created = datetime.fromisoformat(moment)
        return (created, UUID(picture_id)) if created.tzinfo else None
    except ValueError:
        return None


def chosen_ids(texts: Sequence[str]) -> list[UUID]:
    """The ids of a form's ticked boxes; what is no id was not ticked here."""
    found = []
    for text in texts[:MOST_AT_ONCE]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
