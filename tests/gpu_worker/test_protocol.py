import contextlib
import io
import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpu_worker.request import (
    BadRequest,
    Cancelled,
    DrawRequest,
    Failed,
    NotAMessage,
    Preview,
    Result,
    message_from_wire,
    request_from_wire,
    to_wire,
)
from gpu_worker.runtime.protocol import (
    BLOB_LIMIT,
    HEADER_LIMIT,
    Frame,
    ProtocolError,
    StreamCut,
    read_frame,
    write_frame,
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
headers = st.dictionaries(st.text(max_size=10).filter(lambda name: name != "blobs"), json_values, max_size=5)


def framed(header, blobs=()):
    stream = io.BytesIO()
    write_frame(stream, header, blobs)
    return stream.getvalue()


@given(st.lists(st.tuples(headers, st.lists(st.binary(max_size=50), max_size=4)), max_size=4))
def test_frames_come_out_as_they_went_in(frames):
    stream = io.BytesIO(b"".join(framed(header, blobs) for header, blobs in frames))
    for header, blobs in frames:
        assert read_frame(stream) == Frame(header, tuple(blobs))
    assert read_frame(stream) is None


@given(st.binary(max_size=300))
def test_any_bytes_are_a_frame_an_end_or_a_protocol_error(garbage):
    stream = io.BytesIO(garbage)
    try:
        while read_frame(stream) is not None:
            pass
    except ProtocolError:
        pass


@given(headers, st.lists(st.binary(min_size=1, max_size=50), max_size=3), st.data())
def test_a_frame_cut_anywhere_is_known_to_be_cut(header, blobs, data):
    whole = framed(header, blobs)
    cut = data.draw(st.integers(1, len(whole) - 1))
    with pytest.raises(StreamCut):
        read_frame(io.BytesIO(whole[:cut]))


@given(headers, st.data())
def test_a_frame_with_one_byte_changed_never_hangs_or_crashes(header, data):
    broken = bytearray(framed(header, [b"picture"]))
    broken[data.draw(st.integers(0, len(broken) - 1))] ^= data.draw(st.integers(1, 255))
    stream = io.BytesIO(bytes(broken))
    try:
        while read_frame(stream) is not None:
            pass
    except ProtocolError:
        pass


def raw(body):
    return struct.pack(">I", len(body)) + body


@pytest.mark.parametrize(
    "stream",
    [
        raw(b"not json"),
        raw(b"[]"),
        raw(b"\xff\xfe"),
        raw(b"{}"),
        raw(b"[" * 100_000),
        raw(json.dumps({"blobs": 3}).encode()),
        raw(json.dumps({"blobs": [-1]}).encode()),
        raw(json.dumps({"blobs": [True]}).encode()),
        raw(json.dumps({"blobs": [1.5]}).encode()),
        raw(json.dumps({"blobs": [BLOB_LIMIT + 1]}).encode()),
        raw(json.dumps({"blobs": [0] * 65}).encode()),
        struct.pack(">I", HEADER_LIMIT + 1),
        b"Loading model: 100%|#####|",
    ],
)
def test_what_is_no_frame_is_refused(stream):
    with pytest.raises(ProtocolError):
        read_frame(io.BytesIO(stream))


def test_what_the_other_side_would_refuse_is_not_sent():
    with pytest.raises(ProtocolError):
        write_frame(io.BytesIO(), {"prompt": "x" * HEADER_LIMIT})
    with pytest.raises(ProtocolError):
        write_frame(io.BytesIO(), {}, [b""] * 65)


@pytest.mark.parametrize(
    "message",
    [
        Preview("a", 3, 20, (b"one", b"two")),
        Result("a", (b"png",), {"engine": "tiny", "seeds": [1]}),
        Failed("a", "out_of_memory", "words"),
        Cancelled("a"),
    ],
)
def test_messages_travel(message):
    header, blobs = to_wire(message)
    frame = read_frame(io.BytesIO(framed(header, blobs)))
    assert message_from_wire(frame.header, frame.blobs) == message


@given(st.text(max_size=50), st.lists(st.integers(0, 2**63 - 1), max_size=5))
def test_requests_travel(prompt, seeds):
    request = DrawRequest("a", "prompt", prompt, tuple(seeds), size=256, guidance=2.5, steps=7)
    header, blobs = to_wire(request)
    assert request_from_wire(read_frame(io.BytesIO(framed(header, blobs))).header) == request


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"type": "poem", "id": "a"},
        {"type": "preview", "id": "a", "step": "3", "steps": 4},
        {"type": "preview", "id": 1, "step": 3, "steps": 4},
        {"type": "result", "id": "a", "used": []},
        {"type": "failed", "id": "a", "reason": "mood", "message": ""},
    ],
)
def test_what_is_no_message_is_refused(header):
    with pytest.raises(NotAMessage):
        message_from_wire(header, ())


@given(st.dictionaries(st.sampled_from(["id", "kind", "prompt", "seeds", "size", "guidance", "steps"]), json_values))
def test_a_request_of_any_form_is_read_or_refused(fields):
    with contextlib.suppress(BadRequest):
        request_from_wire(fields)


GOOD = {"id": "a", "kind": "prompt", "prompt": "a cat", "seeds": (1, 2)}


def test_a_good_request_passes():
    DrawRequest(**GOOD).check()
    DrawRequest(**{**GOOD, "prompt": "x" * 1000, "guidance": 0, "steps": 1}).check()


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": ""},
        {"prompt": " \n\t"},
        {"prompt": "x" * 1001},
        {"kind": "poem"},
        {"seeds": ()},
        {"seeds": tuple(range(11))},
        {"seeds": (-1,)},
        {"seeds": (2**63,)},
        {"size": 1000},
        {"steps": 0},
        {"steps": 251},
        {"guidance": -1.0},
        {"guidance": float("nan")},
        {"guidance": float("inf")},
    ],
)
def test_a_request_that_cannot_be_drawn_is_refused_with_words(change):
    with pytest.raises(BadRequest, match=r"\w+ \w+"):
        DrawRequest(**{**GOOD, **change}).check()
