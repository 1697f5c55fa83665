"""One set-up of a folder at a time."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def only_one(path: Path, *, say: Callable[[str], None]) -> Iterator[int]:
    """Holds the folder's set-up lock, after waiting for whoever has it; gives its file descriptor.

    Children get the descriptor too (`pass_fds`): if set-up itself is killed, the lock stays held until its pip or npm
    has ended, so that nobody clears the environment away beneath it.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
            say(f"Another set-up of this folder is at work (process {holder}); waiting for it to finish.")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)
        yield descriptor
    finally:
        os.close(descriptor)
