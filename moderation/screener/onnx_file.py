"""An ONNX file as far as it is needed here: where its numbers lie, and the same file with other numbers in it.

Such a file is a protobuf message: tags, lengths, bytes. The package that reads it whole would be a second framework for
thirty lines.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Field numbers of onnx.proto: of the model, the graph, a tensor, a node.
GRAPH = 7
NODE, INITIALIZER = 1, 5
INPUT, OUTPUT, OPERATION = 1, 2, 4
TYPES: dict[int, Any] = {1: np.float32, 3: np.int8, 7: np.int64}


@dataclass(frozen=True)
class Stored:
    """Numbers of the net and where in the file they stand."""

    values: NDArray[Any]
    start: int
    end: int


@dataclass(frozen=True)
class Node:
    operation: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


def stored_in(model: bytes) -> dict[str, Stored]:
    tensors = (_tensor(model, start, end) for start, end in _parts(model, INITIALIZER))
    return {name: stored for name, stored in tensors if stored is not None}


def nodes_in(model: bytes) -> list[Node]:
    return [_node(model, start, end) for start, end in _parts(model, NODE)]


def with_other_numbers(model: bytes, numbers: Mapping[str, NDArray[Any]]) -> bytes:
    """Each of the same shape and type as what it takes the place of."""
    out, known = bytearray(model), stored_in(model)
    for name, values in numbers.items():
        place = known[name]
        if (values.shape, values.dtype) != (place.values.shape, place.values.dtype):
            raise ValueError(f"{name} is {place.values.dtype}{place.values.shape} in this net")
        out[place.start : place.end] = np.ascontiguousarray(values).tobytes()
    return bytes(out)


def _parts(model: bytes, wanted: int) -> Iterator[tuple[int, int]]:
    for number, start, end in _fields(model, 0, len(model)):
        if number == GRAPH:
            yield from ((first, last) for part, first, last in _fields(model, start, end) if part == wanted)


def _tensor(model: bytes, start: int, end: int) -> tuple[str, Stored | None]:
    name, kind, dims, place = "", 0, [], (0, 0)
    for number, first, last in _fields(model, start, end):
        match number:
            case 1:  # its lengths
                dims += _numbers(model, first, last)
            case 2:
                kind = _varint(model, first)[0]
            case 8:
                name = model[first:last].decode()
            case 9:  # as bytes
                place = (first, last)
    if kind not in TYPES:
        return name, None
    return name, Stored(np.frombuffer(model[slice(*place)], TYPES[kind]).reshape(dims), *place)


def _node(model: bytes, start: int, end: int) -> Node:
    said: dict[int, list[str]] = {INPUT: [], OUTPUT: [], OPERATION: []}
    for number, first, last in _fields(model, start, end):
        if number in said:
            said[number].append(model[first:last].decode())
    return Node("".join(said[OPERATION]), tuple(said[INPUT]), tuple(said[OUTPUT]))


def _fields(model: bytes, place: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Number, and from where to where in the file its value stands."""
    while place < end:
        tag, place = _varint(model, place)
        match tag & 7:
            case 0:
                last = _varint(model, place)[1]
            case 2:
                length, place = _varint(model, place)
                last = place + length
            case fixed:
                last = place + {1: 8, 5: 4}[fixed]
        yield tag >> 3, place, last
        place = last


def _numbers(model: bytes, place: int, end: int) -> list[int]:
    """One number, or several packed into one field."""
    found = []
    while place < end:
        number, place = _varint(model, place)
        found.append(number)
    return found


def _varint(model: bytes, place: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = model[place]
        place += 1
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return number, place
