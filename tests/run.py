"""Runs every suite and ends with one summary: `python -m tests.run [suite ...] [options for pytest]`.

Without names: all suites. A skipped test, or a suite in which nothing ran, counts as a failure: what was not tried must
not look green.
"""

import ctypes
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil

from deploy.setup.browser_libraries import node_command
from deploy.setup.project import Project
from tests.servers.chromium import chromium
from tests.servers.process import ServerMissing, end_with_parent

_PR_SET_CHILD_SUBREAPER = 36

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "tests"

_running: list[subprocess.Popen[str]] = []

# What has no database in it, or a suite of its own; everything else runs on SQLite and again on real servers.
APART = ("e2e", "faults")
NO_DATABASE = ("gpu_worker", "deploy", "servers", "js", "fixtures", "bench")


@dataclass(frozen=True)
class Suite:
    name: str
    title: str
    folders: Sequence[str] = ()
    options: Sequence[str] = ()
    limit_seconds: int = 1200
    # Runs at the same time as the one before it: each keeps one core busy. Never what waits for clocks or draws pages.
    beside: bool = False

    @property
    def for_ever(self) -> "Suite":
        """The same without a limit: a full loop takes the time it takes."""
        return replace(self, limit_seconds=24 * 3600)


@dataclass
class Outcome:
    title: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    remarks: list[str] = field(default_factory=list)


def folders_with_tests(*, leave_out: Sequence[str]) -> list[str]:
    """The folders of tests/ by name, so that a new app's tests are run without being listed here."""
    found = sorted(path.name for path in TESTS.iterdir() if path.is_dir() and any(path.rglob("test_*.py")))
    return [f"tests/{name}" for name in found if name not in leave_out]


def suites() -> list[Suite]:
    servers = ("-p", "tests.servers.plugin", "--servers")
    return [
        Suite("javascript", "JavaScript"),
        Suite("sqlite", "unit and integration, SQLite", folders_with_tests(leave_out=APART)),
        Suite(
            "servers",
            "integration, Postgres and Valkey",
            folders_with_tests(leave_out=(*APART, *NO_DATABASE)),
            servers,
            beside=True,
        ),
        Suite("faults", "faults, embedded", ["tests/faults"]),
        Suite("faults-servers", "faults, Postgres, Valkey and workers", ["tests/faults"], servers),
        Suite("browser", "browser", ["tests/e2e"]),
    ]


def run_pytest(suite: Suite, extra: Sequence[str], environment: Mapping[str, str], folder: Path) -> Outcome:
    outcome = Outcome(suite.title)
    report = folder / f"{suite.name}.xml"
    command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *suite.options, *suite.folders, *extra]
    # Two that print at once could not be read: the second is printed when it is over.
    printed: list[str] | None = [] if suite.beside else None
    code = run(command, environment, limit_seconds=suite.limit_seconds, collect=printed)
    if printed:
        print(f"\n\n== {suite.title}\n{''.join(printed)}", flush=True)
    if report.exists():
        for element in ElementTree.parse(report).iter("testcase"):
            name = f"{element.get('classname', '')}.{element.get('name', '')}".lstrip(".")
            if element.find("failure") is not None or element.find("error") is not None:
                outcome.failed += 1
                outcome.remarks.append(f"failed: {name}")
            elif element.find("skipped") is not None:
                outcome.skipped += 1
                outcome.remarks.append(f"skipped: {name}")
            else:
                outcome.passed += 1
    if code != 0 and not outcome.failed:
        outcome.failed += 1
        outcome.remarks.append(f"pytest ended with status {code}")
    return outcome


def run_javascript(suite: Suite, environment: Mapping[str, str]) -> Outcome:
    outcome = Outcome(suite.title)
    files = sorted(str(path.relative_to(ROOT)) for path in (TESTS / "js").rglob("*.test.js"))
    if not files:
        return outcome
    printed: list[str] = []
    command = [*node_command(Project()), "--test", "--test-reporter=tap", *files]
    code = run(command, environment, limit_seconds=suite.limit_seconds, collect=printed)
    text = "".join(printed)
    outcome.passed, outcome.failed, outcome.skipped = (_tap_count(text, word) for word in ("pass", "fail", "skipped"))
    outcome.skipped += _tap_count(text, "todo")
    outcome.remarks += [f"failed: {name}" for name in re.findall(r"^\s*not ok \d+ - (.+)$", text, re.MULTILINE)]
    if code != 0:
        print(text)
        outcome.failed = max(1, outcome.failed)
    return outcome


def _tap_count(text: str, word: str) -> int:
    match = re.search(rf"^# {word} (\d+)$", text, re.MULTILINE)
    return int(match.group(1)) if match else 0


def run(
    command: Sequence[str], environment: Mapping[str, str], *, limit_seconds: int, collect: list[str] | None = None
) -> int:
    """Runs one suite's process in a group of its own, so that nothing of it outlives its limit or a Ctrl-C."""
    pipe = None if collect is None else subprocess.PIPE
    child = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=pipe,
        text=True,
        process_group=0,
        preexec_fn=end_with_parent(signal.SIGINT),
    )
    alarm = threading.Timer(limit_seconds, _end, [child, f"stopped after {limit_seconds} s"])
    alarm.start()
    _running.append(child)
    try:
        if collect is not None and child.stdout is not None:
            collect.extend(child.stdout)
        return child.wait()
    finally:
        alarm.cancel()
        _running.remove(child)


def end_running() -> None:
    """A Ctrl-C reaches this process alone, and in it the first thread alone."""
    for child in list(_running):
        _end(child, "interrupted")


