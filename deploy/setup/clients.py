"""What the conformance suite drives: official clients of the Images API in pinned versions, each in an environment of
its own, since no two of them want the same packages. They lie in var/clients, and only the tests have them."""

import sys
from pathlib import Path

from .browser_libraries import npm_command
from .failure import SetupFailed, explain_output
from .project import Project, Ticker, fingerprint, say

LOCKS = "tests/conformance/locks"
NPM = "tests/conformance/npm"


def locks(project: Project) -> list[Path]:
    """One file an environment: every package of it with its checksums."""
    return sorted((project.root / LOCKS).glob("*.txt"))


def client_python(project: Project, name: str) -> Path:
    return project.root / "var" / "clients" / name / "bin" / "python"


def clients_are_there(project: Project) -> bool:
    return all(_is_there(project, lock) for lock in locks(project)) and _modules_are_there(project)


def install_clients(project: Project) -> None:
    missing = [lock for lock in locks(project) if not _is_there(project, lock)]
    if missing:
        say(f"Installing what the conformance suite drives: {', '.join(lock.stem for lock in missing)}.")
    for lock in missing:
        _install(project, lock)
    if not _modules_are_there(project):
        _install_modules(project)


def _install(project: Project, lock: Path) -> None:
    """Made anew each time, without a pip of its own: ours writes into it."""
    python = client_python(project, lock.stem)
    folder = python.parents[1]
    steps: tuple[list[str | Path], ...] = (
        [sys.executable, "-m", "venv", "--clear", "--without-pip", folder],
        [project.python, "-m", "pip", "--python", python, "install", "--require-hashes", "--no-deps", "-r", lock],
    )
    ticker = Ticker()
    for step in steps:
        code, output = project.run(step, environment={"PIP_USER": "0", "PIP_NO_INPUT": "1"}, progress=ticker)
        if code != 0:
            raise SetupFailed(explain_output(output, what=f"packages of {lock.stem}", place=str(project.root)))
    ticker.done()
    _stamp(folder).write_text(_wanted(lock))


def _install_modules(project: Project) -> None:
    say("Fetching the official JavaScript client (npm).")
    command = [*npm_command(project), "ci", "--prefix", NPM, "--ignore-scripts", "--no-audit", "--no-fund"]
    code, output = project.run(command)
    if code != 0:
        raise SetupFailed(explain_output(output, what="JavaScript client", place=str(project.root)))
    _modules_stamp(project).write_text(_modules_wanted(project))


def _is_there(project: Project, lock: Path) -> bool:
    python = client_python(project, lock.stem)
    stamp = _stamp(python.parents[1])
    return python.exists() and stamp.is_file() and stamp.read_text() == _wanted(lock)


def _modules_are_there(project: Project) -> bool:
    if not (project.root / NPM / "package-lock.json").is_file():
        return True
    stamp = _modules_stamp(project)
    return stamp.is_file() and stamp.read_text() == _modules_wanted(project)


def _stamp(folder: Path) -> Path:
    return folder / ".tessera"


def _modules_stamp(project: Project) -> Path:
    return project.root / NPM / "node_modules" / ".tessera"


def _wanted(lock: Path) -> str:
    return fingerprint(lock, "{}.{}".format(*sys.version_info))


def _modules_wanted(project: Project) -> str:
    return fingerprint(*(project.root / NPM / name for name in ("package.json", "package-lock.json", ".npmrc")))
