"""What was used: by day, of the key's person, all their keys together or one."""

from generation.api import errors
from generation.api.messages import Answer, Request
from generation.services import api

MOST_DAYS = 366


def usage(request: Request) -> Answer:
    assert request.key is not None
    days = _days(request.query.get("days", "30"))
    used = api.usage_of(person=request.key.person, days=days)
    return Answer(
        {
            "object": "list",
            "data": [
                {
                    "object": "usage.day",
                    "date": row.day.isoformat(),
                    "key": row.key_id,
                    "key_name": row.key_name,
                    "calls": row.calls,
                    "images": row.images,
                    "cost_micro_usd": row.cost,
                }
                for row in used.rows
            ],
            "total_micro_usd": used.cost,
            "balance_micro_usd": used.balance,
        }
    )


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= MOST_DAYS):
        raise errors.bad(f"'days' goes from 1 to {MOST_DAYS}.", param="days")
    return int(text)
