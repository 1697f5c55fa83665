"""What this site signs and marks with: the certificate, its key and the key of the invisible mark. (decision 22)

They lie in one folder, apart from SECRET_KEY: that may be changed at any time, and marks are to be read for years.
"""

import os
import secrets
import shutil
import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from generation.origin import certificate as certificates
from generation.origin.certificate import BadCertificate, Certificate

NAME = "Tessera"
MISSING = "This site has no certificate to sign downloads with: {file} is not there."
NO_MARK_KEY = "This site has no key for the invisible mark: neither TESSERA_MARK_KEY nor {file} is there."


def certificate() -> Certificate:
    """The one that signs now. Read again when its files change."""
    chain, key = settings.ORIGIN_CERTIFICATE, settings.ORIGIN_KEY
    for file in (chain, key):
        if not file.is_file():
            raise BadCertificate(MISSING.format(file=file))
    found = _loaded(chain, key, chain.stat().st_mtime_ns, key.stat().st_mtime_ns)
    if found.ends < datetime.now(UTC):
        raise BadCertificate(f"The certificate ended on {found.ends:%d %B %Y}.")
    return found


def mark_keys() -> tuple[bytes, ...]:
    """The first marks; all of them are looked for."""
    words = settings.MARK_KEYS or _lines(settings.ORIGIN_FOLDER / "mark-key")
    if not words:
        raise BadCertificate(NO_MARK_KEY.format(file=settings.ORIGIN_FOLDER / "mark-key"))
    return tuple(word.encode() for word in words)


def trusted() -> tuple[str, tuple[str, ...]]:
    """Anchors, and the numbers of the certificates that are or were ours. Without a certificate, none."""
    known: list[tuple[str, str]] = []
    with suppress(BadCertificate):
        now = certificate()
        known.append((now.serial, now.anchor))
    with suppress(OSError):
        known += certificates.earlier(settings.ORIGIN_EARLIER.read_text())
    return "\n".join(dict.fromkeys(anchor for _, anchor in known)), tuple(serial for serial, _ in known)


def make_origin() -> bool:
    """Makes what is missing, and never writes over anything. True if something was made."""
    folder: Path = settings.ORIGIN_FOLDER
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".origin-", dir=folder.parent))
    try:
        if settings.ORIGIN_CERTIFICATE.parent == folder == settings.ORIGIN_KEY.parent and not (
            settings.ORIGIN_CERTIFICATE.exists() or settings.ORIGIN_KEY.exists()
        ):
            chain, key = certificates.make(name=NAME)
            _write(made / settings.ORIGIN_KEY.name, key)
            _write(made / settings.ORIGIN_CERTIFICATE.name, chain)
        if not settings.MARK_KEYS and not (folder / "mark-key").exists():
            _write(made / "mark-key", secrets.token_urlsafe(48) + "\n")
        return any(made.iterdir()) and _moved(made, folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _moved(made: Path, folder: Path) -> bool:
    """Whole at once where there is no folder yet, so that a key never stands without its certificate."""
    with suppress(OSError):
        made.rename(folder)
        return True
    for file in sorted(made.iterdir(), reverse=True):
        with suppress(FileExistsError):
            os.link(file, folder / file.name)
    return True


def _write(file: Path, text: str) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as out:
        out.write(text)


def _lines(file: Path) -> list[str]:
    with suppress(OSError):
        return file.read_text().split()
    return []


@lru_cache(maxsize=4)
def _loaded(chain: Path, key: Path, *_changed: int) -> Certificate:
    return certificates.load(chain=chain, key=key)
