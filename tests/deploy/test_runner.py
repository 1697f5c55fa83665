"""The runner of the tests: what it counts, and that nothing untried looks green."""

import os
from pathlib import Path

import pytest

from tests import run
from tests.run import Outcome, Suite

ALL_KINDS = """
import pytest
def test_good(): pass
def test_bad(): assert 1 == 2
@pytest.fixture
def broken(): raise RuntimeError
def test_error(broken): pass
@pytest.mark.skip(reason="not today")
def test_skipped(): pass
@pytest.mark.parametrize("n", [1, 2])
def test_each(n): pass
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Somewhere for the suite's own tests, outside of our settings for pytest."""
    (tmp_path / "suite").mkdir()
    (tmp_path / "suite" / "pytest.ini").write_text("[pytest]\n")
    return tmp_path


def outcome_of(place: Path, text: str, *, limit_seconds: int = 60) -> Outcome:
    (place / "suite" / "test_it.py").write_text(text)
    options = ("-c", str(place / "suite" / "pytest.ini"), "-p", "no:django", "-p", "no:cacheprovider")
    suite = Suite("it", "it", [str(place / "suite" / "test_it.py")], options, limit_seconds)
    return run.settle(run.run_pytest(suite, [], dict(os.environ), place))


def test_it_counts_each_kind(place: Path) -> None:
    outcome = outcome_of(place, ALL_KINDS)
    assert (outcome.passed, outcome.skipped) == (3, 1)
    assert outcome.failed == 3, "one failed, one could not be prepared, one was skipped"
    assert sorted(remark.partition(":")[0] for remark in outcome.remarks) == ["failed", "failed", "skipped"]


def test_all_good_is_green(place: Path) -> None:
    outcome = outcome_of(place, "def test_good(): pass\n")
    assert (outcome.passed, outcome.failed, outcome.remarks) == (1, 0, [])


@pytest.mark.parametrize("text", ["", "import no_such_module\n", "raise SystemExit(0)\n"])
def test_a_suite_that_ran_nothing_is_red(place: Path, text: str) -> None:
    assert outcome_of(place, text).failed == 1


def test_a_run_that_crashes_after_its_tests_is_red(place: Path) -> None:
    crash = "import atexit, os\natexit.register(lambda: os._exit(3))\ndef test_good(): pass\n"
    assert outcome_of(place, crash).failed == 1


def test_a_suite_past_its_limit_is_stopped_and_red(place: Path) -> None:
    outcome = outcome_of(place, "import time\ndef test_slow(): time.sleep(60)\n", limit_seconds=3)
    assert outcome.failed == 1


def test_the_summary_ends_with_the_plain_line() -> None:
    words = run.summary([Outcome("a", passed=3), Outcome("b", passed=1, failed=2, remarks=["failed: x"])])
    assert words.splitlines()[-1] == "4 passed, 2 failed"
    assert "b: failed: x" in words


def test_a_name_stands_for_its_kind_and_an_unknown_one_is_said() -> None:
    suites, options = run.chosen(["faults", "--full"])
    assert [suite.name for suite in suites] == ["faults", "faults-servers"]
    assert options == ["--full"]
    with pytest.raises(SystemExit, match="There is no suite fautls"):
        run.chosen(["fautls"])


def test_suites_beside_each_other_are_one_stretch() -> None:
    lone, first, second = Suite("lone", ""), Suite("first", ""), Suite("second", "", beside=True)
    groups = [[suite.name for suite in group] for group in run.stretches([lone, first, second, lone])]
    assert groups == [["lone"], ["first", "second"], ["lone"]]
    (alone,) = run.stretches([second])
    assert not alone[0].beside, "whoever asks for it by name sees it run"


def test_two_at_once_are_both_counted(place: Path) -> None:
    """They wait for each other, so that one after the other they would never end well."""
    meet = """
import pathlib, time
def test_meeting():
    pathlib.Path({mine!r}).touch()
    until = time.monotonic() + 30
    while not pathlib.Path({other!r}).exists():
        assert time.monotonic() < until
        time.sleep(0.05)
"""
    places = {name: str(place / f"{name}-is-here") for name in ("one", "two")}
    options = ("-c", str(place / "suite" / "pytest.ini"), "-p", "no:django", "-p", "no:cacheprovider")
    suites = []
    for mine, other in (("one", "two"), ("two", "one")):
        file = place / "suite" / f"test_{mine}.py"
        file.write_text(meet.format(mine=places[mine], other=places[other]))
        suites.append(Suite(mine, f"suite {mine}", [str(file)], options, 60, beside=mine == "two"))
    assert [(outcome.passed, outcome.failed) for outcome in run.run_stretch(suites, [], place)] == [(1, 0), (1, 0)]


def test_every_folder_with_tests_is_in_a_suite() -> None:
    in_suites = {folder for suite in run.suites() for folder in suite.folders} | {"tests/js"}
    folders = {f"tests/{path.name}" for path in run.TESTS.iterdir() if path.is_dir() and any(path.rglob("test_*.py"))}
    assert folders <= in_suites
    assert not list(run.TESTS.glob("test_*.py")), "a test beside the folders would be in no suite"


def test_an_operators_settings_do_not_reach_the_tests(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://production")
    monkeypatch.setenv("EMAIL_URL", "smtp://production")
    monkeypatch.setenv("TESSERA_TEST_REDIS_URL", "redis://tests")
    environment = run.environment_for(tmp_path)
    assert "DATABASE_URL" not in environment and "EMAIL_URL" not in environment
    assert environment["TESSERA_TEST_REDIS_URL"] == "redis://tests"
    assert environment["TESSERA_DATA"].startswith(str(tmp_path))
