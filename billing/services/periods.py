"""When free credits come. Every day is a day in UTC, and a refill comes at its first instant."""

from datetime import UTC, datetime

# Every month has one, so no refill is ever moved.
LAST_DAY = 28


def refill_of_month(anchor: datetime, year: int, month: int) -> datetime:
    return datetime(year, month, min(anchor.astimezone(UTC).day, LAST_DAY), tzinfo=UTC)


def period_of(anchor: datetime, now: datetime) -> tuple[datetime, datetime]:
    """The free month that `now` lies in: its beginning, and the refill that ends it. The first begins with the
    verification and lasts into the next month."""
    anchor, now = anchor.astimezone(UTC), max(anchor, now).astimezone(UTC)
    year, month = now.year, now.month
    if now < refill_of_month(anchor, year, month):
        year, month = _shift(year, month, -1)
    if (year, month) <= (anchor.year, anchor.month):
        return anchor, refill_of_month(anchor, *_shift(anchor.year, anchor.month, 1))
    return refill_of_month(anchor, year, month), refill_of_month(anchor, *_shift(year, month, 1))


def _shift(year: int, month: int, by: int) -> tuple[int, int]:
    years, months = divmod(year * 12 + month - 1 + by, 12)
    return years, months + 1
