"""The packed drawings as tensors: a pyramid of sizes, and what the index says of each as arrays."""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from gpu_worker.corpus.colour import COLOUR_NAMES
from gpu_worker.corpus.subjects import Subject, subjects


class BrokenAtlas(Exception):
    """The atlas is missing, cut short or altered; the message names the file."""


@dataclass
class Atlas:
    index: list[dict[str, Any]]
    levels: dict[int, Tensor]  # cell size → (sprites, 4, cell, cell), bytes, colour multiplied by alpha
    known: tuple[Subject, ...]  # the subjects that have a drawing
    facts: dict[str, np.ndarray] = field(default_factory=dict)
    of_subject: list[np.ndarray] = field(default_factory=list)

    @classmethod
    def load(cls, path: Path | str, *, vocabulary: tuple[Subject, ...] | None = None) -> "Atlas":
        path = Path(path)
        beside = path.with_suffix(".json")
        for needed in (path, beside):
            if not needed.is_file():
                raise BrokenAtlas(f"{needed} is missing: run gpu_worker.corpus.fetch, then gpu_worker.corpus.pack")
        try:
            index = json.loads(beside.read_text(encoding="utf-8"))
            rows, cell = index["sprites"], index["cell"]
        except (ValueError, KeyError, TypeError) as why:
            raise BrokenAtlas(f"{beside} cannot be read: {why}") from why
        if hashlib.sha256(path.read_bytes()).hexdigest() != index["sha256"]:
            raise BrokenAtlas(f"{path} is not the picture that {beside.name} describes")
        Image.MAX_IMAGE_PIXELS = None  # an atlas is large on purpose, and its checksum was just compared
        with Image.open(path) as sheet:
            pixels = torch.from_numpy(np.array(sheet.convert("RGBA")))
        high, wide = pixels.shape[0] // cell, pixels.shape[1] // cell
        cells = pixels.reshape(high, cell, wide, cell, 4).permute(0, 2, 4, 1, 3).reshape(-1, 4, cell, cell)[: len(rows)]
        return cls.build(rows, cells, vocabulary or subjects())

    @classmethod
    def build(cls, rows: list[dict[str, Any]], cells: Tensor, vocabulary: tuple[Subject, ...]) -> "Atlas":
        """From straight-alpha bytes (n, 4, cell, cell)."""
        levels: dict[int, Tensor] = {}
        cell = cells.shape[-1]
        parts = []
        for chunk in cells.split(64):
            solid = chunk.float()
            solid[:, :3] *= solid[:, 3:] / 255
            parts.append(solid.round().byte())
        levels[cell] = torch.cat(parts)
        while cell > 32:
            parts = [F.avg_pool2d(chunk.float(), 2).round().byte() for chunk in levels[cell].split(64)]
            cell //= 2
            levels[cell] = torch.cat(parts)
        drawn = {row["subject"] for row in rows}
        known = tuple(subject for subject in vocabulary if subject.name in drawn)
        number = {subject.name: n for n, subject in enumerate(known)}
        atlas = cls(rows, levels, known)
        atlas._gather(rows, number)
        return atlas

    def _gather(self, rows: list[dict[str, Any]], number: dict[str, int]) -> None:
        owner = np.array([number.get(row["subject"], -1) for row in rows])
        self.of_subject = [np.nonzero(owner == n)[0] for n in range(len(self.known))]

        def column(name: str, at: int | None = None) -> np.ndarray:
            return np.array([row[name] if at is None else row[name][at] for row in rows], dtype=np.float32)

        seats = []
        for row, n in zip(rows, owner, strict=True):
            subject = self.known[n] if n >= 0 else None
            seat = subject.seat if subject and subject.seat else (0.5, row["top"])
            # The seat is written for the first drawing; another set's stands otherwise: take its back's middle, unless
            # its own is written down.
            elsewhere = row.get("seat", (0.5, max(row["top"], min(seat[1], 0.5))))
            seats.append(seat if row["set"] in {"fluent3d", "own"} else elsewhere)
        self.facts = {
            "subject": owner,
            "solid": np.array([row["solid"] for row in rows]),
            "person": np.array([row["tone"] > 0 for row in rows]),
            "box_w": column("box", 0), "box_h": column("box", 1), "feet": column("feet"), "foot_w": column("foot_w"),
            "head_x": column("head", 0), "head_y": column("head", 1), "head_w": column("head", 2),
            "hand_l": column("hand", 0), "hand_r": column("hand", 1), "hand_y": column("hand", 2),
            "eyes": column("eyes"), "top": column("top"),
            "seat_x": np.array([s[0] for s in seats], dtype=np.float32),
            "seat_y": np.array([s[1] for s in seats], dtype=np.float32),
            "main": np.array([row["colour"] for row in rows], dtype=np.float32),
            "reach": column("reach"), "share": column("share"),
            "change": np.array([row["change"] for row in rows], dtype=np.float32).reshape(-1, len(COLOUR_NAMES)),
        }  # fmt: skip

    def level(self, pixels: int) -> int:
        """The size of the pyramid to read for a cell drawn so large: never much smaller, never twice as large."""
        sizes = sorted(self.levels)
        return next((size for size in sizes if size >= pixels * 0.75), sizes[-1])

    def to(self, device: str) -> "Atlas":
        moved = {size: level.to(device) for size, level in self.levels.items()}
        return Atlas(self.index, moved, self.known, self.facts, self.of_subject)
