"""What the tests of the child process share."""

import time
from pathlib import Path

from gpu_worker.request import DrawRequest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60


def request(name, **fields):
    return DrawRequest(**{"id": name, "kind": "prompt", "prompt": "a cat", "seeds": (1,), "size": 256, **fields})


def last(drawing):
    """Read to the end and give back the last message."""
    deadline = time.monotonic() + PATIENCE
    message = None
    while not drawing.finished:
        assert time.monotonic() < deadline, "no end within the time"
        message = drawing.next(1) or message
    return message


def wait_for(condition, seconds=PATIENCE):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within the time"
        time.sleep(0.02)


def gone(pid):
    try:
        # A process that ended but was not waited for still answers to signals.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True
