from collections.abc import Sequence
from typing import Any

import pytest

from accounts.models import Message


class Told(Sequence[dict[str, Any]]):
    """What came into inboxes, the oldest first, as it stands when it is asked."""

    def _rows(self) -> list[dict[str, Any]]:
        return [
            {name: getattr(each, name) for name in ("person", "kind", "title", "body", "data", "link", "once")}
            for each in Message.objects.select_related("person").order_by("pk")
        ]

    def __getitem__(self, place: Any) -> Any:
        return self._rows()[place]

    def __len__(self) -> int:
        return len(self._rows())


@pytest.fixture
def told() -> Told:
    return Told()
