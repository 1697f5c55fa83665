"""The Python packages: what the requirements files name, at the versions of deploy/constraints.txt."""

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .environment import busy_mark, pip, release_if_untouched
from .failure import SetupFailed, explain_output
from .project import Project, fingerprint, say

# PyTorch's own index of builds without CUDA; the one address that may stand in this repository.
TORCH_INDEX = "https://download.pytorch.org/whl/cpu"

# Packages that are wanted for a file in them: what they ask for (other builds of OpenCV, video) stays away.
ALONE = "deploy/without_dependencies.txt"
RUN = ("requirements.txt",)
TEST = ("requirements.txt", "tests/requirements.txt")


def packages_stamp(project: Project, *, wanted: tuple[str, ...]) -> str:
    files = [project.root / name for name in (*wanted, ALONE, "deploy/constraints.txt")]
    return fingerprint(*files, "driver" if nvidia_driver() else "no driver")


def packages_are_there(project: Project, *, wanted: tuple[str, ...]) -> bool:
    """Only stamps are read: the second start must cost no time. The tests' packages include those of a run."""
    if not project.python.exists() or busy_mark(project).exists():
        return False
    for files in {wanted, TEST}:
        stamp = _stamp(project, files)
        if stamp.exists() and stamp.read_text() == packages_stamp(project, wanted=files):
            return True
    return False


def install_packages(project: Project, *, wanted: tuple[str, ...], settings: Mapping[str, str]) -> None:
    mark = busy_mark(project)
    mark.touch()
    if not any(project.environment.glob("lib/python3*/site-packages/django/__init__.py")):
        say("Installing the Python packages. The first time this downloads several hundred MB and takes some minutes.")
    else:
        say("Bringing the Python packages up to date.")
    install_torch(project, settings=settings)
    named = [part for name in wanted for part in ("-r", name)]
    for packages in (named, ["--no-deps", "-r", ALONE]):
        code, output = pip(project, "install", "-c", "deploy/constraints.txt", *packages)
        if code != 0:
            release_if_untouched(project, output)
            raise SetupFailed(explain_output(output, what="Python packages", place=str(project.root)))
    stamp = _stamp(project, wanted)
    stamp.write_text(packages_stamp(project, wanted=wanted))
    mark.unlink()


def nvidia_driver() -> bool:
    return Path("/proc/driver/nvidia").exists() or shutil.which("nvidia-smi") is not None


def install_torch(project: Project, *, settings: Mapping[str, str]) -> None:
    """Installs torch as the machine's own index gives it, unless that would bring CUDA to a machine without a driver.

    pip is asked first what it would install; only where `nvidia-*` packages are among it and nothing could use them,
    torch comes from TESSERA_TORCH_INDEX. Its other dependencies come with the requirements as always.
    """
    requirement = _torch_requirement(project)
    came_from_index = project.stamps / "torch-without-cuda"
    if nvidia_driver() and came_from_index.exists():
        say("This machine has an NVIDIA driver now; installing the build of PyTorch that uses it.")
        pip(project, "uninstall", "--yes", "torch")
        came_from_index.unlink()
    version = requirement.partition("==")[2]
    if any(project.environment.glob(f"lib/python3*/site-packages/torch-{version}*.dist-info")) or nvidia_driver():
        return
    report = project.stamps / "torch-report.json"
    report.unlink(missing_ok=True)
    code, output = pip(
        project, "install", "--dry-run", "--quiet", "--report", str(report), "-c", "deploy/constraints.txt", requirement
    )
    if code != 0:
        release_if_untouched(project, output)
        raise SetupFailed(explain_output(output, what="Python packages", place=str(project.root)))
    if not brings_cuda(json.loads(report.read_text(encoding="utf-8"))):
        return
    index = settings.get("TESSERA_TORCH_INDEX") or TORCH_INDEX
    say(f"No NVIDIA driver here, so PyTorch comes without CUDA (saving several GB), from {index}.")
    code, output = pip(project, "install", "--no-deps", "--index-url", index, requirement)
    if code != 0:
        release_if_untouched(project, output)
        log = project.log.relative_to(project.root)
        raise SetupFailed(
            f"PyTorch without CUDA could not be installed from {index}; pip's own words are in {log}. "
            "If that address cannot be reached from here, set TESSERA_TORCH_INDEX to an index or mirror that has "
            f"{requirement} for this system, or install it yourself (.venv/bin/python -m pip install FILE) "
            "and run this again."
        )
    came_from_index.touch()


def brings_cuda(report: Mapping[str, Any]) -> bool:
    """Whether an installation report of pip (PEP 610's cousin, format 1) contains NVIDIA's packages."""
    names = (item["metadata"]["name"] for item in report.get("install", ()))
    return any(re.sub(r"[-_.]+", "-", name).lower().startswith("nvidia-") for name in names)


def _torch_requirement(project: Project) -> str:
    for line in (project.root / "requirements.txt").read_text(encoding="utf-8").splitlines():
        if re.match(r"torch==", line):
            return line.strip()
    raise SetupFailed("requirements.txt names no exact version of torch.")


def _stamp(project: Project, wanted: tuple[str, ...]) -> Path:
    return project.stamps / ("test" if wanted == TEST else "run")
