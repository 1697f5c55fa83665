"""deploy/python: which Python is taken, and what is said where there is none."""

import os
import subprocess
from pathlib import Path

import pytest

from .checkout import ROOT, program


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A PATH with a shell's few tools and no Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("tail", "cat"):
        for place in ("/usr/bin", "/bin"):
            if os.access(f"{place}/{name}", os.X_OK) and not (folder / name).exists():
                (folder / name).symlink_to(f"{place}/{name}")
    return folder


def fake(path: Path, name: str, version: str, *, missing: str = "") -> None:
    """A Python that answers as this version would, and says its own name when it is asked to run something."""
    major, minor = version.split(".")
    fits = "0" if (3, 11) <= (int(major), int(minor)) <= (3, 13) else "1"
    lacks = f"echo \"ModuleNotFoundError: No module named '{missing}'\" >&2; exit 1" if missing else "exit 0"
    program(
        path / name,
        f"""#!/bin/sh
case "$2" in
    *sys.exit*) exit {fits} ;;
    *ensurepip*) {lacks} ;;
    *print*) echo {version}; exit 0 ;;
esac
echo "{name} $*"
""",
    )


def find(path: Path, **settings: str) -> tuple[int, str, str]:
    run = subprocess.run(
        ["/bin/sh", str(ROOT / "deploy" / "python"), "-m", "deploy.setup", "run"],
        env={"PATH": str(path), **settings},
        capture_output=True,
        text=True,
    )
    return run.returncode, run.stdout.strip(), run.stderr


def test_the_usual_python_is_taken_where_it_fits(path: Path) -> None:
    fake(path, "python3", "3.12")
    fake(path, "python3.13", "3.13")
    assert find(path) == (0, "python3 -m deploy.setup run", "")


@pytest.mark.parametrize("usual", ["3.9", "3.14"])
def test_one_that_is_too_old_or_too_new_is_passed_over(path: Path, usual: str) -> None:
    fake(path, "python3", usual)
    fake(path, "python3.11", "3.11")
    assert find(path)[1] == "python3.11 -m deploy.setup run"


def test_a_version_managers_shim_that_only_complains_is_passed_over(path: Path) -> None:
    program(path / "python3.13", "#!/bin/sh\necho 'python3.13: command not found' >&2\nexit 127\n")
    fake(path, "python3.12", "3.12")
    assert find(path)[1] == "python3.12 -m deploy.setup run"


def test_none_is_said_with_what_to_install(path: Path) -> None:
    fake(path, "python3", "3.9")
    code, _, words = find(path)
    assert code == 1
    assert "needs Python 3.11, 3.12 or 3.13" in words and "sudo apt install python3 python3-venv" in words


def test_debians_python_without_venv_is_said_with_its_package(path: Path) -> None:
    fake(path, "python3", "3.11", missing="ensurepip")
    code, _, words = find(path)
    assert code == 1
    assert "sudo apt install python3.11-venv" in words


def test_a_whole_one_is_taken_before_a_usual_one_without_venv(path: Path) -> None:
    fake(path, "python3", "3.11", missing="ensurepip")
    fake(path, "python3.12", "3.12")
    assert find(path)[1] == "python3.12 -m deploy.setup run"


def test_a_named_one_is_the_only_one_asked(path: Path) -> None:
    fake(path, "python3", "3.11")
    fake(path, "mine", "3.13")
    assert find(path, PYTHON="mine")[1] == "mine -m deploy.setup run"
    code, _, words = find(path, PYTHON="nonesuch")
    assert code == 1 and "PYTHON=nonesuch is not a Python 3.11, 3.12 or 3.13" in words
