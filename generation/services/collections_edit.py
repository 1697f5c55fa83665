"""What a person does with collections. Nothing asks "are you sure": what is taken away can be put back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from generation.models import Collection, Placement, Share
from generation.services import sharing
from generation.services.access import pictures_for
from generation.services.collections import collection_for, own_pictures, placements_in, share_of
from generation.services.keeping import keep_frame
from generation.services.labels import BadLabel, clean_line, clean_lines, screen_public


@dataclass(frozen=True, kw_only=True)
class Removed:
    """What undo needs: how many, and by which moment they are found again."""

    count: int
    moment: str


@transaction.atomic
def create_collection(*, person: Person, name: str, description: str = "", pictures: Sequence[UUID] = ()) -> Collection:
    name = clean_line(name, field="name", required=True)
    description = clean_lines(description, field="description")
    collection = Collection.objects.create(person=person, name=name, description=description)
    _append(collection, pictures)
    return collection


@transaction.atomic
def change_collection(*, person: Person, collection_id: UUID, name: str, description: str) -> Collection:
    collection = _locked(person, collection_id)
    collection.name = clean_line(name, field="name", required=True)
    collection.description = clean_lines(description, field="description")
    if share_of(collection):
        screen_public(collection.name, field="name")
        screen_public(collection.description, field="description")
    collection.save(update_fields=["name", "description"])
    _changed(collection)
    return collection


@transaction.atomic
def delete_collection(*, person: Person, collection_id: UUID) -> Collection:
    """Its pictures stay where they are. Its public page is gone at once, and undo does not bring that back."""
    collection = _locked(person, collection_id)
    Share.objects.filter(collection=collection).delete()
    now = timezone.now()
    Collection.objects.filter(pk=collection.pk).update(deleted_at=now)
    Collection.objects.filter(person=person, deleted_at__lt=now - _undo_time()).delete()
    return collection


def restore_collection(*, person: Person, collection_id: UUID) -> Collection:
    Collection.objects.filter(person=person, pk=collection_id).update(deleted_at=None)
    return collection_for(person=person, collection_id=collection_id)


@transaction.atomic
def add_pictures(*, person: Person, collection_id: UUID, pictures: Sequence[UUID]) -> int:
    """At the end, in the order given. What is there already stays in its place; somebody else's is not there."""
    collection = _locked(person, collection_id)
    added = _append(collection, pictures)
    _changed(collection)
    return added


@transaction.atomic
def remove_pictures(*, person: Person, collection_id: UUID, pictures: Sequence[UUID]) -> Removed:
    collection = _locked(person, collection_id)
    now = timezone.now()
    inside = Placement.objects.filter(collection=collection)
    count = inside.filter(picture__in=pictures, removed_at=None).update(removed_at=now)
    inside.filter(removed_at__lt=now - _undo_time()).delete()
    _changed(collection)
    return Removed(count=count, moment=now.isoformat())


@transaction.atomic
def put_back(*, person: Person, collection_id: UUID, moment: str) -> int:
    """Undo of one removal: each picture stands where it stood."""
    collection = _locked(person, collection_id)
    try:
        removed_at = datetime.fromisoformat(moment)
    except ValueError:
        return 0
    if removed_at.tzinfo is None:
        return 0
    count = Placement.objects.filter(collection=collection, removed_at=removed_at).update(removed_at=None)
    _changed(collection)
    return count


@transaction.atomic
def move_picture(*, person: Person, collection_id: UUID, picture_id: UUID, after: UUID | None) -> None:
    """Behind another picture, or to the front."""
    collection = _locked(person, collection_id)
    moving = _placement(collection, picture_id)
    rest = Placement.objects.filter(collection=collection).exclude(pk=moving.pk)
    target = _placement(collection, after).position + 1 if after else _front(collection)
    rest.filter(position__gte=target).update(position=F("position") + 1)
    Placement.objects.filter(pk=moving.pk).update(position=target)
    _changed(collection)


