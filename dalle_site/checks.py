"""System checks: what would fail later is said at the start, with an id and a hint."""

import re
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning


def data_folder(**_: Any) -> list[CheckMessage]:
    folder = settings.DATA
    if folder.exists() and not folder.is_dir():
        return [Error(f"TESSERA_DATA names {folder}, which is not a folder.", hint="Name a folder.", id="tessera.E001")]
    return []


def engine_name(**_: Any) -> list[CheckMessage]:
    if re.fullmatch(r"[a-z][a-z0-9_]*", settings.ENGINE):
        return []
    return [
        Error(
            f"TESSERA_ENGINE is {settings.ENGINE!r}, which cannot be the name of an engine.",
            hint="`bundled` ships with the code.",
            id="tessera.E002",
        )
    ]


def public_site(**_: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if settings.DEBUG and not settings.EMBEDDED:
        found.append(
            Error("DEBUG is on in full mode: errors would show secrets.", hint="Unset DEBUG.", id="tessera.E003")
        )
    if not settings.EMBEDDED and len(settings.SECRET_KEY) < 32:
        found.append(
            Error("SECRET_KEY is shorter than 32 characters.", hint="Use a long random text.", id="tessera.E004")
        )
    if "*" in settings.ALLOWED_HOSTS:
        found.append(
            Warning(
                "ALLOWED_HOSTS accepts any name, so sockets from any site are accepted too.",
                hint="List the names that people type.",
                id="tessera.W001",
            )
        )
    return found
