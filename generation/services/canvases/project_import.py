"""A project file that somebody brings: it may be damaged, or made to do harm. All of it comes in or nothing.

Nothing is unpacked onto a disk, and no name in it is a path to us. What it says of sizes is held against limits before
anything is read, and against what is read after that. Patches go through the child that opens uploads; the log is done
anew, command by command, as if it were drawn.
"""

import hashlib
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Person
from generation.canvas.commands import BadCommand, Command, patches_of, read
from generation.models import Canvas
from generation.services.canvases.access import NoRoom, check_number
from generation.services.canvases.keeping import create_canvas
from generation.services.canvases.log import MOST_ENTRIES, Full, Told, append_all
from generation.services.canvases.patches import MOST_BYTES, MOST_FILES, BadPatch, MissingPatches, store_patches
from generation.services.canvases.project import FACTS, FORMAT, LOG, PATCHES
from generation.services.labels import NAME_LIMIT, BadLabel

MOST_FACTS_BYTES = 100_000
MOST_LOG_BYTES = 64_000_000
MOST_LINE_BYTES = 200_000
MOST_PATCHES_IN_A_PROJECT = 120_000
# As in patches.py: of one that a browser draws, raw and a little more.
MOST_PATCH_BYTES = 5_000_000

# The end of a ZIP: how many bytes its list of contents has. Read first, because that list is read whole.
END, END_64 = struct.Struct("<4s4H2LH"), struct.Struct("<4sQ2H2L4Q")
LOCATOR_SIZE = 20
LEAST_LISTED = 46

_PATCH = re.compile(re.escape(PATCHES) + r"([0-9a-f]{64})\.png")


class BadProject(ValueError):
    """The file is not taken, and nothing of it was kept; the message says why, for the person."""


def import_project(*, person: Person, file: IO[bytes]) -> Canvas:
    """A new canvas with the whole history of the other."""
    check_number(person)
    try:
        with _opened(file) as archive:
            facts, told = _facts(archive), _log(archive)
            _bring_patches(person, archive, {name for _id, command in told for name, *_size in patches_of(command)})
        with transaction.atomic():
            canvas = create_canvas(person=person, name=_name(facts))
            append_all(canvas, told)
    except (BadCommand, BadPatch, BadLabel, MissingPatches) as wrong:
        raise BadProject(_damaged()) from wrong
    # What a broken file makes of zipfile, zlib and json.
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, KeyError, TypeError, NotImplementedError) as wrong:
        if isinstance(wrong, BadProject | NoRoom):
            raise
        raise BadProject(_damaged()) from wrong
    except (RecursionError, RuntimeError, struct.error, OverflowError) as wrong:
        raise BadProject(_damaged()) from wrong
    except Full as full:
        raise BadProject(_("This project has more steps than a canvas can hold.")) from full
    canvas.refresh_from_db()
    return canvas


def _opened(file: IO[bytes]) -> zipfile.ZipFile:
    file.seek(0, 2)
    size = file.tell()
    if size > settings.PROJECT_LIMIT:
        words = _("The project file is too large; at most %(most)d MB can be taken.")
        raise BadProject(words % {"most": settings.PROJECT_LIMIT // 1_000_000})
    tail = END_64.size + LOCATOR_SIZE + END.size
    file.seek(max(0, size - tail))
    end = file.read()
    if len(end) < END.size or end[-END.size : -END.size + 4] != b"PK\5\6" or end[-2:] != b"\0\0":
        raise BadProject(_damaged() if end else _("The file is empty."))
    listed = END.unpack(end[-END.size :])[5]
    if end[-END.size - LOCATOR_SIZE :][:4] == b"PK\6\7" and len(end) == tail:
        listed = END_64.unpack(end[: END_64.size])[8]
    file.seek(0)
    # A name of ours makes a line in the list that is twice as long as the least, and a little more.
    if listed > (MOST_PATCHES_IN_A_PROJECT + 2) * 3 * LEAST_LISTED or listed > size:
        raise BadProject(_damaged())
    archive = zipfile.ZipFile(file)
    names = archive.namelist()
    known = [name for name in names if name in (FACTS, LOG) or _PATCH.fullmatch(name)]
    if len(set(names)) < len(names) or len(known) < len(names) or not {FACTS, LOG} <= set(names):
        raise BadProject(_("This is not a project file of a canvas."))
    return archive


def _content(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """Never more than it may have, whatever it says of itself. Its check sum is looked at when it ends."""
    info = archive.getinfo(name)
    if info.file_size > most:
        raise BadProject(_damaged())
    with archive.open(info) as packed:
        content = packed.read(most + 1)
    if len(content) != info.file_size:
        raise BadProject(_damaged())
    return content


def _facts(archive: zipfile.ZipFile) -> dict[str, Any]:
    facts = json.loads(_content(archive, FACTS, MOST_FACTS_BYTES))
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise BadProject(_("This is not a project file of a canvas."))
    return facts


def _name(facts: dict[str, Any]) -> str:
    return str(facts.get("name", ""))[:NAME_LIMIT] or _("Untitled")


def _log(archive: zipfile.ZipFile) -> Told:
    """As `read` knows them: a log of earlier days is written in forms of earlier days."""
    if archive.getinfo(LOG).file_size > MOST_LOG_BYTES:
        raise BadProject(_("This project has more steps than a canvas can hold."))
    told: list[tuple[UUID, Command]] = []
    with archive.open(LOG) as packed:
        # A line longer than that is not whole, and so no JSON.
        while line := packed.readline(MOST_LINE_BYTES):
            told.append(read(json.loads(line)))
            if len(told) > MOST_ENTRIES:
                raise BadProject(_("This project has more steps than a canvas can hold."))
    if len({command_id for command_id, _command in told}) < len(told):
        raise BadProject(_damaged())
    return told


def _bring_patches(person: Person, archive: zipfile.ZipFile, named: set[str]) -> None:
    """What the log names. Stored before the canvas is: should it come to nothing, they are swept away in a day."""
    for files in _portions(archive, sorted(named)):
        store_patches(person=person, files=files)


def _portions(archive: zipfile.ZipFile, named: list[str]) -> Iterator[dict[str, bytes]]:
    files: dict[str, bytes] = {}
    for name in named:
        if len(files) == MOST_FILES or sum(map(len, files.values())) > MOST_BYTES - MOST_PATCH_BYTES:
            yield files
            files = {}
        files[name] = _content(archive, f"{PATCHES}{name}.png", MOST_PATCH_BYTES)
        if hashlib.sha256(files[name]).hexdigest() != name:
            raise BadProject(_damaged())
    if files:
        yield files


def _damaged() -> str:
    return _("This project file is damaged, so nothing was brought in. Export it once more and bring that.")
