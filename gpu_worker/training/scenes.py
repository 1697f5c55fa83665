"""What training asks of a source of captioned pictures."""

from __future__ import annotations

import hashlib
from typing import Protocol

import torch
from torch import Tensor

from gpu_worker.nets.tokenizer import Tokenizer

TRAIN, HELD_OUT = "train", "heldout"


class Scenes(Protocol):
    """A batch of scenes, on the device that was asked for."""

    @property
    def pictures(self) -> Tensor:
        """(B, 3, H, W) of bytes: a pool of two million scenes has to fit"""
        ...

    @property
    def captions(self) -> list[str]: ...

    @property
    def masks(self) -> Tensor:
        """(B, K, H, W) of bytes: for each thing in the scene, where it is; nothing where there is no K-th thing."""
        ...


class SceneSource(Protocol):
    """The same arguments give the same scenes, on one kind of device."""

    def batch(
        self, seed: int, size: int, count: int, device: torch.device, *, split: str = TRAIN, simple: float = 0.0
    ) -> Scenes:
        """simple: the share of plain, single, large scenes."""
        ...

    def pairs(self, seed: int, size: int, count: int, device: torch.device, *, split: str = TRAIN) -> Scenes:
        """2 · count scenes; rows 2i and 2i + 1 differ in one fact alone: colours swapped, left for right, one more."""
        ...


def derived_seed(seed: int, *purpose: object) -> int:
    """One seed for each purpose and step, so that nothing random has a state that a checkpoint would have to keep."""
    digest = hashlib.sha256("/".join(map(str, (seed, *purpose))).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def generator(device: torch.device, seed: int, *purpose: object) -> torch.Generator:
    return torch.Generator(device).manual_seed(derived_seed(seed, *purpose))


def tokenised(tokenizer: Tokenizer, captions: list[str], device: torch.device) -> tuple[Tensor, Tensor]:
    """Captions -> ids (B, window) and lengths (B)"""
    tokens = [tokenizer.encode(caption) for caption in captions]
    ids = torch.tensor([t.ids for t in tokens], dtype=torch.int16)
    return ids.to(device), torch.tensor([t.length for t in tokens], dtype=torch.int16).to(device)


def trimmed(ids: Tensor, length: Tensor) -> Tensor:
    """Without the columns that are padding in every row. It costs a recompilation where a net is compiled."""
    return ids[:, : int(length.max())]


def as_floats(pictures: Tensor) -> Tensor:
    """Bytes to [-1, 1]"""
    return pictures.float().div_(127.5).sub_(1)
