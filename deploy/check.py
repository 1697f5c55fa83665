"""`make check`: what green means, one line each, the quick part of it. `make test` is the rest."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from deploy.setup.browser_libraries import node_command
from deploy.setup.project import Project

ROOT = Path(__file__).resolve().parents[1]
LIMIT_SECONDS = 300
# Not the script beside it, which stops working when the folder is moved.
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"


@dataclass(frozen=True)
class Check:
    means: str
    command: Sequence[str]


def checks() -> list[Check]:
    """The slowest first: two run at a time."""
    python = sys.executable
    manage = [python, "manage.py"]
    javascript = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests/js").rglob("*.test.js"))
    return [
        Check("types agree (mypy, django-stubs)", [python, "-m", "mypy", "--no-error-summary"]),
        Check("every model has its migration", [*manage, "makemigrations", "--check", "--dry-run"]),
        Check("Django's and our system checks find nothing", [*manage, "check", "--fail-level", "WARNING"]),
        Check("no known unsafe call (bandit)", [python, "-m", "bandit", "-q", "-r", "-c", "pyproject.toml", *APPS]),
        Check(
            "borders between and inside the apps hold (import-linter)", [str(Path(python).with_name("lint-imports"))]
        ),
        Check("templates are sound (djlint)", [python, "-m", "djlint", "--lint", "--quiet", "templates"]),
        Check("the JavaScript tests pass", [*node_command(Project()), "--test", *javascript]),
        Check("Python code is sound (ruff)", [python, "-m", "ruff", "check", "--quiet", "."]),
        Check("Python code is formatted", [python, "-m", "ruff", "format", "--check", "--quiet", "."]),
        Check("short modules and views, no address of a registry or a machine", [python, "-m", "deploy.house_rules"]),
    ]


APPS = ("dalle_site", "accounts", "billing", "moderation", "generation", "gpu_worker", "deploy")


def run(check: Check) -> tuple[Check, bool, float, str]:
    began = time.monotonic()
    # No servers and none of an operator's data: what is checked is the code.
    dropped = ("DATABASE_URL", "REDIS_URL", "STORAGE_URL")
    environment = {name: value for name, value in os.environ.items() if name not in dropped}
    environment["TESSERA_DATA"] = tempfile.gettempdir() + "/tessera-check-has-no-data"
    try:
        answer = subprocess.run(
            check.command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )
        good, words = answer.returncode == 0, answer.stdout
    except subprocess.TimeoutExpired:
        good, words = False, f"did not end within {LIMIT_SECONDS} s"
    return check, good, time.monotonic() - began, words


def main() -> int:
    began = time.monotonic()
    red: list[tuple[Check, str]] = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        for check, good, seconds, words in pool.map(run, checks()):
            print(f"{'green' if good else 'RED  '} {seconds:5.1f} s  {check.means}", flush=True)
            if not good:
                red.append((check, words))
    for check, words in red:
        print(f"\n-- {check.means}\n   {' '.join(str(word) for word in check.command)}\n{words.rstrip()}")
    print(f"\n{len(red)} red" if red else "\nall green", f"in {time.monotonic() - began:.0f} s")
    return 1 if red else 0


if __name__ == "__main__":
    sys.exit(main())
