"""Where set-up keeps things, how it speaks, and how it runs the installers."""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOM_NEEDED = 3 * 1024**3


def say(sentence: str) -> None:
    print(sentence, flush=True)


def fingerprint(*parts: Path | str) -> str:
    """One hash over files (by content) and words: what a stamp holds, so that a change is noticed and nothing else."""
    digest = hashlib.sha256()
    for part in parts:
        content = part.read_bytes() if isinstance(part, Path) else part.encode()
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()


class Project:
    """A checkout of Tessera, with the places that set-up fills."""

    def __init__(self, root: Path = ROOT, *, lock: int | None = None) -> None:
        self.root = root
        self.environment = root / ".venv"
        self.python = self.environment / "bin" / "python"
        self.stamps = self.environment / ".tessera"
        self.log = self.stamps / "setup.log"
        self.modules = root / "node_modules"
        self.lock = lock

    def run(
        self,
        command: Sequence[str | os.PathLike[str]],
        *,
        environment: Mapping[str, str] | None = None,
        progress: Callable[[str], None] | None = None,
    ) -> tuple[int, str]:
        """Runs an installer from the project's root; answers its exit status and all that it printed.

        Its output goes to .venv/.tessera/setup.log too, and stays off the terminal.
        """
        arguments = [os.fspath(part) for part in command]
        lines: list[str] = []
        child = subprocess.Popen(
            arguments,
            cwd=self.root,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            pass_fds=() if self.lock is None else (self.lock,),
        )
        assert child.stdout is not None
        try:
            for line in child.stdout:
                lines.append(line)
                if progress is not None:
                    progress(line)
        except BaseException:
            child.terminate()
            child.wait()
            raise
        code = child.wait()
        self._write_log(arguments, code, lines)
        return code, "".join(lines)

    def _write_log(self, arguments: list[str], code: int, lines: list[str]) -> None:
        try:
            with self.log.open("a", encoding="utf-8") as log:
                log.write(f"$ {' '.join(arguments)}\n{''.join(lines)}exit status {code}\n\n")
        except OSError:
            # A log that cannot be written (no environment yet, a full disk) must not hide the installer's own words.
            return


class Ticker:
    """Shows that a long step is alive: in place on a terminal, a sentence every 20 seconds elsewhere."""

    def __init__(self) -> None:
        self.live = sys.stdout.isatty()
        self.last = time.monotonic()
        self.shown = False

    def __call__(self, line: str) -> None:
        words = line.split()
        if len(words) < 2 or words[0] not in ("Collecting", "Downloading", "Using", "Installing", "Building"):
            return
        if self.live:
            print(f"\r\033[K  {line.strip()[:76]}", end="", flush=True)
            self.shown = True
        elif time.monotonic() - self.last > 20:
            self.last = time.monotonic()
            say(f"  still at it: {line.strip()[:70]}")

    def done(self) -> None:
        if self.shown:
            print("\r\033[K", end="", flush=True)
