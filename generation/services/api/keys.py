"""Keys of the API: made, shown once, known again by their hash, revoked."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone

from accounts.models import Person
from generation.models import ApiKey
from generation.services.api.limits import spent_by_keys
from generation.services.labels import clean_line

MOST_KEYS = 50
MOST_REVOKED = 20
BEGINNING = "sk-"
# 256 bits: nobody tries them all, so a plain hash keeps them as well as a slow one would.
BYTES = 32
# `last used` is for people; writing it at every call would be a write at every call.
USED_EVERY = timedelta(minutes=1)


class TooManyKeys(Exception):
    """Enough for anybody; revoke one."""


class WrongKey(Exception):
    """There is no such key, or it was revoked, or its time is over."""


@dataclass(frozen=True)
class MadeKey:
    """The only moment in which the key itself is known."""

    key: ApiKey
    secret: str


@dataclass(frozen=True)
class ShownKey:
    """A key with what it spent this month."""

    key: ApiKey
    spent: int
    over: bool

    @property
    def narrow(self) -> bool:
        return len(self.key.scopes) < len(ApiKey.Scope)

    @property
    def may(self) -> list[str]:
        return [str(scope.label) for scope in ApiKey.Scope if scope in self.key.scopes]


def make_key(
    *,
    person: Person,
    name: str,
    scopes: Collection[str] = tuple(ApiKey.Scope),
    monthly_budget: int | None = None,
    expires_at: datetime | None = None,
    images_a_minute: int | None = None,
) -> MadeKey:
    name = clean_line(name, field="name", required=True)
    secret = BEGINNING + secrets.token_hex(BYTES)
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=person.pk)
        if keys_of(person).filter(revoked_at=None).count() >= MOST_KEYS:
            raise TooManyKeys
        key = ApiKey.objects.create(
            person=person,
            name=name,
            shown=masked(secret),
            digest=_digest(secret),
            scopes=[scope for scope in ApiKey.Scope if scope in scopes],
            monthly_budget=monthly_budget,
            expires_at=expires_at,
            images_a_minute=images_a_minute,
        )
    return MadeKey(key, secret)


def keys_of(person: Person) -> QuerySet[ApiKey]:
    return ApiKey.objects.filter(person=person)


def keys_page(*, person: Person) -> list[ShownKey]:
    """Those that let somebody in, newest first, and then those that were revoked."""
    keys = keys_of(person).order_by("-created", "-pk")
    found = [*keys.filter(revoked_at=None), *keys.filter(revoked_at__isnull=False)[:MOST_REVOKED]]
    spent = spent_by_keys(found)
    return [ShownKey(key, spent.get(key.pk, 0), _is_over(key)) for key in found]


def revoke_key(*, person: Person, key_id: int) -> ApiKey:
    """At once: the next call is refused. What it had begun is still drawn."""
    key = keys_of(person).filter(pk=key_id).first()
    if key is None:
        raise Http404
    keys_of(person).filter(pk=key_id, revoked_at=None).update(revoked_at=timezone.now())
    key.refresh_from_db()
    return key


def key_of(*, secret: str) -> ApiKey:
    """Whoever shows it. Every call asks, so a key that was revoked lets nobody in any more."""
    now = timezone.now()
    key = ApiKey.objects.select_related("person").filter(digest=_digest(secret)).first()
    if key is None or key.revoked_at is not None or _is_over(key):
        raise WrongKey
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - USED_EVERY)
    if key.last_used_at is None or key.last_used_at < now - USED_EVERY:
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)
    return key


def masked(secret: str) -> str:
    """For its owner to know it by, and of no use to anybody else."""
    return f"{secret[:5]}…{secret[-2:]}" if len(secret) >= 16 else "…"


def _is_over(key: ApiKey) -> bool:
    return key.expires_at is not None and key.expires_at <= timezone.now()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="surrogateescape")).hexdigest()
