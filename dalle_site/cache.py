import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

# One page asks the cache some ten times; where it hangs, only one of them in a while may wait for its time-out.
PAUSE_SECONDS = 2.0
_quiet_until = 0.0


def _forgiving(method: Callable[..., Any], answer: Callable[..., Any]) -> Callable[..., Any]:
    def call(self: RedisCache, *args: Any, **kwargs: Any) -> Any:
        global _quiet_until
        if time.monotonic() < _quiet_until:
            return answer(*args, **kwargs)
        try:
            return method(self, *args, **kwargs)
        except (RedisError, OSError) as error:
            _quiet_until = time.monotonic() + PAUSE_SECONDS
            logger.warning("cache unreachable: %s", error)
            return answer(*args, **kwargs)

    return call


class ForgivingRedisCache(RedisCache):
    """A cache that is down is a cache that holds nothing: the site goes on without previews and throttles."""

    add = _forgiving(RedisCache.add, lambda *a, **k: True)
    get = _forgiving(RedisCache.get, lambda key, default=None, **k: default)
    set = _forgiving(RedisCache.set, lambda *a, **k: None)
    touch = _forgiving(RedisCache.touch, lambda *a, **k: False)
    incr = _forgiving(RedisCache.incr, lambda *a, **k: 0)
    delete = _forgiving(RedisCache.delete, lambda *a, **k: False)
    get_many = _forgiving(RedisCache.get_many, lambda *a, **k: {})
    set_many = _forgiving(RedisCache.set_many, lambda *a, **k: [])
    delete_many = _forgiving(RedisCache.delete_many, lambda *a, **k: None)
    has_key = _forgiving(RedisCache.has_key, lambda *a, **k: False)
