"""Stored files that are read in portions, and deleted whether they are there or not."""

from collections.abc import Iterator
from contextlib import suppress

from django.core.files.storage import default_storage

CHUNK = 1 << 20


def delete_file(name: str) -> None:
    if name:
        with suppress(FileNotFoundError):
            default_storage.delete(name)


def portions_of(name: str) -> Iterator[bytes]:
    """A bucket's file would be gathered in memory before its first byte, the way that Django opens it."""
    if bucket := getattr(default_storage, "bucket", None):
        yield from bucket.Object(name).get()["Body"].iter_chunks(CHUNK)
        return
    with default_storage.open(name) as file:
        yield from file.chunks(CHUNK)
