"""A tiny atlas of shapes drawn by the tests, so that the corpus is tested without a download."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from PIL import Image, ImageDraw

from gpu_worker.corpus.atlas import Atlas
from gpu_worker.corpus.pack import Drawing, pack
from gpu_worker.corpus.scenes import Corpus
from gpu_worker.corpus.subjects import subjects

# Name, colour, shape: an oval, a box, or a flat bar, with eyes so that a drawing has parts.
SHAPES = {
    "astronaut": ((236, 236, 240), "oval"), "banana": ((250, 214, 40), "oval"), "skateboard": ((206, 62, 52), "bar"),
    "banana skateboard": ((240, 200, 60), "bar"), "cat": ((240, 160, 60), "oval"), "horse": ((120, 70, 40), "box"),
    "penguin": ((40, 44, 60), "oval"), "apple": ((220, 40, 50), "oval"), "crown": ((250, 200, 40), "bar"),
    "umbrella": ((130, 60, 190), "oval"), "house": ((230, 180, 120), "box"), "chair": ((140, 90, 60), "box"),
    "robot": ((170, 176, 190), "box"), "pair of sunglasses": ((30, 30, 36), "bar"), "cloud": ((240, 244, 250), "bar"),
    "Statue of Liberty": ((90, 180, 150), "box"), "slice of pizza": ((240, 180, 80), "oval"),
}  # fmt: skip
PEOPLE = ("astronaut",)


def drawing(colour: tuple[int, int, int], shape: str) -> Image.Image:
    picture = Image.new("RGBA", (96, 96), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    box = (4, 34, 92, 62) if shape == "bar" else (14, 4, 82, 92)
    (pen.ellipse if shape == "oval" else pen.rectangle)(box, fill=(*colour, 255))
    for x in (36, 56):
        pen.ellipse((x, 40, x + 6, 46), fill=(20, 20, 24, 255))
    return picture


@cache
def tiny_atlas() -> Atlas:
    known = {subject.name: subject for subject in subjects()}
    found = []
    for name, (colour, shape) in SHAPES.items():
        if name in PEOPLE:
            found += [
                Drawing(known[name], drawing(colour, shape), "fluent3d", True, gender, tone, True)
                for gender in ("woman", "man") for tone in (1, 2, 3, 4, 5)
            ]  # fmt: skip
        else:
            found.append(Drawing(known[name], drawing(colour, shape), "fluent3d", True))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "atlas.webp"
        pack(found, path, cell=64)
        return Atlas.load(path)


@cache
def tiny_corpus() -> Corpus:
    return Corpus(tiny_atlas())


@contextmanager
def one_thread() -> Iterator[None]:
    """Many small tensors: a second thread costs more than it brings, most of all beside other tests."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
