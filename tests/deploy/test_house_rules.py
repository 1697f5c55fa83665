"""The rules that `make check` keeps beyond the usual tools: each finds what it forbids, and lets the rest be."""

import subprocess
from pathlib import Path

import pytest

from deploy import house_rules


def found(tmp_path: Path, name: str, text: str) -> list[str]:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return list(house_rules.problems(tmp_path))


@pytest.mark.parametrize(
    ("lines", "name", "problems"),
    [
        (400, "billing/ledger.py", 0),
        (401, "billing/ledger.py", 1),
        (900, "billing/migrations/0001_a.py", 0),
        (401, "static/a.css", 1),
    ],
)
def test_long_modules(tmp_path: Path, lines: int, name: str, problems: int) -> None:
    assert len(found(tmp_path, name, "x = 1\n" * lines)) == problems


@pytest.mark.parametrize(("lines", "long"), [(25, False), (26, True)])
def test_long_views(tmp_path: Path, lines: int, long: bool) -> None:
    view = "async def show(request):\n" + "    request.user\n" * lines
    assert bool(found(tmp_path, "accounts/views.py", view)) is long


def test_a_long_function_elsewhere_is_not_a_view(tmp_path: Path) -> None:
    assert found(tmp_path, "accounts/services.py", "def work():\n" + "    x = 1\n" * 60) == []


@pytest.mark.parametrize(
    "line",
    [
        '"resolved": "https://registry.' + 'npmjs.org/htmx.org"',
        "--extra-index-" + "url http://somewhere/simple",
        "see /wo" + "rk/main/README.md",
        'open("/ro' + 'ot/x")',
        "model from huggingface." + "co/openai",
    ],
)
def test_addresses_and_machine_paths(tmp_path: Path, line: str) -> None:
    assert found(tmp_path, "package-lock.json", line + "\n")


@pytest.mark.parametrize(
    "line",
    [
        house_rules.TORCH_INDEX,
        "http://127.0.0.1:8000/home/",
        "the framework/main part",
        "/usr/lib/postgresql",
        "path('/jobs/')",
    ],
)
def test_what_may_stand(tmp_path: Path, line: str) -> None:
    assert found(tmp_path, "README.md", line + "\n") == []


def test_what_git_ignores_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("data/\n")
    assert found(tmp_path, "data/notes.txt", "/wo" + "rk/x\n") == []
