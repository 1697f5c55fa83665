"""Addresses of small pictures that need no session and no query: the signature is the permission. (decision 21)

Each is good until its hour is over, and the same for a person all hour long, so that browsers keep what they have. One
that is over leads its owner to the present one, and nobody else anywhere.
"""

import time
from uuid import UUID

from django.core.signing import Signer
from django.db.models import Q
from django.http import Http404
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from accounts.models import Person
from generation.models import Upload
from generation.services.access import pictures_of

HOUR = 3600


def address_of(name: str) -> str:
    """Of a stored file, for as long as this hour lasts. Only who may see it may be told."""
    hour = _hour()
    return reverse("stored", args=[hour, _signature(hour, name), name])


def is_good(*, hour: int, signature: str, name: str) -> bool:
    """False where the hour is over; an address that is not ours is not there."""
    if not constant_time_compare(signature, _signature(hour, name)):
        raise Http404
    return hour >= _hour()


def renewed(*, person: Person, name: str) -> str:
    """The present address of a file whose old one its owner still has on a page."""
    kind, _, rest = name.partition("/")
    owner_id = _uuid(rest.split("/")[1:2])
    if kind == "pictures":
        there = pictures_of(person).filter(Q(small=name) | Q(thumb=name), job_id=owner_id, trashed_at=None).exists()
    else:
        there = Upload.objects.filter(person=person, pk=owner_id, trashed_at=None).exists()
    if not there:
        raise Http404
    return address_of(name)


def _signature(hour: int, name: str) -> str:
    return Signer(salt="stored").signature(f"{hour}:{name}")


def _hour() -> int:
    return int(time.time()) // HOUR


def _uuid(parts: list[str]) -> UUID:
    try:
        return UUID(parts[0])
    except (ValueError, IndexError):
        raise Http404 from None
