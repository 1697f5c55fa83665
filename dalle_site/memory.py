"""What a process holds after much work in many threads.

glibc keeps a pool of freed memory for each thread, and, once a large block was freed, serves the next ones from these
pools too: a web process that has made some downloads would hold a hundred megabytes that nobody uses. Told so at its
start, it takes large blocks from the system and gives them back at once.
"""

import ctypes

# Of <malloc.h>; to set the second also ends its growing by itself.
M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8
LARGE = 1 << 20
POOLS = 2


def give_back_early() -> bool:
    """False where the system's allocator is another one, which has no such habit or no such switch."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return False
    return bool(mallopt(M_MMAP_THRESHOLD, LARGE)) and bool(mallopt(M_ARENA_MAX, POOLS))
