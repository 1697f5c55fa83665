"""One command, no other service: `python -m dalle_site.embedded` (what `make run` ends in).

This file makes sure that the site can start at all, and says in a sentence why where it cannot. It uses nothing that
reads settings, because settings read the data folder that is prepared here. The rest is the `serve` command.
"""

import errno
import fcntl
import os
import secrets
import shutil
import socket
import sys
from pathlib import Path
from typing import IO

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from django.db import DatabaseError

from dalle_site.memory import give_back_early

LEAST_FREE = 200_000_000
FULL_OR_READ_ONLY = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG)


class CannotStart(Exception):
    """The sentence that the person who typed the command reads."""


def main() -> int:
    give_back_early()
    try:
        data = data_folder()
        lock = claim_folder(data)
        listener = listen(os.environ.get("HOST", "").strip() or "127.0.0.1", port())
        make_secret(data)
        os.environ["TESSERA_DATA"] = str(data)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dalle_site.settings")
        django.setup()
        call_command("serve", listener=listener, lock=lock)
    except (CannotStart, ImproperlyConfigured, CommandError, SystemCheckError) as reason:
        print(f"Tessera cannot start. {reason}", file=sys.stderr)
        return 1
    except OSError as error:
        if error.errno not in FULL_OR_READ_ONLY:
            raise
        print(f"Tessera cannot start. The data folder cannot be written: {error.strerror}.", file=sys.stderr)
        return 1
    except DatabaseError as error:
        print(f"Tessera cannot start. The database in the data folder cannot be used: {error}.", file=sys.stderr)
        return 1
    return 0


def data_folder() -> Path:
    """The folder that holds everything, made if need be, proven to take a file, with room to work."""
    folder = Path(os.environ.get("TESSERA_DATA", "").strip() or "data").expanduser().resolve()
    hint = "Name a folder that can be written: TESSERA_DATA=/some/folder make run"
    probe = folder / f".probe-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"0" * 4096)
    except FileExistsError:
        raise CannotStart(f"TESSERA_DATA names {folder}, which is not a folder. {hint}") from None
    except OSError as error:
        raise CannotStart(f"The data folder {folder} cannot be written: {error.strerror}. {hint}") from None
    finally:
        # A full disk leaves an empty probe behind.
        if probe.exists():
            probe.unlink()
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE:
        raise CannotStart(
            f"The disk of {folder} has {free // 1_000_000} MB left; at least {LEAST_FREE // 1_000_000} MB are needed."
        )
    return folder


def claim_folder(data: Path) -> IO[str]:
    """One site to a folder: two would share a database made for one process."""
    lock = open(data / "lock", "a+", encoding="utf-8")  # noqa: SIM115 (held for as long as the site runs)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        where = lock.read().strip()
        raise CannotStart(f"It is already running with the data in {data}{f', at {where}' if where else ''}.") from None
    return lock


def port() -> int:
    value = os.environ.get("PORT", "").strip() or "8000"
    if not value.isdigit() or not 1 <= int(value) <= 65535:
        raise CannotStart(f"PORT is set to {value!r}; expected a number from 1 to 65535.")
    return int(value)


def listen(host: str, number: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, number))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise CannotStart(
                f"Port {number} is taken by another program. Choose another: PORT={number + 1} make run"
            ) from None
        raise CannotStart(f"It cannot listen on {host}, port {number}: {error.strerror}.") from None
    except UnicodeError:
        raise CannotStart(f"HOST is set to {host!r}; expected an address of this machine.") from None
    return listener


def make_secret(data: Path) -> None:
    file = data / "secret-key"
    if file.is_file() and file.stat().st_size:
        return
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as out:
        out.write(secrets.token_urlsafe(48))


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Not sys.exit: that would wait for a drawing in progress. Every job survives a process that simply ends.
    os._exit(code)
