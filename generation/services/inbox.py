"""Word of a person's inbox and balance goes out over the same socket as that of their jobs."""

from typing import Any

from generation import events


def on_inbox_changed(*, person_id: int, **_: Any) -> None:
    events.inbox_changed(person_id=person_id)


def on_balance_changed(*, person_id: int, **_: Any) -> None:
    events.balance_changed(person_id=person_id)
