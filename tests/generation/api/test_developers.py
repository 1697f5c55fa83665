"""The pages for developers; and their examples, run as they stand there."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path

import pytest
import uvicorn
from django.db import connections
from django.test import Client

from accounts.models import Person
from deploy.setup.browser_libraries import node_command
from deploy.setup.project import Project
from generation.models import Job
from generation.views.developers import EXAMPLES, NAMES
from tests.generation.api.caller import Program, draw_one, made_api
from tests.generation.api.test_calls import holed
from tests.site import free_port, wait_until

COMMANDS = {".sh": ["bash", "-eu"], ".py": [sys.executable], ".mjs": node_command(Project())}
PRINTS = {
    "generate.sh": '"url": "http',
    "edit.sh": '"url": "http',
    "generate.py": "is drawn",
    "job.mjs": "completed http",
}


@contextmanager
def served() -> Iterator[str]:
    """The API alone over HTTP, and somebody who draws."""
    server = uvicorn.Server(
        uvicorn.Config(made_api(), host="127.0.0.1", port=free_port(), lifespan="off", log_config=None)
    )
    over = threading.Event()

    def work() -> None:
        while not over.wait(0.05):
            draw_one()
        connections.close_all()

    threads = [threading.Thread(target=server.run), threading.Thread(target=work)]
    for thread in threads:
        thread.start()
    wait_until(lambda: server.started, what="the server")
    try:
        yield f"http://127.0.0.1:{server.config.port}/v1"
    finally:
        server.should_exit = True
        over.set()
        for thread in threads:
            thread.join()


@pytest.mark.django_db(transaction=True)
def test_the_examples_run(program: Program, tmp_path: Path) -> None:
    (tmp_path / "lake.png").write_bytes(holed(512))
    with served() as address:
        for name in NAMES:
            environment = {**os.environ, "TESSERA_URL": address, "TESSERA_KEY": program.key}
            run = subprocess.run(
                [*COMMANDS[Path(name).suffix], str(EXAMPLES / name)],
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert run.returncode == 0, run.stderr
            assert PRINTS[name] in run.stdout, (name, run.stdout, run.stderr)
    assert (tmp_path / "cat.png").read_bytes().startswith(b"\x89PNG")
    assert Job.objects.count() == len(NAMES)


def test_they_stand_on_the_page(as_stranger: Client, db: object) -> None:
    page = unescape(as_stranger.get("/developers").content.decode())
    for name in NAMES:
        assert (EXAMPLES / name).read_text() in page
    assert "http://testserver/v1" in page and "$0.018" in page


def test_usage(as_alice: Client, as_stranger: Client, alice: Person) -> None:
    page = as_alice.get("/account/keys/usage")
    assert (page.status_code, b"Nothing was drawn" in page.content) == (200, True)
    assert as_stranger.get("/account/keys/usage").status_code == 302
