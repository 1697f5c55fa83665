"""The Python environment in .venv: made once, made anew when it is half-made or its Python went away."""

import os
import shutil
import sys
from pathlib import Path

from .failure import SetupFailed, explain_output
from .project import ROOM_NEEDED, Project, Ticker, say

# The pip that comes with older Pythons downloads whole packages in a dry run, gigabytes of them for torch.
PIP = "pip==26.3"

_ASK = "import sys, pip; print(*sys.version_info[:2], sep='.')"


def busy_mark(project: Project) -> Path:
    """Stands while packages are being written. Found at the start of a set-up, it means that the last one was cut off:
    pip may then take a half-copied package for an installed one, so the environment is made anew."""
    return project.stamps / "busy"


def make_environment(project: Project) -> None:
    """Leaves a working .venv with the pip we know, and the busy mark set, for packages are written next."""
    if project.environment.exists() and (busy_mark(project).exists() or not _usable(project)):
        say("The Python environment in .venv is unfinished or broken; making it anew.")
        _remove(project.environment)
    whole = project.environment.exists()
    project.stamps.mkdir(parents=True, exist_ok=True)
    busy_mark(project).touch()
    if not whole:
        _make(project)
    _bring_pip(project)


def _usable(project: Project) -> bool:
    if not os.access(project.python, os.X_OK):
        return False
    code, output = project.run([project.python, "-c", _ASK])
    return code == 0 and output.strip() in ("3.11", "3.12", "3.13")


def _make(project: Project) -> None:
    free = shutil.disk_usage(project.root).free
    if free < ROOM_NEEDED:
        raise SetupFailed(
            f"Only {free / 1024**3:.1f} GB are free on this disk; the first set-up needs about "
            f"{ROOM_NEEDED / 1024**3:.0f} GB. Free some and run this again."
        )
    version = ".".join(str(part) for part in sys.version_info[:3])
    say(f"Making the Python environment in .venv (Python {version}).")
    code, output = project.run([sys.executable, "-m", "venv", project.environment])
    if code != 0:
        raise SetupFailed(explain_output(output, what="Python environment", place=str(project.root)))


def _bring_pip(project: Project) -> None:
    wanted = PIP.partition("==")[2]
    code, output = project.run([project.python, "-c", "import pip; print(pip.__version__)"])
    if code == 0 and output.strip() == wanted:
        return
    code, output = pip(project, "install", PIP)
    if code != 0:
        release_if_untouched(project, output)
        raise SetupFailed(explain_output(output, what="Python packages", place=str(project.root)))


def pip(project: Project, verb: str, *arguments: str) -> tuple[int, str]:
    """One run of the environment's pip; answers its exit status and its words."""
    ticker = Ticker()
    # As root pip warns about root, which a private environment makes moot; PIP_USER of a person would defeat it.
    quiet = {
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
        "PIP_USER": "0",
    }
    options = ["--retries", "2", "--progress-bar", "off"] if verb == "install" else []
    code, output = project.run(
        [project.python, "-m", "pip", verb, *options, *arguments], environment=quiet, progress=ticker
    )
    ticker.done()
    return code, output


def release_if_untouched(project: Project, output: str) -> None:
    """pip downloads everything before it writes anything; where it failed earlier, the environment is still whole."""
    if "Installing collected packages" not in output:
        busy_mark(project).unlink(missing_ok=True)


def _remove(folder: Path) -> None:
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)
