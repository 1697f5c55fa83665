"""How often somebody may do what costs us work and them nothing. Counted in the cache, forgotten with it."""

import ipaddress
import time

from django.core.cache import cache


def often(*, act: str, who: str, most: int, seconds: int) -> bool:
    """Has `who` done it more than `most` times in these seconds, this time included?"""
    key = f"throttle:{act}:{_household(who)}:{int(time.time() // seconds)}"
    cache.add(key, 0, 2 * seconds)
    try:
        return cache.incr(key) > most
    except ValueError:
        return False  # forgotten between the two


def _household(address: str) -> str:
    """Of the newer addresses everybody has more than can be counted: those of one house are one."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    return str(found) if found.version == 4 else str(int(found) >> 64)
