"""The one command: what it needs before it can start, each in a sentence, and what it does when it has it."""

import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from dalle_site import embedded
from tests.site import Site, free_port, wait_until

ROOT = Path(__file__).resolve().parents[2]
FULL_MODE = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL")


def start(data: Path | str, *, file_limit: int | None = None, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in FULL_MODE}

    def small_files() -> None:
        if file_limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))

    return subprocess.run(
        [sys.executable, "-m", "dalle_site.embedded"],
        cwd=ROOT,
        env={**environment, "TESSERA_DATA": str(data), "PORT": str(free_port()), **settings},
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=small_files,
    )


def sentence(run: subprocess.CompletedProcess[str]) -> str:
    """The one line that a person reads; no traceback."""
    assert run.returncode == 1, run.stderr
    lines = run.stderr.strip().splitlines()
    assert len(lines) == 1, run.stderr
    assert lines[0].startswith("Tessera cannot start. ")
    return lines[0]


def test_a_taken_port(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = sentence(start(tmp_path, PORT=str(port)))
    assert said.endswith(f"Port {port} is taken by another program. Choose another: PORT={port + 1} make run")


def test_a_folder_that_cannot_be_made() -> None:
    assert "The data folder /proc/tessera cannot be written" in sentence(start("/proc/tessera"))


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    assert "which is not a folder" in sentence(start(tmp_path / "data"))


def test_a_disk_that_takes_nothing(tmp_path: Path) -> None:
    assert "cannot be written" in sentence(start(tmp_path, file_limit=1000))


def test_a_disk_that_fills_up_while_the_database_is_made(tmp_path: Path) -> None:
    assert "The database in the data folder cannot be used" in sentence(start(tmp_path, file_limit=20_000))


def test_a_disk_with_too_little_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESSERA_DATA", str(tmp_path))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 12_000_000))  # type: ignore[attr-defined]
    with pytest.raises(embedded.CannotStart, match="has 12 MB left; at least 200 MB are needed"):
        embedded.data_folder()


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        ({"PORT": "http"}, "PORT is set to 'http'; expected a number from 1 to 65535."),
        ({"HOST": "300.1.1.1"}, "300.1.1.1"),
        ({"DEBUG": "maybe"}, "DEBUG is set to 'maybe'"),
        ({"DATABASE_URL": "postgres://h/x"}, "DATABASE_URL is set without REDIS_URL"),
        ({"TESSERA_ENGINE": "../x"}, "TESSERA_ENGINE is '../x'"),
    ],
)
def test_a_wrong_setting(tmp_path: Path, chosen: dict[str, str], says: str) -> None:
    run = start(tmp_path, **chosen)
    assert run.returncode == 1
    assert says in run.stderr
    assert "Traceback" not in run.stderr


@pytest.fixture
def one_command(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in FULL_MODE:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("one_command")
def test_first_start_second_start_and_the_end(tmp_path: Path) -> None:
    with Site(tmp_path) as site:
        log = site.log()
        password = re.search(r"operator@localhost\.localdomain  (\S{12,})", log)
        assert password is not None
        assert f"Tessera is at {site.address}" in log
        operator = site.visitor()
        operator.post("/accounts/login/", {"login": "operator@localhost.localdomain", "password": password.group(1)})
        assert operator.get("/admin/").status_code == 200

        said = sentence(start(site.environment["TESSERA_DATA"]))
        assert "It is already running with the data in" in said
        assert site.address in said

        site.signal(signal.SIGTERM)
        site.processes["site"].wait(10)
        wait_until(lambda: not answers(site.address), seconds=5, what="the end")
        (site.folder / "site.log").unlink()

        began = time.monotonic()
        site.start()
        assert time.monotonic() - began < 30
        assert "password" not in site.log()


@pytest.mark.usefixtures("one_command")
def test_secrets_are_the_owners_alone(tmp_path: Path) -> None:
    embedded.make_secret(tmp_path)
    key = tmp_path / "secret-key"
    assert key.stat().st_mode & 0o077 == 0
    before = key.read_text()
    assert len(before) > 40
    embedded.make_secret(tmp_path)
    assert key.read_text() == before


def answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/healthz", timeout=1).ok
    except requests.ConnectionError:
        return False
