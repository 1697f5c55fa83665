"""Handing a file to the process that opens it, and saying in words why one was not taken. (decision 20)"""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from django.utils.translation import gettext as _

CHILD = Path(__file__).with_name("uploads_child.py")
LIMIT_SECONDS = 20.0
# Each may take a gigabyte and a core. A few more wait for their turn; beyond those a request would only hold a thread
# that pages need.
AT_ONCE = threading.BoundedSemaphore(2)
AT_THE_DOOR = threading.BoundedSemaphore(6)
TURN_SECONDS = 20.0

# How a child ends that its limits, or the machine, put an end to.
KILLED: dict[int, dict[str, Any]] = {signal.SIGXCPU: {"reason": "time"}, signal.SIGKILL: {"reason": "memory"}}

Purpose = Literal["picture", "mask", "hint", "holes"]
# Of what is handed back, unless it is said otherwise.
SIDE = 1024
Crop = tuple[int, int, int]


class BadUpload(ValueError):
    """The file is not taken; the message says why, for the person who sent it, and `reason` in a word."""

    reason = ""


class Busy(Exception):
    """Too many files came at once. Nothing was kept; trying again in a moment helps."""


def decoded(content: bytes, *, purpose: Purpose = "picture", crop: Crop | None = None, side: int = SIDE) -> bytes:
    """The picture as a PNG of 1024 by 1024 pixels that holds nothing but colours."""
    return _opened(content, [purpose, {"crop": crop, "side": side}])


def decoded_patches(contents: Sequence[bytes]) -> list[bytes]:
    """Strokes of a canvas, all in one process: PNG files as large as they are, anew."""
    answer, patches = _opened(b"".join(contents), ["patches", [len(content) for content in contents]]), []
    while answer:
        end = 4 + int.from_bytes(answer[:4], "big")
        patches.append(answer[4:end])
        answer = answer[end:]
    return patches


def _opened(content: bytes, wish: list[Any]) -> bytes:
    if not AT_THE_DOOR.acquire(blocking=False):
        raise Busy
    try:
        run = _run([sys.executable, "-I", "-B", str(CHILD), json.dumps(wish)], content)
    finally:
        AT_THE_DOOR.release()
    if run.returncode == 0:
        return run.stdout
    raise _refused(KILLED.get(-run.returncode) or _answer(run.stdout))


def _run(command: list[str], content: bytes) -> subprocess.CompletedProcess[bytes]:
    if not AT_ONCE.acquire(timeout=TURN_SECONDS):
        raise Busy
    try:
        # Nothing of our environment: it holds the secrets of the site.
        return subprocess.run(command, input=content, capture_output=True, timeout=LIMIT_SECONDS, env={}, check=False)
    except subprocess.TimeoutExpired:
        raise _refused({"reason": "time"}) from None
    finally:
        AT_ONCE.release()


def _refused(answer: dict[str, Any]) -> BadUpload:
    refusal = BadUpload(_sentence(answer))
    refusal.reason = answer["reason"]
    return refusal


def _answer(said: bytes) -> dict[str, Any]:
    """What the child said; one that broke down said nothing."""
    try:
        return dict(json.loads(said))
    except (ValueError, TypeError):
        return {"reason": "broken"}


def _sentence(answer: dict[str, Any]) -> str:
    if answer["reason"] == "kind" and not answer["kind"]:
        return _("This is not a picture that can be opened. Send a PNG, JPEG or WebP file.")
    sentences = {
        "kind": _("This file is %(kind)s; PNG, JPEG and WebP can be taken. Save it as one of them and send that."),
        "moves": _("This picture moves. Save one moment of it and send that."),
        "pixels": _("The picture has %(width)d × %(height)d pixels; at most %(most)d million can be taken."),
        "small": _("The picture has %(width)d × %(height)d pixels; each side needs at least %(least)d."),
        "square": _("The mask has %(width)d × %(height)d pixels; like the picture, it must be a square."),
        "opaque": _("Nothing in it is transparent: what is to be drawn anew has to be."),
        "crop": _("The square lies outside the picture, or has fewer than %(least)d pixels. Choose it again."),
        "patch": _("What was drawn did not arrive whole. It is sent again."),
        "memory": _("Opening this picture takes more memory than there is for one. Send a smaller one."),
        "time": _("Opening this picture took too long. Save it again, smaller, and send that."),
        "broken": _("This file is damaged and cannot be opened. Save the picture again and send that."),
    }
    return sentences[answer["reason"]] % answer
