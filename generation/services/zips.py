"""Many pictures as one file that is made while it is sent: never more of it in memory than one picture."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from uuid import UUID

from django.utils.translation import ngettext

from accounts.models import Person
from generation.models import Picture
from generation.services.access import pictures_for
from generation.services.downloads import Choice, can_sign, download

# A picture may take half a second to be made; one request is not to keep a core for longer than a minute or two.
MOST = 200


class TooMany(ValueError):
    """More than one file takes; the message says so, for the person who asked."""


def zip_of(*, person: Person, picture_ids: Sequence[UUID], choice: Choice) -> Iterator[bytes]:
    """Each picture as it is downloaded alone. What stands against it is said before the first byte."""
    pictures = pictures_for(person=person, picture_ids=picture_ids)
    over = len(pictures) - MOST
    if over > 0:
        words = ngettext(
            "%(over)d picture too many: one file takes at most %(most)d.",
            "%(over)d pictures too many: one file takes at most %(most)d.",
            over,
        )
        raise TooMany(words % {"over": over, "most": MOST})
    can_sign()
    return _packed(pictures, choice)


def _packed(pictures: Sequence[Picture], choice: Choice) -> Iterator[bytes]:
    window, taken = Window(), set[str]()
    # Pictures are pressed already; to press them again would only take time.
    with zipfile.ZipFile(window, "w", zipfile.ZIP_STORED) as packed:
        for picture in pictures:
            file = download(picture=picture, choice=choice)
            name = free_name(file.name, taken)
            moment = picture.created.timetuple()[:6]
            packed.writestr(zipfile.ZipInfo(name, date_time=moment), file.data)
            yield window.take()
    yield window.take()


def free_name(name: str, taken: set[str]) -> str:
    """Numbered where another one has it, also for systems that take A and a for one."""
    path, number, free = PurePosixPath(name), 1, name
    while free.casefold() in taken:
        number += 1
        free = f"{path.stem} ({number}){path.suffix}"
    taken.add(free.casefold())
    return free


class Window(io.BytesIO):
    """The end of a file whose beginning was sent already. What is written last may still be gone back to: so each
    entry says its length at its head, as old unpackers want it."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = 0

    def tell(self) -> int:
        return self.sent + super().tell()

    def seek(self, place: int, whence: int = io.SEEK_SET) -> int:
        return self.sent + super().seek(place - self.sent if whence == io.SEEK_SET else place, whence)

    def take(self) -> bytes:
        data = self.getvalue()
        self.sent += len(data)
        super().seek(0)
        self.truncate()
        return data
