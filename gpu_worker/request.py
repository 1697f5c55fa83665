"""What is asked of the model and what it answers: frozen messages, and their form on the wire.

Both sides of the pipe import this module, so it loads nothing but the standard library.
A message travels as a JSON header and raw blobs (runtime/protocol.py frames them).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

# What is asked for, and how many pictures it begins from.
SOURCES = {"prompt": 0, "variation": 1, "edit": 1, "blend": 2, "text_diff": 1, "upscale": 1}
KINDS = tuple(SOURCES)
SENTENCE_KINDS = ("prompt", "edit")
FRAME_KINDS = ("blend", "text_diff")
# The last frame of each: a blend goes all the way, a text diff no further than half (Ramesh et al. 2022, §3.3).
REACH = {"blend": 1.0, "text_diff": 0.5}
FRAMES = 7
PROMPT_LIMIT = 1000
PICTURE_LIMIT = 10
SIZES = (256, 512, 1024)
STEP_LIMIT = 250
GUIDANCE_LIMIT = 20.0
SEED_LIMIT = 2**63
SIDE_LIMIT = 4096
UPSCALE_SIDE_LIMIT = 1024
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# The length and name of the first chunk, then width, height and bits of a channel.
PNG_HEADER = struct.Struct(">I4sIIB")

FailureReason = Literal["out_of_memory", "bad_request", "error"]
Header = dict[str, Any]
Blobs = tuple[bytes, ...]


class BadRequest(ValueError):
    """The request cannot be drawn, and the message says why in words for a person."""


@dataclass(frozen=True, slots=True)
class DrawRequest:
    """One job: pictures of one kind, one for each seed, or for each frame where frames share one seed."""

    id: str
    kind: str
    prompt: str
    seeds: tuple[int, ...]
    size: int = 1024
    """The side of what is drawn. An upscale has no use for it: it is four times what was given."""
    guidance: float | None = None
    steps: int | None = None
    negative: str = ""
    """What is not wanted."""
    sources: Blobs = ()
    """PNG files. An edit's is as large as what is drawn, and what it has erased is transparent, or in the mask."""
    mask: bytes | None = None
    """PNG of an edit's size: what is transparent is painted anew or, where it has no transparency, what is white."""
    hint: bytes | None = None
    """PNG of an edit's size, transparent where nothing is hinted: colours from which the erased part begins, the less
    the more they let through."""
    soft: float = 0.0
    """Of an edit: how softly the erased part ends. What was sent of its pixels shows through near its edge."""
    strength: float = 0.5
    """Of a variation: 0 is the source again, 1 another picture of the same things."""
    thetas: tuple[float, ...] = ()
    """Where each frame stands on the way, from 0 to REACH; none given means FRAMES of them, evenly."""
    from_prompt: str = ""
    """A text diff goes from what this says (nothing: any picture) ..."""
    to_prompt: str = ""
    """... towards what this says."""

    @property
    def frames(self) -> tuple[float, ...]:
        """The thetas of a blend or a text diff."""
        if self.thetas or self.kind not in FRAME_KINDS:
            return self.thetas
        return tuple(REACH[self.kind] * place / (FRAMES - 1) for place in range(FRAMES))

    @property
    def pictures(self) -> int:
        """How many pictures come back."""
        return len(self.frames) if self.kind in FRAME_KINDS else len(self.seeds)

    def check(self) -> None:
        """Refuse what no engine could draw. What only some engines can is theirs to refuse."""
        if self.kind not in KINDS:
            raise BadRequest(f"There is no kind of job called {self.kind!r}.")
        self._check_words()
        self._check_numbers()
        self._check_pictures()

    def _check_words(self) -> None:
        if self.kind in SENTENCE_KINDS and not self.prompt.strip():
            raise BadRequest("The prompt is empty.")
        if self.kind == "text_diff" and not self.to_prompt.strip():
            raise BadRequest("It is not said towards what the picture is to change.")
        if self.kind == "text_diff" and self.to_prompt.strip() == self.from_prompt.strip():
            raise BadRequest("Both sentences say the same, so nothing would change.")
        sentences = {
            "prompt": self.prompt,
            "negative sentence": self.negative,
            "sentence to change from": self.from_prompt,
            "sentence to change to": self.to_prompt,
        }
        for name, sentence in sentences.items():
            if len(sentence) > PROMPT_LIMIT:
                raise BadRequest(f"The {name} has {len(sentence)} characters, {PROMPT_LIMIT} are allowed.")

    def _check_numbers(self) -> None:
        if not 1 <= len(self.seeds) <= PICTURE_LIMIT:
            raise BadRequest(f"A job draws 1 to {PICTURE_LIMIT} pictures, not {len(self.seeds)}.")
        if self.kind in (*FRAME_KINDS, "upscale") and len(self.seeds) != 1:
            raise BadRequest(f"This kind of job has one seed, not {len(self.seeds)}.")
        if any(not 0 <= seed < SEED_LIMIT for seed in self.seeds):
            raise BadRequest("A seed is a whole number from 0 to 2^63 - 1.")
        if self.size not in SIZES:
            raise BadRequest(f"The size is one of {', '.join(map(str, SIZES))}, not {self.size}.")
        if self.steps is not None and not 1 <= self.steps <= STEP_LIMIT:
            raise BadRequest(f"Steps go from 1 to {STEP_LIMIT}, not {self.steps}.")
        # Written so that nan, which compares false with everything, is refused too.
        if self.guidance is not None and not 0 <= self.guidance <= GUIDANCE_LIMIT:
            raise BadRequest(f"Guidance goes from 0 to {GUIDANCE_LIMIT:g}, not {self.guidance}.")
        if not 0 <= self.strength <= 1:
            raise BadRequest(f"The strength goes from 0 to 1, not {self.strength}.")
        if not 0 <= self.soft <= 1:
            raise BadRequest(f"The softness goes from 0 to 1, not {self.soft}.")
        if self.thetas and self.kind not in FRAME_KINDS:
            raise BadRequest("Only blends and changes by words have frames.")
        if len(self.thetas) > PICTURE_LIMIT:
            raise BadRequest(f"A job draws 1 to {PICTURE_LIMIT} pictures, not {len(self.thetas)}.")
        if not all(0 <= theta <= REACH[self.kind] for theta in self.thetas):
            raise BadRequest(f"The frames of this kind of job go from 0 to {REACH[self.kind]:g}.")

    def _check_pictures(self) -> None:
        """By their first bytes: how large a picture is must be known before anything of it is unpacked."""
        wanted = SOURCES[self.kind]
        if len(self.sources) != wanted:
            raise BadRequest(f"This kind of job begins from {wanted} pictures, not {len(self.sources)}.")
        if self.kind != "edit" and (self.mask is not None or self.hint is not None):
            raise BadRequest("Only an edit has a mask or a hint.")
        limit = UPSCALE_SIDE_LIMIT if self.kind == "upscale" else SIDE_LIMIT
        given = [("picture", blob) for blob in self.sources]
        given += [(name, blob) for name, blob in (("mask", self.mask), ("hint", self.hint)) if blob is not None]
        for name, blob in given:
            width, height = png_size(blob, name)
            if max(width, height) > limit:
                raise BadRequest(f"The {name} has {width}×{height} pixels; at most {limit}×{limit} can be taken.")
            if self.kind == "edit" and (width, height) != (self.size, self.size):
                raise BadRequest(f"The {name} has {width}×{height} pixels; this edit needs {self.size}×{self.size}.")


