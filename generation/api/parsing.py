"""The body of a request as fields and files, whichever of three ways it was written in."""

import json
from dataclasses import dataclass, field
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl

from generation.api.errors import bad

MOST_PARTS = 100
NOT_JSON = (
    "We could not parse the JSON body of your request. Send a JSON object, such as "
    '{"prompt": "a white cat"}, with Content-Type: application/json.'
)
CUT = "The multipart body ends too early: its last boundary is missing."


@dataclass
class Form:
    """What was sent: `fields` by name, and files, of which a name may have several."""

    fields: dict[str, Any] = field(default_factory=dict)
    files: dict[str, list[bytes]] = field(default_factory=dict)
    typed: bool = True
    """Whether numbers arrive as numbers: in a form all is text."""


def parse(content_type: str, body: bytes) -> Form:
    kind, parameters = _content_type(content_type)
    if kind == "multipart/form-data":
        return _multipart(parameters.get("boundary", ""), body)
    if kind == "application/x-www-form-urlencoded" and not body.lstrip().startswith(b"{"):
        return Form(fields=dict(parse_qsl(_text(body), keep_blank_values=True)), typed=False)
    # Whatever it is called: what reads as JSON is understood.
    return Form(fields=_json(body))


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body.decode("utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise bad(NOT_JSON) from None
    if not isinstance(found, dict):
        raise bad(NOT_JSON)
    return found


def _no_number(name: str) -> None:
    raise ValueError(name)


def _multipart(boundary: str, body: bytes) -> Form:
    """By hand: Django's own parser takes a body that was cut in the middle for a whole one, and a file that has no
    name for text."""
    if not boundary:
        raise bad("The Content-Type multipart/form-data has no boundary. Let your HTTP library write that header.")
    mark = b"\r\n--" + boundary.encode("latin-1", "replace")
    _preamble, *parts = (b"\r\n" + body).split(mark)
    if not parts or not parts[-1].startswith(b"--"):
        raise bad(CUT)
    if len(parts) > MOST_PARTS:
        raise bad(f"The multipart body has more than {MOST_PARTS} parts.")
    form = Form(typed=False)
    for part in parts[:-1]:
        head, blank, content = part.partition(b"\r\n\r\n")
        if not blank:
            raise bad("A part of the multipart body has no end of its headers.")
        _add(form, _disposition(head), content)
    return form


def _add(form: Form, said: dict[str, str], content: bytes) -> None:
    name = said.get("name", "")
    if not name:
        raise bad("A part of the multipart body has no name.")
    plain = name.removesuffix("[]")
    if "filename" in said or plain in ("image", "mask"):
        form.files.setdefault(plain, []).append(content)
    else:
        form.fields[name] = _text(content)


def _disposition(head: bytes) -> dict[str, str]:
    for line in head.decode("utf-8", "replace").split("\r\n"):
        name, _colon, value = line.partition(":")
        if name.strip().lower() == "content-disposition":
            return _content_type(value.strip())[1]
    return {}


def _content_type(header: str) -> tuple[str, dict[str, str]]:
    message = Message()
    message["content-type"] = header.replace("\r", " ").replace("\n", " ")
    found = message.get_params(failobj=[]) or [("", "")]
    parameters = {name.lower(): value for name, value in found[1:]}
    return found[0][0].lower(), parameters


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise bad("The request holds text that is not UTF-8.") from None
