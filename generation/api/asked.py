"""What a request asks for, checked field by field. What is wrong is said exactly; the prompt is never repeated."""

import base64
import binascii
import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generation import services
from generation.api.errors import bad, no_such_model, not_a_png
from generation.api.parsing import Form
from generation.services import api

SIDES = {f"{side}x{side}": side for side in api.PRICES}
FORMATS = ("url", "b64_json")
MOST_IMAGES = 10
MOST_SEED = 2**31 - 1
MOST_USER = 256
FILE_LIMIT = 4 * 1024 * 1024
# What clients of later models send along, and what of it means nothing.
OTHERS = (
    "quality",
    "style",
    "background",
    "moderation",
    "output_format",
    "output_compression",
    "partial_images",
    "input_fidelity",
)
NOTHING = (None, "", "auto", "standard")
PNG = b"\x89PNG\r\n\x1a\n"
KINDS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"%PDF", "application/pdf"),
    (b"<svg", "image/svg+xml"),
    (b"<?xml", "image/svg+xml"),
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The fields as they were understood."""

    prompt: str = ""
    images: int = 1
    side: int = 1024
    b64: bool = False
    seed: int | None = None
    user: str = ""
    model: str
    image: bytes = b""
    mask: bytes = b""

    def fingerprint(self, operation: str) -> str:
        """The same for a repeat, however its body was put together."""
        facts = [operation, self.prompt, self.images, self.side, self.b64, self.seed, self.user, self.model]
        files = [hashlib.sha256(file).hexdigest() for file in (self.image, self.mask)]
        return hashlib.sha256(json.dumps([*facts, *files]).encode()).hexdigest()


def asked(form: Form, *, prompt: bool, image: bool, models: tuple[str, ...]) -> Asked:
    fields = form.fields if form.typed else {name: _untyped(name, value) for name, value in form.fields.items()}
    if _given(fields.get("stream")) and fields["stream"] not in (False, "false", "0"):
        raise bad("Streaming is not supported here: leave out 'stream'.", param="stream")
    for name in OTHERS:
        _nothing(name, fields.get(name))
    read = {
        "model": _model(fields.get("model"), models),
        "prompt": _prompt(fields) if prompt else "",
        "images": _whole(fields.get("n"), "n", least=1, most=MOST_IMAGES, default=1),
        "side": _side(fields.get("size")),
        "b64": _one_of(fields.get("response_format"), FORMATS, "response_format") == "b64_json",
        "seed": _whole(fields.get("seed"), "seed", least=0, most=MOST_SEED, default=None),
        "user": _user(fields),
    }
    if image:
        read["image"] = _picture(form, "image", required=True)
        read["mask"] = _picture(form, "mask", required=False) if prompt else b""
        _check_mask(read["image"], read["mask"])
    return Asked(**read)


def _given(value: Any) -> bool:
    return value is not None


def _untyped(name: str, value: str) -> str | None:
    """In a form there is no null but nothing at all, or its name."""
    return None if name != "prompt" and value in ("", "null") else value


def _nothing(name: str, value: Any) -> None:
    if name == "output_format" and value == "png":
        return
    if isinstance(value, (dict, list)) or value not in NOTHING:
        raise bad(f"The model does not support '{name}' other than 'auto'. Leave it out.", param=name)


def _prompt(fields: Mapping[str, Any]) -> str:
    prompt = fields.get("prompt")
    if prompt is None:
        raise bad("'prompt' is a required property", param="prompt")
    if not isinstance(prompt, str):
        raise bad("The prompt is not of type 'string' - 'prompt'", param="prompt")
    prompt = services.normalise(prompt)
    if not prompt:
        raise bad("The prompt is too short: it is empty - 'prompt'", param="prompt")
    if len(prompt) > api.PROMPT_LIMIT:
        raise bad(
            f"Prompt must be length {api.PROMPT_LIMIT} or less. Your prompt length is {len(prompt)}. "
            "Please reduce your prompt length.",
            param="prompt",
        )
    try:
        return services.clean_sentence(prompt, limit=api.PROMPT_LIMIT)
    except services.BadSentence as wrong:
        raise bad(f"{wrong} - 'prompt'", param="prompt") from None


def _whole(value: Any, name: str, *, least: int, most: int, default: Any) -> Any:
    if not _given(value):
        return default
    found = value
    if isinstance(value, str) and value.strip().lstrip("+-").isdecimal() and len(value) < 20:
        found = int(value)
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    if not isinstance(found, int) or isinstance(found, bool):
        raise bad(f"{_said(value)} is not of type 'integer' - '{name}'", param=name)
    if found > most:
        raise bad(f"{found} is greater than the maximum of {most} - '{name}'", param=name)
    if found < least:
        raise bad(f"{found} is less than the minimum of {least} - '{name}'", param=name)
    return found


def _side(value: Any) -> int:
    if not _given(value) or value == "auto":
        return 1024
    return SIDES[_one_of(value, tuple(SIDES), "size")]


def _one_of(value: Any, allowed: tuple[str, ...], name: str) -> str:
    if not _given(value):
        return allowed[0]
    if not isinstance(value, str) or value not in allowed:
        raise bad(f"{_said(value)} is not one of {list(allowed)} - '{name}'", param=name)
    return value


def _model(value: Any, models: tuple[str, ...]) -> str:
    if not _given(value):
        return models[0]
    if not isinstance(value, str):
        raise bad(f"{_said(value)} is not of type 'string' - 'model'", param="model")
    if value not in models:
        raise no_such_model(value[:100])
    return value


def _user(fields: Mapping[str, Any]) -> str:
    for name in ("user", "safety_identifier"):
        value = fields.get(name)
        if value is None:
            continue
        if not isinstance(value, str):
            raise bad(f"{_said(value)} is not of type 'string' - '{name}'", param=name)
        if value:
            return value[:MOST_USER].replace("\0", "")
    return ""


def _said(value: Any) -> str:
    return repr(value)[:60] if isinstance(value, (str, int, float)) else f"A value of type {type(value).__name__}"


def _picture(form: Form, name: str, *, required: bool) -> bytes:
    files = [file for file in form.files.get(name, []) if required or file]
    if not files and _given(form.fields.get(name)):
        files = [_from_text(value, name) for value in _listed(form.fields[name])]
    if not files:
        if required:
            raise bad(f"'{name}' is a required property", param=name)
        return b""
    if len(files) > 1:
        raise bad(f"Only one '{name}' can be sent; {len(files)} came.", param=name)
    _check_file(files[0], name)
    return files[0]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _from_text(value: Any, name: str) -> bytes:
    """In JSON a picture is written in base64, as a data URL or bare."""
    try:
        return base64.b64decode(value.partition("base64,")[2] or value, validate=True)
    except (AttributeError, binascii.Error, ValueError, TypeError):
        raise not_a_png(name) from None


def _check_file(file: bytes, name: str) -> None:
    """By its first bytes, never by what its sender calls it."""
    if len(file) >= FILE_LIMIT:
        raise not_a_png(name)
    if not file.startswith(PNG):
        if kind := _kind_of(file):
            raise bad(
                f"Invalid file '{name}': unsupported mimetype ('{kind}'). Supported file formats are 'image/png'.",
                param=name,
                code="unsupported_file_mimetype",
            )
        raise not_a_png(name)
    width, height = _size(file, name)
    if width != height:
        raise bad(f"Uploaded {name} must be square; this one has {width}x{height} pixels.", param=name)


def _kind_of(file: bytes) -> str:
    if file[:4] == b"RIFF" and file[8:12] == b"WEBP":
        return "image/webp"
    if file[4:8] == b"ftyp":
        return "image/avif" if file[8:11] == b"avi" else "image/heic"
    return next((kind for beginning, kind in KINDS if file.startswith(beginning)), "")


def _size(file: bytes, name: str) -> tuple[int, int]:
    if len(file) < 33 or file[12:16] != b"IHDR":
        raise not_a_png(name)
    width, height = struct.unpack(">II", file[16:24])
    return width, height


def _check_mask(image: bytes, mask: bytes) -> None:
    if mask and _size(image, "image") != _size(mask, "mask"):
        (width, height), (wide, high) = _size(image, "image"), _size(mask, "mask")
        raise bad(
            f"The mask must have the same size as the image: it has {wide}x{high} pixels, the image {width}x{height}.",
            param="mask",
        )
