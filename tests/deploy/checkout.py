"""A small checkout whose installers are scripts of ours: set-up runs for real, nothing is downloaded."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Stands in for the environment's Python. What it is asked for, it notes; what it answers is in files beside it.
PYTHON = """#!/bin/sh
here=$(dirname "$0")
echo "$*" >> "$here/asked"
case "$*" in
    "-c import sys, pip"*) echo "${FAKE_PYTHON_VERSION:-3.11}"; exit 0 ;;
    "-c import pip"*) echo 26.3; exit 0 ;;
    "-m dalle_site.embedded") echo "served on port ${PORT:-8000}"; exit 0 ;;
esac
case "$*" in
    *--report*) for word in $*; do case "$last" in --report) cp "$here/report.json" "$word" ;; esac; last=$word; done ;;
esac
for stage in report index-url requirements.txt client-1.0; do
    case "$*" in
        *--$stage*|*"-r $stage"*|*/$stage.txt*)
            if [ -f "$here/fail-$stage" ]; then cat "$here/fail-$stage"; exit 1; fi ;;
    esac
done
[ -n "$FAKE_SLOW" ] && sleep "$FAKE_SLOW"
exit 0
"""

NPM = """#!/bin/sh
here=$(dirname "$0")
echo "$*" >> "$here/npm-asked"
[ -f "$here/fail-npm" ] && { cat "$here/fail-npm"; exit 1; }
mkdir -p node_modules
"""


# Whether the machine has an NVIDIA driver is the test's to say, not the machine's.
ENTRY = """
import sys
from deploy.setup import packages
packages.nvidia_driver = lambda: {driver}
from deploy.setup.__main__ import main
sys.exit(main([{verb!r}]))
"""


class Checkout:
    driver = False

    def __init__(self, folder: Path) -> None:
        self.root = folder / "tessera"
        self.tools = folder / "tools"
        self.tools.mkdir(parents=True)
        shutil.copytree(ROOT / "deploy", self.root / "deploy", ignore=shutil.ignore_patterns("__pycache__"))
        (self.root / "tests").mkdir()
        for name in ("requirements.txt", "tests/requirements.txt", "package.json", "package-lock.json", ".npmrc"):
            shutil.copy(ROOT / name, self.root / name)
        self.bin = self.root / ".venv" / "bin"
        self.bin.mkdir(parents=True)
        program(self.bin / "python", PYTHON)
        program(self.tools / "npm", NPM)
        program(self.tools / "node", "#!/bin/sh\necho v24.1.0\n")
        self.pip_would_install("torch")

    def pip_would_install(self, *names: str) -> None:
        report = {"version": "1", "install": [{"metadata": {"name": name, "version": "1"}} for name in names]}
        (self.bin / "report.json").write_text(json.dumps(report))

    def fail(self, stage: str, words: str) -> None:
        folder = self.tools if stage == "npm" else self.bin
        (folder / f"fail-{stage}").write_text(words)

    def start(self, verb: str = "run", **settings: str) -> "subprocess.Popen[str]":
        environment = {
            "PATH": f"{self.tools}:/usr/bin:/bin",
            "PYTHONDONTWRITEBYTECODE": "1",
            **{name: os.environ[name] for name in ("TMPDIR", "LD_LIBRARY_PATH") if name in os.environ},
            **settings,
        }
        return subprocess.Popen(
            [sys.executable, "-c", ENTRY.format(driver=self.driver, verb=verb)],
            cwd=self.root,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def set_up(self, verb: str = "run", **settings: str) -> tuple[int, str, str]:
        child = self.start(verb, **settings)
        out, err = child.communicate(timeout=60)
        return child.returncode, out, err

    def asked(self) -> list[str]:
        """What pip was asked for since the last look."""
        notes = self.bin / "asked"
        lines = notes.read_text().splitlines() if notes.exists() else []
        notes.unlink(missing_ok=True)
        return [line.removeprefix("-m pip ") for line in lines if line.startswith("-m pip ")]


def program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)
