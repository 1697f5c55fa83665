"""`make wheels`: asks the package index whether every package has a wheel for each system and Python we name.

Nothing is installed. A package that comes only as source would need a compiler on its reader's machine, which
`make run` does not ask for.
"""

import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHONS = ("3.11", "3.12", "3.13")
# Wheels name the oldest system they run on; pip takes those older than the one it is told.
SYSTEMS = {
    "Linux x86-64": [f"manylinux_2_{minor}_x86_64" for minor in range(36, 16, -1)]
    + ["manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64"],
    "Linux arm64": [f"manylinux_2_{minor}_aarch64" for minor in range(36, 16, -1)] + ["manylinux2014_aarch64"],
    "macOS arm64": [f"macosx_{major}_0_{kind}" for major in range(14, 10, -1) for kind in ("arm64", "universal2")]
    + [f"macosx_10_{minor}_universal2" for minor in range(16, 8, -1)],
}


@dataclass(frozen=True)
class Question:
    what: str
    system: str
    python: str
    packages: tuple[str, ...]


def questions() -> list[Question]:
    everything = pinned("deploy/constraints.txt")
    groups = {
        "torch": tuple(line for line in everything if line.startswith("torch==")),
        "the rest": tuple(line for line in everything if not line.startswith("torch==")),
    }
    return [
        Question(what, system, python, packages)
        for what, packages in groups.items()
        for system in SYSTEMS
        for python in PYTHONS
    ]


def pinned(name: str) -> list[str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def ask(question: Question) -> tuple[Question, str]:
    """Empty words mean that all have wheels.

    Asked one by one, without what lies beneath: constraints.txt holds that already, and pip would judge conditions
    such as "only on Linux" by the machine that asks, not by the one it is asked about.
    """
    with tempfile.TemporaryDirectory() as folder:
        answer = subprocess.run(
            [
                *(sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--target", folder, "-q"),
                *("--no-deps", "--only-binary=:all:", "--implementation", "cp", "--python-version", question.python),
                *(word for name in SYSTEMS[question.system] for word in ("--platform", name)),
                *question.packages,
            ],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    if answer.returncode == 0:
        return question, ""
    lines = re.findall(r"^ERROR: (.+)$", answer.stderr, re.MULTILINE)
    return question, lines[-1] if lines else answer.stderr.strip()[-300:]


def main() -> int:
    with ThreadPoolExecutor(max_workers=2) as pool:
        answers = list(pool.map(ask, questions()))
    print(f"{'packages':<12}{'system':<15}" + "".join(f"{'Python ' + python:<14}" for python in PYTHONS))
    for what in dict.fromkeys(question.what for question, _ in answers):
        for system in SYSTEMS:
            row = [words for question, words in answers if (question.what, question.system) == (what, system)]
            print(f"{what:<12}{system:<15}" + "".join(f"{'missing' if words else 'wheels':<14}" for words in row))
    missing = [(question, words) for question, words in answers if words]
    for question, words in missing:
        print(f"\n{question.what}, {question.system}, Python {question.python}: {words}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