def _end(child: subprocess.Popen[str], why: str) -> None:
    print(f"\n{why}: {child.args!r}", flush=True)
    for number, patience in ((signal.SIGINT, 15.0), (signal.SIGTERM, 5.0), (signal.SIGKILL, None)):
        try:
            os.killpg(child.pid, number)
            child.wait(timeout=patience)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue
        return


def adopt_orphans() -> None:
    """On Linux, what a suite started and left behind becomes a child of this process, which can then end it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_leftovers() -> None:
    """Ends what a suite left running (a site of a test that was cut off), so that it disturbs nothing after it."""
    left = psutil.Process().children(recursive=True)
    # What is ending by itself gets the time to.
    _, left = psutil.wait_procs(left, timeout=3)
    for process in left:
        with suppress(psutil.NoSuchProcess):
            print(f"ending what was left running: {' '.join(process.cmdline())[:100]}", flush=True)
            process.kill()
    psutil.wait_procs(left, timeout=3)


def settle(outcome: Outcome) -> Outcome:
    """Nothing run, or something skipped, is a failure."""
    if outcome.passed + outcome.failed == 0:
        outcome.failed += 1
        outcome.remarks.append("no test ran")
    elif outcome.skipped:
        outcome.failed += outcome.skipped
    return outcome


def summary(outcomes: Sequence[Outcome]) -> str:
    width = max(len(outcome.title) for outcome in outcomes)
    lines = ["", f"{'suite':<{width}}  passed  failed  seconds"]
    for outcome in outcomes:
        lines.append(f"{outcome.title:<{width}}  {outcome.passed:6d}  {outcome.failed:6d}  {outcome.seconds:7.1f}")
    for outcome in outcomes:
        lines += [f"  {outcome.title}: {remark}" for remark in outcome.remarks]
    passed, failed = sum(o.passed for o in outcomes), sum(o.failed for o in outcomes)
    lines += ["", f"{passed} passed, {failed} failed"]
    return "\n".join(lines)


def environment_for(folder: Path) -> dict[str, str]:
    """The tests choose their own settings; an operator's, in the terminal, must not reach them."""
    settings = re.findall(r"^#([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)
    ours = {name for name in settings if not name.startswith("TESSERA_TEST_")}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return {**kept, "TMPDIR": str(folder), "TESSERA_DATA": str(folder / "data"), "PYTHONUNBUFFERED": "1"}


def chosen(arguments: Sequence[str]) -> tuple[list[Suite], list[str]]:
    """The suites named (a name stands for those that begin with it too), and what is meant for pytest."""
    words = [word for word in arguments if not word.startswith("-")]
    options = [word for word in arguments if word.startswith("-")]
    known = suites()
    for word in words:
        if not any(suite.name.split("-")[0] == word or suite.name == word for suite in known):
            raise SystemExit(f"There is no suite {word}. The suites: {', '.join(suite.name for suite in known)}.")
    return [s for s in known if not words or s.name in words or s.name.split("-")[0] in words], options


def main(arguments: Sequence[str]) -> int:
    if {"-h", "--help"} & set(arguments):
        print(__doc__, "\nThe suites:", *(f"{suite.name} ({suite.title})" for suite in suites()), sep="\n  ")
        return 0
    picked, options = chosen(arguments)
    # Short, since sockets lie in it, and open to pass through: Postgres runs as another user where we are root.
    folder = Path(tempfile.mkdtemp(prefix="tessera-"))
    folder.chmod(0o711)
    # SIGINT too: a shell that runs this in the background has it ignored, and the suites would inherit that.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    adopt_orphans()
    outcomes: list[Outcome] = []
    try:
        for stretch in stretches(picked):
            print(f"\n== {', beside it: '.join(suite.title for suite in stretch)}", flush=True)
            outcomes += run_stretch(stretch, options, folder)
            end_leftovers()
    except KeyboardInterrupt:
        print("\nThe tests were interrupted.")
        return 130
    finally:
        end_leftovers()
        shutil.rmtree(folder, ignore_errors=True)
    print(summary(outcomes), flush=True)
    return 1 if any(outcome.failed for outcome in outcomes) else 0


def stretches(picked: Sequence[Suite]) -> Iterator[list[Suite]]:
    """What runs at the same time, one such group after the other."""
    group: list[Suite] = []
    for suite in picked:
        if group and not suite.beside:
            yield group
            group = []
        group.append(suite if group else replace(suite, beside=False))
    if group:
        yield group


def run_stretch(stretch: Sequence[Suite], options: Sequence[str], folder: Path) -> list[Outcome]:
    with ThreadPoolExecutor(len(stretch)) as threads:
        under_way = [threads.submit(timed, suite, options, folder) for suite in stretch]
        try:
            return [one.result() for one in under_way]
        except KeyboardInterrupt:
            end_running()
            raise


def timed(suite: Suite, options: Sequence[str], folder: Path) -> Outcome:
    own = folder / suite.name
    own.mkdir(mode=0o711)
    began = time.monotonic()
    suite = suite.for_ever if "--full" in options else suite
    outcome = settle(run_suite(suite, options, environment_for(own), own))
    outcome.seconds = time.monotonic() - began
    return outcome


def run_suite(suite: Suite, options: Sequence[str], environment: dict[str, str], folder: Path) -> Outcome:
    if suite.name == "javascript":
        return run_javascript(suite, environment)
    if not any((ROOT / place).exists() for place in suite.folders):
        return Outcome(suite.title)
    if suite.name == "browser":
        try:
            environment = {**environment, "TESSERA_CHROMIUM": chromium()}
        except ServerMissing as missing:
            return Outcome(suite.title, failed=1, remarks=[str(missing)])
    return run_pytest(suite, options, environment, folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
