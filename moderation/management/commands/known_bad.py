"""Lists of pictures that are not taken: `manage.py known_bad import FILE`, `manage.py known_bad export > FILE`."""

from pathlib import Path
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand, CommandParser

from moderation import services


class Command(BaseCommand):
    help = "Bring in or hand out hashes of known-bad pictures: CSV with kind, hash, category and source."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=("import", "export"))
        parser.add_argument("file", type=Path, nargs="?")

    def handle(self, *args: Any, what: str, file: Path | None, **_: Any) -> None:
        if what == "export":
            self.stdout.write(services.export_known_bad(), ending="")
            return
        if file is None:
            raise CommandError("Name the file to bring in.")
        try:
            with file.open(encoding="utf-8", newline="") as lines:
                new = services.import_known_bad(lines=lines, source=file.name)
        except (OSError, services.BadList) as wrong:
            raise CommandError(str(wrong)) from wrong
        self.stdout.write(f"{new} new.")
