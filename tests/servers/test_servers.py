"""The private servers: each answers, survives what tests do to it, and leaves nothing behind."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
import redis

from tests.servers import chromium, postgres, valkey
from tests.servers.process import ServerMissing, ServerProcess

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def kept() -> Iterator[list[ServerProcess]]:
    servers: list[ServerProcess] = []
    yield servers
    for server in servers:
        server.remove()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("from_wheel", [False, True])
def test_postgres_keeps_its_rows_over_a_stop_and_a_kill(
    kept: list[ServerProcess], monkeypatch: pytest.MonkeyPatch, from_wheel: bool
) -> None:
    if from_wheel:
        monkeypatch.setattr(postgres, "installed_programs", lambda: None)
    server = postgres.Postgres()
    kept.append(server)
    connection = psycopg2.connect(server.url)
    connection.cursor().execute("CREATE TABLE words (word text); INSERT INTO words VALUES ('kept')")
    connection.commit()
    connection.close()
    for end in (server.stop, server.kill):
        end()
        assert not listens(server.port)
        server.start()
        connection = psycopg2.connect(server.url)
        cursor = connection.cursor()
        cursor.execute("SELECT word FROM words")
        assert cursor.fetchall() == [("kept",)]
        connection.close()


def test_the_wheels_folders_keep_their_modes(kept: list[ServerProcess], monkeypatch: pytest.MonkeyPatch) -> None:
    """The wheel's own start-up opens its parents' folders to everybody where it runs as root."""
    monkeypatch.setattr(postgres, "installed_programs", lambda: None)
    folders = [postgres.wheel_programs(), *postgres.wheel_programs().parents]
    before = [stat.S_IMODE(folder.stat().st_mode) for folder in folders]
    kept.append(postgres.Postgres())
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in folders] == before


@pytest.mark.parametrize("from_wheel", [False, True])
def test_valkey_keeps_its_words_over_a_kill_and_can_lose_them(
    kept: list[ServerProcess], monkeypatch: pytest.MonkeyPatch, from_wheel: bool
) -> None:
    if from_wheel:
        monkeypatch.setattr(valkey, "installed_program", lambda: None)
    server = valkey.Valkey()
    kept.append(server)
    client = redis.Redis.from_url(server.url)
    client.set("word", "kept")
    time.sleep(1.1)  # it writes to its file once a second
    server.kill()
    server.start()
    assert client.get("word") == b"kept"
    server.lose_everything()
    server.start()
    assert client.get("word") is None


def test_strangers_are_not_let_in(kept: list[ServerProcess]) -> None:
    database, broker = postgres.Postgres(), valkey.Valkey()
    kept += [database, broker]
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(host="127.0.0.1", port=database.port, user="tessera", dbname="tessera", password="guess")
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=broker.port).ping()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """For what a killed run leaves lying; open to pass through, as Postgres is another user where we are root."""
    folder = Path(tempfile.mkdtemp(prefix="tessera-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


HOLD = """
import sys, time
from tests.servers.postgres import Postgres
from tests.servers.valkey import Valkey
servers = Postgres(), Valkey()
print(*(server.port for server in servers), flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL] if sys.platform == "linux" else [signal.SIGINT])
def test_a_run_that_is_killed_takes_its_servers_with_it(number: signal.Signals, open_folder: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(open_folder)},
    )
    assert child.stdout is not None
    ports = [int(word) for word in child.stdout.readline().split()]
    assert len(ports) == 2 and all(listens(port) for port in ports)
    child.send_signal(number)
    child.wait()
    deadline = time.monotonic() + 10
    while any(listens(port) for port in ports):
        assert time.monotonic() < deadline, "a server outlived its run"
        time.sleep(0.05)


def test_what_is_missing_is_said_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "find_spec", lambda name: None)
    monkeypatch.setattr(valkey, "find_spec", lambda name: None)
    with pytest.raises(ServerMissing, match="Debian: postgresql"):
        postgres.wheel_programs()
    with pytest.raises(ServerMissing, match="Debian: redis-server"):
        valkey.wheel_program()


def program(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without a browser, where installers are ours."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("TESSERA_CHROMIUM", raising=False)
    monkeypatch.setattr(chromium, "_MAC_PLACES", ())
    return tmp_path


def test_a_browser_that_is_there_is_taken(bare: Path) -> None:
    program(bare / "chromium", "exit 1")  # as Ubuntu's pointer to a snap, in a container
    chrome = program(bare / "google-chrome", "exit 0")
    assert chromium.chromium() == chrome


def test_a_named_browser_must_start(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(bare / "chromium", "exit 0")
    monkeypatch.setenv("TESSERA_CHROMIUM", "/nowhere/chromium")
    with pytest.raises(ServerMissing, match="TESSERA_CHROMIUM names /nowhere/chromium"):
        chromium.chromium()


def test_root_gets_the_distributions_browser(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    install = f'[ "$1" = install ] && {{ printf "#!/bin/sh\\n" > {bare}/chromium; /bin/chmod 755 {bare}/chromium; }}'
    program(bare / "apt-get", install)
    assert chromium.chromium() == str(bare / "chromium")


def test_others_get_playwrights(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    asked: list[list[str]] = []
    monkeypatch.setattr(chromium, "_run", lambda command, **options: asked.append(command))
    fetched = program(bare / "playwrights", "exit 0")
    monkeypatch.setattr(chromium, "playwright_chromium", lambda: fetched)
    assert chromium.chromium() == fetched
    assert asked == [[sys.executable, "-m", "playwright", "install", "chromium"]]


def test_no_browser_at_all_is_said_with_what_to_install(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(chromium, "_run", lambda command, **options: None)
    monkeypatch.setattr(chromium, "playwright_chromium", lambda: None)
    with pytest.raises(ServerMissing, match="Debian: chromium"):
        chromium.chromium()
