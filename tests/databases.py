"""A database of its own for a process that is no test: the simulator's, the benchmark's."""

import os
from pathlib import Path

import django

from tests.servers.postgres import Postgres


def environment(folder: Path, server: Postgres | None) -> dict[str, str]:
    """For a process that keeps its data in the folder: SQLite there, or a database of its own on the server."""
    ours = {"TESSERA_DATA": str(folder), "PYTHONUNBUFFERED": "1"}
    if server is not None:
        # Nothing is sent to Valkey here, but full mode names both.
        ours |= {"DATABASE_URL": f"{server.url}_{folder.name.replace('-', '_')}", "REDIS_URL": "redis://127.0.0.1:1/0"}
    return {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")} | ours


def begin() -> None:
    """In that process: Django, with an empty database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dalle_site.settings")
    # The settings of a test run, before Django reads any.
    from tests import environment  # noqa: F401

    django.setup()
    from django.conf import settings
    from django.db import connection

    Path(settings.DATA).mkdir(parents=True, exist_ok=True)
    connection.creation.create_test_db(verbosity=0)
