"""What the tests of the operations share: pictures to begin from, and a tiny engine that finds its way back."""

import dataclasses
import io
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageDraw

from gpu_worker.configs.tiny import TINY
from gpu_worker.engines.unclip import UnclipEngine
from gpu_worker.request import DrawRequest
from tests.gpu_worker.drawings import one_thread

SIDE = 256
KINDS = ("prompt", "variation", "edit", "blend", "text_diff", "upscale")


@contextmanager
def tiny_walker():
    """An untrained net is read as a guess of the picture, whose way back leads nowhere; a velocity's can be undone."""
    decoder = dataclasses.replace(TINY.decoder, predicts="velocity")
    engine = UnclipEngine("tiny", dataclasses.replace(TINY, decoder=decoder), torch.float32)
    with one_thread():
        yield engine


def scene(seed=1, width=SIDE, height=SIDE):
    """A soft ground with a few things on it."""
    rng = np.random.default_rng(seed)
    corners = Image.fromarray(rng.integers(40, 216, (2, 2, 3), dtype=np.uint8))
    picture = corners.resize((width, height), Image.Resampling.BILINEAR)
    pen = ImageDraw.Draw(picture)
    for _ in range(4):
        x, y = rng.integers(0, width), rng.integers(0, height)
        reach = int(rng.integers(width // 10, width // 4))
        pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=tuple(int(v) for v in rng.integers(0, 256, 3)))
    return picture


def png(picture, **options):
    file = io.BytesIO()
    picture.save(file, "PNG", **options)
    return file.getvalue()


def with_hole(picture, hole):
    """hole (H, W), True where the picture is erased"""
    cut = picture.convert("RGBA")
    cut.putalpha(Image.fromarray(np.where(hole, 0, 255).astype(np.uint8)))
    return cut


def box(side=SIDE, top=80, left=64, bottom=180, right=200):
    hole = np.zeros((side, side), bool)
    hole[top:bottom, left:right] = True
    return hole


def ask(kind, **fields):
    """A request of the kind that lacks nothing."""
    given: dict[str, dict[str, Any]] = {
        "prompt": {"prompt": "a red cat on the moon", "seeds": (1, 2)},
        "variation": {"sources": (png(scene(1)),), "seeds": (1, 2)},
        "edit": {"prompt": "a red cat", "sources": (png(with_hole(scene(1), box())),), "seeds": (1, 2)},
        "blend": {"sources": (png(scene(1)), png(scene(2))), "thetas": (0.0, 0.5, 1.0)},
        "text_diff": {"sources": (png(scene(1)),), "to_prompt": "a cat in winter", "thetas": (0.0, 0.5)},
        "upscale": {"sources": (png(scene(1, 50, 30)),)},
    }
    common: dict[str, Any] = {"id": "job", "kind": kind, "prompt": "", "seeds": (1,), "size": SIDE}
    return DrawRequest(**{**common, **given[kind], **fields})


def draw(engine, request, previews=None):
    return engine.draw(request, progress=(previews if previews is not None else []).append, cancelled=lambda: False)


def numbers(file):
    return np.array(Image.open(io.BytesIO(file)))


def difference(one, other):
    return float(np.abs(numbers(one).astype(float) - numbers(other)).mean())


def decibels(one, other):
    """Peak signal to noise of two pictures of numbers 0 to 255."""
    return float(10 * np.log10(255**2 / np.square(np.asarray(one, float) - np.asarray(other, float)).mean()))


def at_64(file):
    """As the decoder draws it."""
    return np.array(Image.open(io.BytesIO(file)).convert("RGB").resize((64, 64), Image.Resampling.BOX))
