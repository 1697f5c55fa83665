"""pytest --servers: the same tests against a private Postgres and Valkey instead of SQLite and memory.

Used as `python -m pytest -p tests.servers.plugin --servers`, before Django reads its settings. Without the option the
plugin does nothing.
"""

import os

import pytest

from .postgres import Postgres
from .process import ServerProcess
from .valkey import Valkey

_running: dict[str, ServerProcess] = {}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--servers", action="store_true", help="run on a private Postgres and Valkey, started for the run")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    # Workers of xdist inherit the addresses of the servers that their parent started.
    if not early_config.known_args_namespace.servers or "PYTEST_XDIST_WORKER" in os.environ:
        return
    os.environ["DATABASE_URL"] = os.environ.get("TESSERA_TEST_DATABASE_URL") or _start(Postgres())
    os.environ["REDIS_URL"] = os.environ.get("TESSERA_TEST_REDIS_URL") or _start(Valkey())


def pytest_report_header(config: pytest.Config) -> str | None:
    if not config.getoption("servers"):
        return None
    return "servers: " + (", ".join(f"{name} on port {server.port}" for name, server in _running.items()) or "named")


def pytest_unconfigure() -> None:
    for server in _running.values():
        server.stop()
        server.remove()
    _running.clear()


@pytest.fixture(scope="session")
def postgres() -> Postgres | None:
    """The run's own Postgres, to be stopped and started by a test; None on SQLite."""
    server = _running.get(Postgres.name)
    return server if isinstance(server, Postgres) else None


@pytest.fixture(scope="session")
def valkey() -> Valkey | None:
    """The run's own Valkey, to be stopped, emptied and started by a test; None where the broker is in memory."""
    server = _running.get(Valkey.name)
    return server if isinstance(server, Valkey) else None


def _start(server: Postgres | Valkey) -> str:
    _running[server.name] = server
    return server.url
