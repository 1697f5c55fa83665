"""Our own unCLIP as an engine, in two sizes: `bundled` and its tiny twin."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gpu_worker.configs.bundled import BUNDLED
from gpu_worker.configs.tiny import TINY
from gpu_worker.engines.contract import DrawingCancelled
from gpu_worker.engines.hardware import choose_device, choose_dtype, limit_threads
from gpu_worker.nets.tokenizer import FIRST_WORD, Tokenizer, known_words
from gpu_worker.nets.untrained import dream_
from gpu_worker.pipeline import operations
from gpu_worker.pipeline.config import UnclipConfig
from gpu_worker.pipeline.nets import Nets
from gpu_worker.pipeline.operations import Drawn
from gpu_worker.pipeline.pictures import png, preview
from gpu_worker.pipeline.unclip import Unclip
from gpu_worker.pipeline.weights import unclip_from
from gpu_worker.request import DrawRequest, EngineFacts, Preview, Result

DREAM_SEED = 2022
WEIGHTS = Path(__file__).resolve().parents[1] / "weights"


class UnclipEngine:
    """With `weights`, a folder that training wrote, its config is the one that they carry; without, nets untrained."""

    def __init__(
        self, name: str, config: UnclipConfig, dtype: torch.dtype | None = None, weights: Path | None = None
    ) -> None:
        threads = limit_threads()
        device = choose_device()
        if weights is None:
            nets, trained = _untrained(config), False
            weights_hash = hashlib.sha256(f"{DREAM_SEED} {config}".encode()).hexdigest()
        else:
            nets, found = unclip_from(weights)
            weights_hash, trained = found.hash, not found.about.get("unfinished", False)
        text = nets.config.text
        self._unclip = Unclip(
            nets,
            Tokenizer(known_words()[: text.vocabulary - FIRST_WORD], text.window),
            device=device,
            dtype=dtype or choose_dtype(device),
        )
        self._encoders = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="png")
        self.facts = EngineFacts(engine=name, trained=trained, device=str(device), weights_hash=weights_hash)

    def draw(
        self, request: DrawRequest, *, progress: Callable[[Preview], None], cancelled: Callable[[], bool]
    ) -> Result:
        request.check()
        request = operations.resolved(self._unclip, request)
        images: tuple[bytes, ...] = ()

        def watch(done: int, total: int, pictures: Sequence[Tensor] | Tensor | None) -> None:
            nonlocal images
            if cancelled():
                raise DrawingCancelled
            if pictures is not None:
                images = tuple(preview(picture) for picture in pictures)
            if done:
                progress(Preview(request.id, done, total, images))

        drawn = operations.draw(self._unclip, request, watch)
        files = tuple(self._encoders.map(png, drawn.pictures))
        return Result(request.id, files, {**self._used_always(), **used_by(request, drawn)})

    def _used_always(self) -> dict[str, Any]:
        facts = self.facts
        return {
            "engine": facts.engine,
            "trained": facts.trained,
            "weights": facts.weights_hash,
            "device": facts.device,
        }


def used_by(request: DrawRequest, drawn: Drawn) -> dict[str, Any]:
    """What a picture's lineage is to hold: all that this kind of job was drawn from, and nothing that it ignores."""
    used: dict[str, Any] = {"kind": request.kind, "seeds": list(request.seeds)}
    if request.kind == "upscale":
        used["size"] = list(drawn.pictures[0].shape[1::-1])
    else:
        used |= {"size": request.size, "steps": request.steps, "guidance": request.guidance}
    # The sentence that is the request's own comes under plain names, as in a drawing by words alone.
    for name, tokens in drawn.tokens.items():
        used[name] = getattr(request, name)
        prefix = "" if name in ("prompt", "to_prompt") else f"{name}_"
        used |= {
            f"{prefix}tokens": tokens.length,
            f"{prefix}tokens_dropped": tokens.dropped,
            f"{prefix}unread": tokens.unread,
            f"{prefix}replaced": [list(pair) for pair in tokens.replaced],
        }
    if request.kind == "variation":
        used["strength"] = request.strength
    if request.soft:
        used["soft"] = request.soft
    if request.frames:
        used["thetas"] = list(request.frames)
    files = {"sources": request.sources, "mask": (request.mask,), "hint": (request.hint,)}
    for name, blobs in files.items():
        hashes = [hashlib.sha256(blob).hexdigest() for blob in blobs if blob is not None]
        if hashes:
            used[name] = hashes
    if drawn.likeness is not None:
        used["likeness"] = [[round(value, 4) for value in row] for row in drawn.likeness.tolist()]
    return used


def _untrained(config: UnclipConfig) -> Nets:
    with torch.device("meta"):
        nets = Nets(config)
    nets.to_empty(device="cpu")
    dream_(nets, DREAM_SEED)
    return nets


def bundled_weights() -> Path | None:
    """GPU_WORKER_WEIGHTS names a folder to draw with instead of the one that ships, and then it must be there."""
    asked = os.environ.get("GPU_WORKER_WEIGHTS")
    if asked:
        return Path(asked)
    shipped = WEIGHTS / "bundled"
    return shipped if shipped.exists() else None


def bundled() -> UnclipEngine:
    return UnclipEngine("bundled", BUNDLED, weights=bundled_weights())


def tiny() -> UnclipEngine:
    # In full precision: tests compare pictures, and bf16 would make the comparison one of roundings.
    return UnclipEngine("tiny", TINY, torch.float32)
