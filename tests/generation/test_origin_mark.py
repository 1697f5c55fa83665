"""The invisible mark: unseen, and still there after what happens to pictures on their way."""

import numpy as np
import pytest
from PIL import Image

from generation.origin import mark
from gpu_worker.engines import load_engine
from gpu_worker.request import DrawRequest
from tests.pictures import landscape, opened, saved

KEY = b"the key of the tests"
NUMBER = 0x1234_5678_9ABC

WAYS = {
    "as it was": lambda picture: picture,
    "JPEG 50": lambda picture: opened(saved(picture, "JPEG", quality=50)),
    "WebP 80": lambda picture: opened(saved(picture, "WEBP", quality=80)),
    "half size": lambda picture: picture.resize((512, 512), Image.Resampling.BICUBIC),
    "half size, then JPEG 50": lambda picture: opened(saved(picture.resize((512, 512)), "JPEG", quality=50)),
    "twice the size": lambda picture: picture.resize((2048, 2048), Image.Resampling.BICUBIC),
    "darker": lambda picture: picture.point(lambda value: round(value * 0.85)),
    "grey": lambda picture: picture.convert("L"),
}


@pytest.fixture(scope="module")
def drawn() -> list[Image.Image]:
    """By the tiny engine: what this site really draws, before any training."""
    request = DrawRequest(id="1", kind="prompt", prompt="a fox", seeds=(1, 2))
    answer = load_engine("tiny").draw(request, progress=lambda *_: None, cancelled=lambda: False)
    return [opened(png) for png in answer.pictures]


@pytest.fixture(scope="module")
def pictures(drawn: list[Image.Image]) -> dict[str, Image.Image]:
    white = Image.new("RGB", (1024, 1024), "white")
    dark = Image.new("RGB", (1024, 1024), (12, 14, 20))
    photographs = {f"landscape {seed}": landscape(seed) for seed in range(3)}
    return {**photographs, **{f"drawn {n}": one for n, one in enumerate(drawn)}, "white": white, "dark": dark}


@pytest.fixture(scope="module")
def marked(pictures: dict[str, Image.Image]) -> dict[str, Image.Image]:
    return {name: mark.write(one, number=NUMBER, key=KEY) for name, one in pictures.items()}


def test_nobody_sees_it(pictures: dict[str, Image.Image], marked: dict[str, Image.Image]) -> None:
    told = {name: mark.psnr(one, marked[name]) for name, one in pictures.items()}
    assert all(psnr >= 40 for psnr in told.values()), told
    assert all(one.size == (1024, 1024) and one.mode == "RGB" for one in marked.values())


@pytest.mark.parametrize("way", WAYS)
def test_it_is_read_again(marked: dict[str, Image.Image], way: str) -> None:
    assert {name: mark.read(WAYS[way](one), key=KEY) for name, one in marked.items()} == dict.fromkeys(marked, NUMBER)


def test_no_colour_changes(pictures: dict[str, Image.Image], marked: dict[str, Image.Image]) -> None:
    """Where nothing is cut off, the same grey is added to all three."""
    before, after = (np.asarray(one["landscape 1"], np.int16) for one in (pictures, marked))
    added = after - before
    free = ((before > 16) & (before < 239)).all(axis=-1)
    assert np.ptp(added[free], axis=-1).max() <= 1
    assert np.abs(added).max() > 0


def test_unmarked_pictures_say_nothing(pictures: dict[str, Image.Image]) -> None:
    assert [name for name, one in pictures.items() if mark.read(one, key=KEY) is not None] == []


def test_another_key_reads_nothing(marked: dict[str, Image.Image]) -> None:
    assert [name for name, one in marked.items() if mark.read(one, key=b"another") is not None] == []


@pytest.mark.parametrize("number", [0, 1, 2**48 - 1, 0xAAAA_AAAA_AAAA])
def test_every_number(pictures: dict[str, Image.Image], number: int) -> None:
    assert mark.read(mark.write(pictures["landscape 0"], number=number, key=KEY), key=KEY) == number


def test_a_number_of_more_bits_is_refused(pictures: dict[str, Image.Image]) -> None:
    with pytest.raises(ValueError, match="48 bits"):
        mark.write(pictures["white"], number=2**48, key=KEY)


def test_marks_of_today_are_read_for_ever() -> None:
    """The places and signs of the bits must never change: these stand in pictures that people have."""
    at = mark.pattern(KEY)
    assert at.row.shape == (64, at.row.shape[1])
    assert [int(value) for value in (at.row[0, 0], at.column[0, 0], at.row[63, -1], at.column[63, -1])] == PLACES
    assert [int(value) for value in np.sign(at.weight[0, :12])] == SIGNS


PLACES = [62, 76, 57, 95]
SIGNS = [1, 1, 1, 1, 1, -1, -1, 1, 1, -1, -1, -1]