@transaction.atomic
def step_picture(*, person: Person, collection_id: UUID, picture_id: UUID, by: int) -> None:
    """One place earlier or later; at either end it stays."""
    collection = _locked(person, collection_id)
    order = list(placements_in(collection).values_list("picture_id", flat=True))
    if picture_id not in order:
        raise Http404
    at = order.index(picture_id)
    to = max(0, min(len(order) - 1, at + by))
    if to == at:
        return
    order.remove(picture_id)
    after = order[to - 1] if to else None
    move_picture(person=person, collection_id=collection_id, picture_id=picture_id, after=after)


@transaction.atomic
def choose_cover(*, person: Person, collection_id: UUID, picture_id: UUID) -> None:
    collection = _locked(person, collection_id)
    _placement(collection, picture_id)
    Collection.objects.filter(pk=collection.pk).update(cover=picture_id)
    _changed(collection)


@transaction.atomic
def choose_collections(*, person: Person, picture_id: UUID, chosen: Sequence[UUID], new_name: str = "") -> int:
    """The form on a picture's page: in these collections and in no other of the person's. Answers in how many."""
    _keep_frames(person, [picture_id])
    mine = Collection.objects.filter(person=person, deleted_at=None)
    before = set(mine.filter(placements__picture=picture_id, placements__removed_at=None).values_list("pk", flat=True))
    wanted = set(mine.filter(pk__in=chosen).values_list("pk", flat=True))
    if new_name.strip():
        wanted.add(create_collection(person=person, name=new_name).pk)
    for collection_id in wanted - before:
        add_pictures(person=person, collection_id=collection_id, pictures=[picture_id])
    for collection_id in before - wanted:
        remove_pictures(person=person, collection_id=collection_id, pictures=[picture_id])
    return len(wanted)


@transaction.atomic
def collect_pictures(
    *, person: Person, picture_ids: Sequence[UUID], chosen: Sequence[UUID], new_name: str = ""
) -> list[Collection]:
    """Many at once: they come into each of these collections, and stay in all where they are. All or none."""
    _keep_frames(person, picture_ids)
    into = [collection_for(person=person, collection_id=collection_id) for collection_id in dict.fromkeys(chosen)]
    for collection in into:
        add_pictures(person=person, collection_id=collection.pk, pictures=picture_ids)
    if new_name.strip():
        into.append(create_collection(person=person, name=new_name, pictures=picture_ids))
    if not into:
        raise BadLabel("collection", _("Choose a collection, or name a new one."))
    return into


def _keep_frames(person: Person, picture_ids: Sequence[UUID]) -> None:
    """A frame that is put into a collection is one of the person's own pictures from then on."""
    for picture in pictures_for(person=person, picture_ids=picture_ids):
        if not picture.kept:
            keep_frame(person=person, picture_id=picture.pk, kept=True)


def _locked(person: Person, collection_id: UUID) -> Collection:
    """Acts on one collection come one after the other, so that no two give the same place."""
    Collection.objects.select_for_update().filter(person=person, pk=collection_id).first()
    return collection_for(person=person, collection_id=collection_id)


def _append(collection: Collection, pictures: Sequence[UUID]) -> int:
    own = set(own_pictures(collection.person).filter(pk__in=pictures).values_list("pk", flat=True))
    inside = Placement.objects.filter(collection=collection)
    own -= set(inside.filter(picture__in=own, removed_at=None).values_list("picture_id", flat=True))
    inside.filter(picture__in=own).delete()  # taken out before: it comes anew, at the end
    last = inside.aggregate(last=Max("position"))["last"] or 0
    wanted = [picture_id for picture_id in dict.fromkeys(pictures) if picture_id in own]
    Placement.objects.bulk_create(
        Placement(collection=collection, picture_id=picture_id, position=position)
        for position, picture_id in enumerate(wanted, last + 1)
    )
    return len(wanted)


def _placement(collection: Collection, picture_id: UUID) -> Placement:
    found = placements_in(collection).filter(picture=picture_id).first()
    if found is None:
        raise Http404
    return found


def _front(collection: Collection) -> int:
    first = Placement.objects.filter(collection=collection).order_by("position").values_list("position", flat=True)
    return first.first() or 0


def _changed(collection: Collection) -> None:
    Collection.objects.filter(pk=collection.pk).update(changed=timezone.now())
    sharing.judge_again(collection)


def _undo_time() -> timedelta:
    return timedelta(days=settings.TRASH_DAYS)
