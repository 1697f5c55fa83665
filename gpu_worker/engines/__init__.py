"""Engines by name. An engine answers a DrawRequest with finished pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gpu_worker.engines.contract import DrawingCancelled, Engine, NoSuchEngine
from gpu_worker.engines.unclip import bundled, tiny

__all__ = ["ENGINES", "DrawingCancelled", "Engine", "NoSuchEngine", "load_engine"]

ENGINES: Mapping[str, Callable[[], Engine]] = {"bundled": bundled, "tiny": tiny}


def load_engine(name: str) -> Engine:
    """The engine, loaded and ready to draw."""
    try:
        load = ENGINES[name]
    except KeyError:
        raise NoSuchEngine(f"there is none of that name; there are {', '.join(ENGINES)}") from None
    return load()
