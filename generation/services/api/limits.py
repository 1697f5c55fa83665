"""What a key and its account may ask for within a minute, and a key within a month. Counted in images, from the rows of
the calls themselves: nothing is kept twice, and a restart forgets nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, Sum
from django.utils import timezone

from generation.models import ApiKey, Call, Job

MINUTE = timedelta(minutes=1)
# What was not drawn was not paid for.
UNPAID = (Job.Status.REFUSED, Job.Status.FAILED, Job.Status.CANCELLED)


class OverRate(Exception):
    """More images within a minute than the key, or its account, may ask for."""

    def __init__(self, limit: "Limit", asked: int) -> None:
        self.limit = limit
        self.asked = asked


class OverBudget(Exception):
    """The key's own budget of this month does not cover it."""


@dataclass(frozen=True)
class Limit:
    """`most` images a minute, `used` of them gone, the first of which counts for `seconds` more."""

    most: int
    used: int
    seconds: float

    @property
    def left(self) -> int:
        return max(0, self.most - self.used)


def limit_of(key: ApiKey) -> Limit:
    """The narrower of the key's and the account's."""
    of_account = _limit(settings.API_IMAGES_A_MINUTE, Q(person=key.person_id))
    of_key = _limit(key.images_a_minute or settings.API_IMAGES_A_MINUTE, Q(key=key.pk))
    return min(of_key, of_account, key=lambda limit: limit.left)


def check_rate(key: ApiKey, images: int) -> None:
    limit = limit_of(key)
    if images > limit.left:
        raise OverRate(limit, images)


def check_budget(key: ApiKey, cost: int) -> None:
    if key.monthly_budget is None:
        return
    if spent_this_month(key) + cost > key.monthly_budget:
        raise OverBudget


def spent_this_month(key: ApiKey) -> int:
    """With what is being drawn."""
    return spent_by_keys([key]).get(key.pk, 0)


def spent_by_keys(keys: Collection[ApiKey]) -> dict[int, int]:
    """By the key's number; those that spent nothing are not named."""
    calls = Call.objects.filter(key__in=keys, created__gte=month()).exclude(job__status__in=UNPAID)
    return dict(calls.order_by().values_list("key").annotate(sum=Sum("cost")))


def month() -> datetime:
    """Since when this one counts, in UTC."""
    return timezone.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _limit(most: int, whose: Q) -> Limit:
    now = timezone.now()
    calls = list(
        Call.objects.filter(whose, created__gt=now - MINUTE).order_by("created").values_list("created", "images")
    )
    oldest = calls[0][0] if calls else now
    seconds = max(0.0, (oldest + MINUTE - now).total_seconds()) if calls else 0.0
    return Limit(most, sum(images for _created, images in calls), seconds)
