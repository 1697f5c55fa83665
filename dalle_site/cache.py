import logging
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def _forgiving(method: Callable[..., Any], answer: Callable[..., Any]) -> Callable[..., Any]:
    def call(self: RedisCache, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(self, *args, **kwargs)
        except (RedisError, OSError) as error:
            logger.warning("cache unreachable: %s", error)
            return answer(*args, **kwargs)

    return call


class ForgivingRedisCache(RedisCache):
    """A cache that is down is a cache that holds nothing: the site goes on without previews and throttles."""

    add = _forgiving(RedisCache.add, lambda *a, **k: True)
    get = _forgiving(RedisCache.get, lambda key, default=None, **k: default)
    set = _forgiving(RedisCache.set, lambda *a, **k: None)
    touch = _forgiving(RedisCache.touch, lambda *a, **k: False)
    delete = _forgiving(RedisCache.delete, lambda *a, **k: False)
    get_many = _forgiving(RedisCache.get_many, lambda *a, **k: {})
    set_many = _forgiving(RedisCache.set_many, lambda *a, **k: [])
    delete_many = _forgiving(RedisCache.delete_many, lambda *a, **k: None)
    has_key = _forgiving(RedisCache.has_key, lambda *a, **k: False)
