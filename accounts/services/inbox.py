"""What the site has to tell a person, kept until they read it and after."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import Http404
from django.utils import timezone

from accounts.models import Message, Person
from accounts.signals import inbox_changed

PAGE = 30


@dataclass(frozen=True, kw_only=True)
class MessagesPage:
    messages: list[Message]
    next_cursor: str | None


@transaction.atomic
def send_message(
    *,
    person: Person,
    kind: str,
    title: str,
    body: str = "",
    data: Mapping[str, Any] | None = None,
    link: str = "",
    once: str | None = None,
) -> None:
    """`title` and `body` are marked with `gettext_noop`; `%(name)s` in them is filled from `data`. Who may come here
    twice for one event gives it a name with `once`."""
    facts = {"kind": kind, "title": title, "body": body, "data": dict(data or {}), "link": link, "once": once}
    try:
        with transaction.atomic():
            Message.objects.create(person=person, **facts)
    except IntegrityError:
        return  # told already
    inbox_changed.send(sender=Message, person_id=person.pk)


def messages_page(*, person: Person, before: str | None = None, size: int = PAGE) -> MessagesPage:
    """The newest first. A cursor that makes no sense begins at the top."""
    messages, place = Message.objects.filter(person=person), _read_cursor(before)
    if place:
        created, message_id = place
        # The first condition alone is what the index answers; the second settles ties.
        messages = messages.filter(created__lte=created).filter(Q(created__lt=created) | Q(id__lt=message_id))
    found = list(messages.order_by("-created", "-id")[: size + 1])
    shown = found[:size]
    more = f"{shown[-1].created.isoformat()}_{shown[-1].pk}" if len(found) > size else None
    return MessagesPage(messages=shown, next_cursor=more)


def message_for(*, person: Person, message_id: int) -> Message:
    """The one way to a message: somebody else's is not there."""
    found = Message.objects.filter(person=person, pk=message_id).first()
    if found is None:
        raise Http404
    return found


def read(*, person: Person, message_id: int) -> Message:
    """The message, which counts as read from now on."""
    message = message_for(person=person, message_id=message_id)
    _mark_read(person, Q(pk=message.pk))
    return message


def mark_all_read(*, person: Person) -> int:
    return _mark_read(person, Q())


def unread_count(*, person: Person) -> int:
    return Message.objects.filter(person=person, read_at=None).count()


@transaction.atomic
def _mark_read(person: Person, which: Q) -> int:
    marked = Message.objects.filter(which, person=person, read_at=None).update(read_at=timezone.now())
    if marked:
        inbox_changed.send(sender=Message, person_id=person.pk)
    return marked


def _read_cursor(text: str | None) -> tuple[datetime, int] | None:
    try:
        moment, message_id = (text or "").split("_")
        created, last = datetime.fromisoformat(moment), int(message_id)
    except ValueError:
        return None
    return (created, last) if created.tzinfo and abs(last) < 2**63 else None
