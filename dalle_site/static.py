"""Static files: hashed names that browsers may keep for ever, and the npm files that the pages use."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class ManifestStorage(CompressedManifestStaticFilesStorage):
    # ES modules import each other by relative paths; those must name the hashed files.
    support_js_module_import_aggregation = True


def browser_files() -> dict[str, Path]:
    """What package.json says pages may load: the public name, and the file in node_modules."""
    listed = json.loads((settings.BASE_DIR / "package.json").read_text())["tessera"]["browser"]
    return {name: settings.BASE_DIR / "node_modules" / path for name, path in listed.items()}


class NpmFinder(BaseFinder):
    """Serves the few files of npm packages that pages load, instead of whole packages or copies in git."""

    def find(self, path: str, find_all: bool = False, **_: Any) -> Any:
        found = browser_files().get(path)
        if found is None or not found.is_file():
            return []
        return [str(found)] if find_all else str(found)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for name, file in browser_files().items():
            yield name, _OneFile(name, file)


class _OneFile(FileSystemStorage):
    """collectstatic reads by the public name; this storage knows where that file lies."""

    def __init__(self, name: str, file: Path) -> None:
        super().__init__(location=str(file.parent))
        self.prefix = ""
        self._name, self._file = name, file

    def path(self, name: str) -> str:
        return str(self._file)