def png_size(blob: bytes, name: str) -> tuple[int, int]:
    """Width and height that a PNG file says it has. Nothing is unpacked."""
    body = blob[len(PNG_SIGNATURE) : len(PNG_SIGNATURE) + PNG_HEADER.size]
    if not blob.startswith(PNG_SIGNATURE) or len(body) < PNG_HEADER.size:
        raise BadRequest(f"The {name} is not a PNG file.")
    length, chunk, width, height, bits = PNG_HEADER.unpack(body)
    if (length, chunk) != (13, b"IHDR") or width == 0 or height == 0:
        raise BadRequest(f"The {name} is not a sound PNG file.")
    if bits > 8:
        raise BadRequest(f"The {name} has {bits} bits a channel; 8 can be taken.")
    return width, height


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
                "negative": message.negative,
                "strength": message.strength,
                "soft": message.soft,
                "thetas": list(message.thetas),
                "from_prompt": message.from_prompt,
                "to_prompt": message.to_prompt,
                "sources": len(message.sources),
                "mask": message.mask is not None,
                "hint": message.hint is not None,
            }
            extra = tuple(blob for blob in (message.mask, message.hint) if blob is not None)
            return header, (*message.sources, *extra)
        case Preview():
            return {"type": "preview", "id": message.id, "step": message.step, "steps": message.steps}, message.images
        case Result():
            return {"type": "result", "id": message.id, "used": message.used}, message.pictures
        case Failed():
            return {"type": "failed", "id": message.id, "reason": message.reason, "message": message.message}, ()
        case Cancelled():
            return {"type": "cancelled", "id": message.id}, ()


def request_from_wire(header: Mapping[str, Any], blobs: Sequence[bytes] = ()) -> DrawRequest:
    """The request in a `draw` header and its pictures; BadRequest when a field has the wrong form."""
    try:
        sources, masked, hinted = _whole(header, "sources"), _truth(header, "mask"), _truth(header, "hint")
        if sources < 0 or len(blobs) != sources + masked + hinted:
            raise NotAMessage(f"{sources + masked + hinted} pictures are announced and {len(blobs)} came")
        return DrawRequest(
            id=_text(header, "id"),
            kind=_text(header, "kind"),
            prompt=_text(header, "prompt"),
            seeds=tuple(_whole({"seed": seed}, "seed") for seed in _list(header, "seeds")),
            size=_whole(header, "size"),
            guidance=None if header.get("guidance") is None else _number(header, "guidance"),
            steps=None if header.get("steps") is None else _whole(header, "steps"),
            negative=_text(header, "negative"),
            sources=tuple(blobs[:sources]),
            mask=blobs[sources] if masked else None,
            hint=blobs[-1] if hinted else None,
            strength=_number(header, "strength"),
            soft=_number(header, "soft"),
            thetas=tuple(_number({"theta": theta}, "theta") for theta in _list(header, "thetas")),
            from_prompt=_text(header, "from_prompt"),
            to_prompt=_text(header, "to_prompt"),
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
    return EngineFacts(
        _text(header, "engine"), _truth(header, "trained"), _text(header, "device"), _text(header, "weights_hash")
    )


def _truth(header: Mapping[str, Any], name: str) -> bool:
    value = header.get(name)
    if not isinstance(value, bool):
        raise NotAMessage(f"`{name}` is neither true nor false")
    return value


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
