from typing import Any

import pytest

from moderation.services import telling

Told = list[dict[str, Any]]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    """What people are told, whichever way it goes to them."""
    messages: Told = []
    monkeypatch.setattr(telling, "_deliver", lambda **facts: messages.append(facts))
    return messages
