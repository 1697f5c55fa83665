"""A process that did much work in many threads holds little of it afterwards."""

import subprocess
import sys

import pytest

# In a process of its own: what was told to an allocator cannot be taken back. Blocks of 12 MB, as a picture's floats.
_WORK = """
import threading
from pathlib import Path
from dalle_site.memory import give_back_early

def held():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) // 1024

def work():
    for _ in range(3):
        kept = [bytes([1]) * (12 << 20) for _ in range(3)]
        small = [bytes(2000) for _ in range(2000)]
        del kept

{first}
before = held()
threads = [threading.Thread(target=work) for _ in range(6)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(held() - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's allocator")
def test_what_was_freed_is_given_back() -> None:
    def grown(first: str) -> int:
        run = subprocess.run(
            [sys.executable, "-c", _WORK.format(first=first)], capture_output=True, text=True, check=True
        )
        return int(run.stdout)

    assert grown("assert give_back_early()") < 20
