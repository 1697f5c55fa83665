from typing import Any

import pytest
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import TimeoutError as Unanswered

from dalle_site import cache


class Hanging:
    """A server that answers nobody, as the client tells it after its time-out."""

    def __init__(self) -> None:
        self.asked = 0

    def get(self, *args: Any, **kwargs: Any) -> None:
        self.asked += 1
        raise Unanswered("Timeout reading from socket")

    set = get


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Hanging:
    hanging = Hanging()
    monkeypatch.setattr(RedisCache, "_cache", hanging)
    monkeypatch.setattr(cache, "_quiet_until", 0.0)
    return hanging


def test_a_server_that_hangs_is_waited_for_once(server: Hanging) -> None:
    ours = cache.ForgivingRedisCache("redis://127.0.0.1:1/0", {})
    assert ours.get("engine", "nothing") == "nothing"
    ours.set("engine", "tiny")
    assert ours.get("engine") is None
    assert server.asked == 1


def test_and_is_asked_again_after_a_while(server: Hanging, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = cache.ForgivingRedisCache("redis://127.0.0.1:1/0", {})
    ours.get("engine")
    monkeypatch.setattr(cache, "_quiet_until", 0.0)
    ours.get("engine")
    assert server.asked == 2
