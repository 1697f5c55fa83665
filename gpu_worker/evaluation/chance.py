"""Everything random here follows from a seed and a purpose, so that nothing has a state that could be lost."""

from __future__ import annotations

import hashlib

import torch


def derived_seed(seed: int, *purpose: object) -> int:
    digest = hashlib.sha256("/".join(map(str, ("evaluation", seed, *purpose))).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def generator(seed: int, *purpose: object) -> torch.Generator:
    return torch.Generator().manual_seed(derived_seed(seed, *purpose))
