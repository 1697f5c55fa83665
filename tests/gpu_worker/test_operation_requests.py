"""What a request may ask for, what is refused and in which words, and its way over the pipe."""

import contextlib
import dataclasses
import hashlib
import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from gpu_worker.pipeline.pictures import opened
from gpu_worker.request import FRAMES, BadRequest, DrawRequest, Result, png_size, request_from_wire, to_wire
from gpu_worker.runtime.child import ModelChild
from gpu_worker.runtime.protocol import read_frame, write_frame
from tests.gpu_worker.asked import KINDS, SIDE, ask, box, draw, numbers, png, scene, tiny_walker, with_hole
from tests.gpu_worker.children import last


@pytest.fixture(scope="module")
def engine():
    with tiny_walker() as engine:
        yield engine


def through_the_pipe(request):
    header, blobs = to_wire(request)
    stream = io.BytesIO()
    write_frame(stream, header, blobs)
    stream.seek(0)
    frame = read_frame(stream)
    return request_from_wire(frame.header, frame.blobs)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_travels_and_is_good(kind):
    request = ask(kind)
    request.check()
    assert through_the_pipe(request) == request


@given(
    st.lists(st.binary(max_size=20), max_size=3),
    st.none() | st.binary(max_size=20),
    st.none() | st.binary(max_size=20),
    st.lists(st.floats(0, 1), max_size=7),
    st.floats(0, 1),
    st.text(max_size=20),
)
def test_all_inputs_travel(sources, mask, hint, thetas, strength, words):
    request = DrawRequest(
        "a", "edit", "a cat", (1,), negative=words, sources=tuple(sources), mask=mask, hint=hint,
        strength=strength, thetas=tuple(thetas), from_prompt=words, to_prompt=words + "!",
    )  # fmt: skip
    assert through_the_pipe(request) == request


@pytest.mark.parametrize(
    ("change", "blobs"),
    [
        ({"sources": 2}, (b"a",)),
        ({"sources": -1}, ()),
        ({"sources": "1"}, (b"a",)),
        ({"mask": True}, (b"a",)),
        ({"mask": None}, (b"a",)),
        ({"hint": 1}, (b"a", b"b")),
        ({}, (b"a", b"b")),
        ({"strength": "much"}, (b"a",)),
        ({"thetas": [0, "half"]}, (b"a",)),
        ({"thetas": 0.5}, (b"a",)),
        ({"negative": None}, (b"a",)),
        ({"to_prompt": 3}, (b"a",)),
    ],
)
def test_a_message_that_does_not_fit_its_pictures_is_refused(change, blobs):
    header, _ = to_wire(ask("variation", sources=(b"a",)))
    with pytest.raises(BadRequest):
        request_from_wire({**header, **change}, blobs)


def test_pictures_reach_the_child_and_its_refusals_come_back():
    model = ModelChild(engine="tiny", environment={"GPU_WORKER_THREADS": "1"})
    try:
        drawn = last(model.submit(ask("edit")))
        torn = last(model.submit(ask("variation", sources=(png(scene(1))[:-2000],))))
        large = last(model.submit(ask("variation", sources=(header_only(20000, 20000),))))
    finally:
        model.close()
    assert isinstance(drawn, Result) and len(drawn.pictures) == 2
    assert (numbers(drawn.pictures[0])[~box()] == np.array(scene(1))[~box()]).all()
    assert (torn.reason, large.reason) == ("bad_request", "bad_request")
    assert "damaged" in torn.message and "20000×20000" in large.message


def test_frames_are_seven_and_even_unless_said_otherwise():
    blend, diff = ask("blend", thetas=()), ask("text_diff", thetas=())
    assert len(blend.frames) == len(diff.frames) == blend.pictures == FRAMES == 7
    assert (blend.frames[0], blend.frames[-1], diff.frames[0], diff.frames[-1]) == (0, 1, 0, 0.5)
    assert ask("text_diff", thetas=(0.3,)).frames == (0.3,)
    assert ask("prompt").pictures == 2


