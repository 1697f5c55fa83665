"""What is asked of the model and what it answers: frozen messages, and their form on the wire.

Both sides of the pipe import this module, so it loads nothing but the standard library.
A message travels as a JSON header and raw blobs (runtime/protocol.py frames them).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

KINDS = ("prompt", "variation", "edit", "blend", "text_diff", "upscale")
PROMPT_LIMIT = 1000
PICTURE_LIMIT = 10
SIZES = (256, 512, 1024)
STEP_LIMIT = 250
GUIDANCE_LIMIT = 20.0
SEED_LIMIT = 2**63

FailureReason = Literal["out_of_memory", "bad_request", "error"]
Header = dict[str, Any]
Blobs = tuple[bytes, ...]


class BadRequest(ValueError):
    """The request cannot be drawn, and the message says why in words for a person."""


@dataclass(frozen=True, slots=True)
class DrawRequest:
    """One job: one prompt, one seed for each picture wanted."""

    id: str
    kind: str
    prompt: str
    seeds: tuple[int, ...]
    size: int = 1024
    guidance: float | None = None
    steps: int | None = None

    def check(self) -> None:
        """Refuse what no engine could draw. What only some engines can is theirs to refuse."""
        if self.kind not in KINDS:
            raise BadRequest(f"There is no kind of job called {self.kind!r}.")
        if not self.prompt.strip():
            raise BadRequest("The prompt is empty.")
        if len(self.prompt) > PROMPT_LIMIT:
            raise BadRequest(f"The prompt has {len(self.prompt)} characters, {PROMPT_LIMIT} are allowed.")
        if not 1 <= len(self.seeds) <= PICTURE_LIMIT:
            raise BadRequest(f"A job draws 1 to {PICTURE_LIMIT} pictures, not {len(self.seeds)}.")
        if any(not 0 <= seed < SEED_LIMIT for seed in self.seeds):
            raise BadRequest("A seed is a whole number from 0 to 2^63 - 1.")
        if self.size not in SIZES:
            raise BadRequest(f"The size is one of {', '.join(map(str, SIZES))}, not {self.size}.")
        if self.steps is not None and not 1 <= self.steps <= STEP_LIMIT:
            raise BadRequest(f"Steps go from 1 to {STEP_LIMIT}, not {self.steps}.")
        # Written so that nan, which compares false with everything, is refused too.
        if self.guidance is not None and not 0 <= self.guidance <= GUIDANCE_LIMIT:
            raise BadRequest(f"Guidance goes from 0 to {GUIDANCE_LIMIT:g}, not {self.guidance}.")


@dataclass(frozen=True, slots=True)
class Preview:
    """Step `step` of `steps` is done; the pictures so far as 64-pixel WebP, one a seed."""

    id: str
    step: int
    steps: int
    images: Blobs


@dataclass(frozen=True, slots=True)
class Result:
    """The finished pictures as PNG, in the order of the seeds, and what they were drawn with."""

    id: str
    pictures: Blobs
    used: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failed:
    id: str
    reason: FailureReason
    message: str


@dataclass(frozen=True, slots=True)
class Cancelled:
    id: str


@dataclass(frozen=True, slots=True)
class EngineFacts:
    """What the site may tell people about the engine that is loaded."""

    engine: str
    trained: bool
    device: str
    weights_hash: str


Message = Preview | Result | Failed | Cancelled


class NotAMessage(ValueError):
    """A header that is well-formed JSON but no message of ours."""


def to_wire(message: DrawRequest | Message) -> tuple[Header, Blobs]:
    match message:
        case DrawRequest():
            header: Header = {
                "type": "draw",
                "id": message.id,
                "kind": message.kind,
                "prompt": message.prompt,
                "seeds": list(message.seeds),
                "size": message.size,
                "guidance": message.guidance,
                "steps": message.steps,
            }
            return header, ()
        case Preview():
            return {"type": "preview", "id": message.id, "step": message.step, "steps": message.steps}, message.images
        case Result():
            return {"type": "result", "id": message.id, "used": message.used}, message.pictures
        case Failed():
            return {"type": "failed", "id": message.id, "reason": message.reason, "message": message.message}, ()
        case Cancelled():
            return {"type": "cancelled", "id": message.id}, ()


def request_from_wire(header: Mapping[str, Any]) -> DrawRequest:
    """The request in a `draw` header; BadRequest when a field has the wrong form."""
    try:
        return DrawRequest(
            id=_text(header, "id"),
            kind=_text(header, "kind"),
            prompt=_text(header, "prompt"),
            seeds=tuple(_whole({"seed": seed}, "seed") for seed in _list(header, "seeds")),
            size=_whole(header, "size"),
            guidance=None if header.get("guidance") is None else _number(header, "guidance"),
            steps=None if header.get("steps") is None else _whole(header, "steps"),
        )
    except NotAMessage as wrong:
        raise BadRequest(str(wrong)) from wrong


def message_from_wire(header: Mapping[str, Any], blobs: Sequence[bytes]) -> Message:
    """The answer in a header; NotAMessage when it is none."""
    sort = header.get("type")
    if sort == "preview":
        return Preview(_text(header, "id"), _whole(header, "step"), _whole(header, "steps"), tuple(blobs))
    if sort == "result":
        used = header.get("used")
        if not isinstance(used, dict):
            raise NotAMessage("`used` is not an object")
        return Result(_text(header, "id"), tuple(blobs), used)
    if sort == "failed":
        reason = header.get("reason")
        if reason not in ("out_of_memory", "bad_request", "error"):
            raise NotAMessage(f"{reason!r} is no reason")
        return Failed(_text(header, "id"), reason, _text(header, "message"))
    if sort == "cancelled":
        return Cancelled(_text(header, "id"))
    raise NotAMessage(f"{sort!r} is no message")


def facts_from_wire(header: Mapping[str, Any]) -> EngineFacts:
    trained = header.get("trained")
    if not isinstance(trained, bool):
        raise NotAMessage("`trained` is neither true nor false")
    return EngineFacts(_text(header, "engine"), trained, _text(header, "device"), _text(header, "weights_hash"))


def _text(header: Mapping[str, Any], name: str) -> str:
    value = header.get(name)
    if not isinstance(value, str):
        raise NotAMessage(f"`{name}` is not text")
    return value


def _whole(header: Mapping[str, Any], name: str) -> int:
    value = header.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise NotAMessage(f"`{name}` is not a whole number")
    return value


def _number(header: Mapping[str, Any], name: str) -> float:
    value = header.get(name)
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise NotAMessage(f"`{name}` is not a number")
    return float(value)


def _list(header: Mapping[str, Any], name: str) -> list[Any]:
    value = header.get(name)
    if not isinstance(value, list):
        raise NotAMessage(f"`{name}` is not a list")
    return value
