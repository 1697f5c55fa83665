"""Frames on the pipe between the worker and its child.

A frame is a 4-byte big-endian length, that many bytes of JSON (an object), and the raw blobs whose
lengths the object lists under "blobs". Pictures travel raw because base64 in JSON costs a third more
and a copy. Limits are checked before anything is read, so a garbled length cannot ask for gigabytes.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, BinaryIO

HEADER_LIMIT = 1 << 20
BLOB_LIMIT = 1 << 26
BLOBS_LIMIT = 64
LENGTH = struct.Struct(">I")


class ProtocolError(Exception):
    """The stream holds something that is no frame; nothing after it can be trusted."""


class StreamCut(ProtocolError):
    """The stream ended inside a frame: the other side died while it was writing."""


@dataclass(frozen=True, slots=True)
class Frame:
    header: dict[str, Any]
    blobs: tuple[bytes, ...] = ()


def write_frame(stream: BinaryIO, header: dict[str, Any], blobs: Iterable[bytes] = ()) -> None:
    pieces = tuple(blobs)
    if len(pieces) > BLOBS_LIMIT or any(len(piece) > BLOB_LIMIT for piece in pieces):
        raise ProtocolError("more or larger blobs than a frame may carry")
    body = json.dumps({**header, "blobs": [len(piece) for piece in pieces]}).encode()
    if len(body) > HEADER_LIMIT:
        raise ProtocolError(f"a header of {len(body)} bytes, {HEADER_LIMIT} are allowed")
    stream.write(LENGTH.pack(len(body)) + body)
    for piece in pieces:
        stream.write(piece)
    stream.flush()


def read_frame(stream: BinaryIO) -> Frame | None:
    """The next frame, or None where the stream ended between two frames."""
    start = stream.read(LENGTH.size)
    if not start:
        return None
    if len(start) < LENGTH.size:
        raise StreamCut("the stream ended inside a length")
    (length,) = LENGTH.unpack(start)
    if length > HEADER_LIMIT:
        raise ProtocolError(f"a header of {length} bytes is announced, {HEADER_LIMIT} are allowed")
    try:
        header = json.loads(_read_exactly(stream, length))
    except (ValueError, RecursionError) as wrong:
        raise ProtocolError("the header is not JSON") from wrong
    if not isinstance(header, dict):
        raise ProtocolError("the header is not an object")
    sizes = header.pop("blobs", None)
    if not isinstance(sizes, list) or len(sizes) > BLOBS_LIMIT:
        raise ProtocolError("the header does not list its blobs")
    for size in sizes:
        if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= BLOB_LIMIT:
            raise ProtocolError(f"{size!r} is no length of a blob")
    return Frame(header, tuple(_read_exactly(stream, size) for size in sizes))


def _read_exactly(stream: BinaryIO, length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise StreamCut(f"the stream ended after {len(data)} of {length} bytes")
    return data
