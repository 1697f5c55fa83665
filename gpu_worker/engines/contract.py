"""What every engine is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from gpu_worker.request import DrawRequest, EngineFacts, Preview, Result


class NoSuchEngine(ValueError):
    """A setting names an engine that does not exist."""


class DrawingCancelled(Exception):
    """The drawing was ended between two steps because somebody asked for it."""


class Engine(Protocol):
    @property
    def facts(self) -> EngineFacts: ...

    def draw(
        self, request: DrawRequest, *, progress: Callable[[Preview], None], cancelled: Callable[[], bool]
    ) -> Result:
        """The pictures. Raises BadRequest, DrawingCancelled, or whatever went wrong."""
        ...
