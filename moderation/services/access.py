"""Who may review, and who may judge what somebody else decided."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Person

GROUP = "moderators"
PERMISSION = "moderation.review"
# Where one person runs the site alone, an appeal must end too; a night's sleep lies between the two looks.
ALONE_AFTER = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class Eligible:
    """`alone`: only because nobody else is there; `from_when` then says since when, or from when on."""

    allowed: bool
    alone: bool = False
    from_when: datetime | None = None


def may_review(person: object) -> bool:
    """The same people whom the Django admin lets in, if they are moderators."""
    return isinstance(person, Person) and person.is_active and person.is_staff and person.has_perm(PERMISSION)


def moderators() -> QuerySet[Person]:
    permission = Permission.objects.filter(codename="review", content_type__app_label="moderation")
    granted = Q(groups__permissions__in=permission) | Q(user_permissions__in=permission) | Q(is_superuser=True)
    return Person.objects.filter(granted, is_active=True, is_staff=True).distinct()


def may_judge(
    *, moderator: Person, decided_by: Collection[int], since: datetime, concerns: int | None = None
) -> Eligible:
    """Not who decided it, nor whom it is about. Where only such are left, an operator may, a day later."""
    barred = {*decided_by, *([concerns] if concerns is not None else [])}
    if moderator.pk not in barred:
        return Eligible(allowed=True)
    if not moderator.is_superuser or moderators().exclude(pk__in=barred).exists():
        return Eligible(allowed=False)
    later = since + ALONE_AFTER
    return Eligible(allowed=timezone.now() >= later, alone=True, from_when=later)