def header_only(width, height, bits=8):
    """A file that says how large it is and then ends: whoever looks further would fail otherwise."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, bits, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))


def sixteen_bits():
    return png(Image.fromarray(np.zeros((8, 8), np.uint16)))


BAD = [
    ("variation", {"sources": ()}, "begins from 1"),
    ("blend", {"sources": (png(scene(1)),)}, "begins from 2"),
    ("prompt", {"sources": (png(scene(1)),)}, "begins from 0"),
    ("variation", {"strength": 1.1}, "strength"),
    ("variation", {"strength": float("nan")}, "strength"),
    ("variation", {"mask": png(scene(1))}, "Only an edit"),
    ("variation", {"thetas": (0.5,)}, "frames"),
    ("blend", {"thetas": (0.5, 1.2)}, "0 to 1"),
    ("blend", {"thetas": (float("nan"),)}, "0 to 1"),
    ("blend", {"seeds": (1, 2)}, "one seed"),
    ("blend", {"thetas": (0.1,) * 11}, "1 to 10"),
    ("text_diff", {"thetas": (0.6,)}, "0 to 0.5"),
    ("text_diff", {"to_prompt": " "}, "towards what"),
    ("text_diff", {"from_prompt": "a cat in winter "}, "the same"),
    ("edit", {"prompt": ""}, "prompt is empty"),
    ("prompt", {"negative": "x" * 1001}, "negative sentence has 1001"),
    ("variation", {"sources": (b"GIF89a",)}, "not a PNG"),
    ("variation", {"sources": (b"",)}, "not a PNG"),
    ("variation", {"sources": (b"\x89PNG\r\n\x1a\n" + b"\0" * 40,)}, "sound PNG"),
    ("variation", {"sources": (header_only(20000, 20000),)}, "20000×20000"),
    ("variation", {"sources": (header_only(0, 5),)}, "sound PNG"),
    ("upscale", {"sources": (header_only(1025, 10),)}, "at most 1024"),
    ("variation", {"sources": (sixteen_bits(),)}, "16 bits"),
    ("edit", {"sources": (png(scene(1, 200, 256)),)}, "200×256 pixels; this edit needs 256×256"),
    ("edit", {"mask": png(Image.new("L", (255, 256)))}, "mask has 255×256"),
    ("edit", {"hint": png(Image.new("RGBA", (64, 64)))}, "hint has 64×64"),
]


@pytest.mark.parametrize(("kind", "change", "words"), BAD)
def test_what_cannot_be_drawn_is_refused_in_words(kind, change, words):
    with pytest.raises(BadRequest, match=words):
        ask(kind, **change).check()


def moving():
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "blue")]
    return png(frames[0], save_all=True, append_images=frames[1:])


@pytest.mark.parametrize(
    ("kind", "change", "words"),
    [
        ("variation", {"sources": (png(scene(1))[:-2000],)}, "damaged"),
        ("variation", {"sources": (header_only(64, 64),)}, "damaged"),
        ("variation", {"sources": (moving(),)}, "moves"),
        ("edit", {"sources": (png(scene(1)),)}, "Nothing of the picture is erased"),
        ("edit", {"sources": (png(scene(1).convert("RGBA")),)}, "Nothing of the picture is erased"),
        ("edit", {"mask": png(scene(2))}, "mask has colours"),
        ("edit", {"mask": png(Image.new("L", (SIDE, SIDE)))[:-30]}, "mask is damaged"),
        ("edit", {"hint": header_only(SIDE, SIDE)}, "hint is damaged"),
    ],
)
def test_what_a_file_hides_is_refused_by_the_engine_in_words(engine, kind, change, words):
    with pytest.raises(BadRequest, match=words):
        draw(engine, ask(kind, **change))


@given(st.integers(0, 400), st.integers(1, 255))
def test_a_changed_byte_makes_a_picture_or_a_refusal_never_a_crash(place, change):
    broken = bytearray(png(scene(1, 40, 40)))
    broken[place % len(broken)] ^= change
    with contextlib.suppress(BadRequest):
        assert opened(bytes(broken), "picture").convert("RGBA").mode == "RGBA"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_pictures_of_all_eight_bit_modes_can_be_taken(engine, mode):
    source = png(scene(1, 70, 40).convert(mode))
    assert png_size(source, "picture") == (70, 40)
    assert len(draw(engine, ask("variation", sources=(source,), seeds=(1,), steps=1)).pictures) == 1


def test_what_was_used_is_told_for_every_kind(engine):
    for kind in KINDS:
        request = ask(kind)
        used = draw(engine, request).used
        assert used["kind"] == kind
        assert used["seeds"] == list(request.seeds)
        assert len(used.get("sources", ())) == len(request.sources)
    used = draw(engine, ask("variation", strength=0.25, negative="a dog", steps=2)).used
    assert (used["strength"], used["negative"], used["steps"]) == (0.25, "a dog", 2)
    assert used["sources"] == [hashlib.sha256(png(scene(1))).hexdigest()]
    used = draw(engine, ask("text_diff")).used
    assert (used["thetas"], used["to_prompt"], used["from_prompt"]) == ([0, 0.5], "a cat in winter", "a picture")
    used = draw(engine, ask("edit", mask=png(with_hole(scene(3), box())))).used
    assert len(used["mask"][0]) == 64
    assert used["mask"] != used["sources"]
    assert draw(engine, ask("upscale")).used["size"] == [200, 120]


def test_requests_stay_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        ask("prompt").strength = 1.0
