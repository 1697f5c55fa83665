"""The whole site as processes, for tests of what only processes can show, for the browser and for benchmarks.

With DATABASE_URL in the environment it is the full mode: web, a screening worker, a gpu worker and beat. Without, it is
the one command. Both draw with the `tiny` engine unless told otherwise.
"""

import itertools
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import requests

from tests.servers.process import end_with_parent

ROOT = Path(__file__).resolve().parents[1]
PASSWORD = "correct horse battery"
T = TypeVar("T")
_NUMBERS = itertools.count()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(look: Callable[[], T], *, seconds: float = 30.0, what: str = "it", pause: float = 0.05) -> T:
    """The first true answer of `look`; fails aloud when none comes in time."""
    end = time.monotonic() + seconds
    while True:
        with suppress(requests.ConnectionError, requests.Timeout):
            if found := look():
                return found
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not happen within {seconds:g} s")
        time.sleep(pause)


class Visitor:
    """Somebody's browser without a window: cookies, forms with their token, plain answers."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.session = requests.Session()

    def get(self, path: str, **kwargs: Any) -> requests.Response:
        return self.session.get(self.address + path, timeout=30, **kwargs)

    def post(self, path: str, data: dict[str, Any] | None = None, **kwargs: Any) -> requests.Response:
        if "csrftoken" not in self.session.cookies:
            self.get("/accounts/login/")
        headers = {
            "X-CSRFToken": self.session.cookies["csrftoken"],
            "Referer": self.address,
            **kwargs.pop("headers", {}),
        }
        return self.session.post(self.address + path, data=data, headers=headers, timeout=30, **kwargs)

    def twin(self) -> "Visitor":
        """The same person in another tab: the same cookies, a connection of its own."""
        other = Visitor(self.address)
        other.session.cookies.update(self.session.cookies)
        return other

    def submit(self, prompt: str, key: str | None = None) -> requests.Response:
        """Press Draw, as a page without JavaScript does; the answer leads to the job."""
        return self.post("/jobs", {"prompt": prompt, "key": key or secrets.token_hex(8)}, allow_redirects=False)

    def start(self, prompt: str = "a yellow astronaut riding a skateboard", key: str | None = None) -> str:
        answer = self.submit(prompt, key)
        assert answer.status_code == 302, (answer.status_code, answer.text[:500])
        return answer.headers["Location"].rsplit("/", 1)[1]

    def state(self, job_id: str) -> dict[str, Any]:
        answer = self.get(f"/jobs/{job_id}/state")
        assert answer.status_code == 200, answer.status_code
        return dict(answer.json())

    def finished(self, job_id: str, *, seconds: float = 60.0) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            state = self.state(job_id)
            return state if state["finished"] else None

        return wait_until(look, seconds=seconds, what=f"the end of job {job_id}")

    @property
    def cookie(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.session.cookies)


class Site:
    """`with Site(folder) as site:` serves; `site.kill()` is kill -9 of every process, `site.start()` starts again."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.environment = {
            **os.environ,
            "TESSERA_DATA": str(folder / "data"),
            "TESSERA_ENGINE": "tiny",
            "TESSERA_SCREENER": "lists",
            "PORT": str(self.port),
            "SECRET_KEY": "only-for-tests-" + "x" * 40,
            "TESSERA_LEASE_SECONDS": "3",
            "TESSERA_SWEEP_SECONDS": "1",
            "PYTHONUNBUFFERED": "1",
            **settings,
        }
        self.embedded = not self.environment.get("DATABASE_URL")
        if self.embedded:
            self.environment.pop("EMAIL_URL", None)  # letters go to the data folder by themselves
        else:
            self.environment["DATABASE_URL"] = self.database = _own_database(self.environment["DATABASE_URL"])
            self.environment["EMAIL_URL"] = "folder:"
            # Numbered databases keep apart what sites of different tests send through the run's one broker.
            broker = urlsplit(self.environment["REDIS_URL"])._replace(path=f"/{next(_NUMBERS) % 15 + 1}")
            self.environment["REDIS_URL"] = urlunsplit(broker)
        self.prepared = False
        # Seconds to start in; whoever runs on a machine that does much else gives more.
        self.patience = 60.0

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if error is not None:
            print(self.log()[-6000:])
        self.kill()

    # Starting and ending

    def start(self) -> None:
        if self.embedded:
            self.launch("site", "-m", "dalle_site.embedded")
        else:
            if not self.prepared:
                self.manage("make_origin")
                self.manage("migrate", "--verbosity=0")
                self.manage("collectstatic", "--verbosity=0", "--no-input")
                self.prepared = True
            self.start_web()
            self.start_worker("screening,slow", slots=2, name="screening")
            self.start_worker("gpu")
            self.start_clock()
        self.wait_until_up()

    def start_web(self) -> None:
        options = ["--port", str(self.port), "--no-access-log", "--ws", "websockets-sansio", "--lifespan", "off"]
        self.launch("web", "-m", "uvicorn", "dalle_site.asgi:application", *options)

    def start_worker(self, queue: str, *, slots: int = 1, name: str | None = None, **settings: str) -> None:
        options = ["-Q", queue, "-P", "threads", "-c", str(slots), "-n", f"{name or queue}@%h", "--without-mingle"]
        self.launch(
            name or queue, "-m", "celery", "-A", "dalle_site", "worker", "--without-gossip", *options, **settings
        )

    def start_clock(self) -> None:
        options = ["--schedule", str(self.folder / f"beat-{secrets.token_hex(4)}"), "--pidfile", ""]
        self.launch("clock", "-m", "celery", "-A", "dalle_site", "beat", *options)

    def launch(self, name: str, *words: str, **settings: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            # A session of its own for each, so that a signal to its group reaches what it started too.
            self.processes[name] = subprocess.Popen(
                [sys.executable, *words],
                cwd=ROOT,
                env={**self.environment, **settings},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=end_with_parent(signal.SIGKILL),
            )

    def manage(self, *words: str) -> str:
        run = subprocess.run(
            [sys.executable, "manage.py", *words], cwd=ROOT, env=self.environment, capture_output=True, text=True
        )
        assert run.returncode == 0, run.stderr
        return run.stdout

    def wait_until_up(self) -> None:
        def up() -> bool:
            for name, process in self.processes.items():
                assert process.poll() is None, f"{name} ended: {self.log()[-3000:]}"
            return requests.get(f"{self.address}/healthz", timeout=2).status_code == 200

        wait_until(up, seconds=self.patience, what="the start of the site")

    def signal(self, number: int, *names: str) -> None:
        for name in names or list(self.processes):
            with suppress(ProcessLookupError):
                os.killpg(self.processes[name].pid, number)

    def kill(self, *names: str) -> None:
        """kill -9 of these processes (all without names). The model's child ends with its parent."""
        self.signal(signal.SIGKILL, *names)
        for name in names or list(self.processes):
            self.processes.pop(name).wait(10)

    def stop(self, *names: str) -> None:
        """SIGSTOP, and wait until these processes stand still. Their models' children go on."""
        self.signal(signal.SIGSTOP, *names)
        for name in names or list(self.processes):
            os.waitpid(self.processes[name].pid, os.WUNTRACED)

    def go_on(self, *names: str) -> None:
        self.signal(signal.SIGCONT, *names)

    def models(self, *names: str) -> list[int]:
        """The process ids of the model's children that these processes (all without names) hold now."""
        parents = {self.processes[name].pid for name in names or list(self.processes)}
        return [pid for pid, parent, words in _processes() if parent in parents and "gpu_worker.runtime.serve" in words]

    def log(self) -> str:
        return "".join(f"== {file.name}\n{file.read_text()}" for file in sorted(self.folder.glob("*.log")))

    # What a person or an operator sees

    def visitor(self) -> Visitor:
        return Visitor(self.address)

    def sign_up(self, email: str) -> Visitor:
        """The whole way: the form, the letter, its link."""
        visitor = self.visitor()
        answer = visitor.post("/accounts/signup/", {"email": email, "password1": PASSWORD})
        assert answer.status_code == 200, answer.text[:2000]
        link = wait_until(lambda: self.link_for(email), what="the letter")
        path = urlsplit(link).path
        assert visitor.get(path).status_code == 200
        assert visitor.post(path).status_code == 200
        if "sessionid" not in visitor.session.cookies or visitor.get("/history").url.find("/login") > 0:
            visitor.post("/accounts/login/", {"login": email, "password": PASSWORD})
        return visitor

    def link_for(self, email: str) -> str | None:
        letters = sorted(
            (Path(self.environment["TESSERA_DATA"]) / "mail").glob("*"), key=lambda file: file.stat().st_mtime
        )
        for letter in reversed(letters):
            text = letter.read_text()
            if f"To: {email}" in text and (found := re.search(r"https?://\S+confirm\S+", text)):
                return found.group(0)
        return None

    @contextmanager
    def query(self) -> Iterator[Callable[..., list[tuple[Any, ...]]]]:
        """Reads (and, for faults, writes) straight in the site's database, past the site."""
        if self.embedded:
            import sqlite3

            connection: Any = sqlite3.connect(Path(self.environment["TESSERA_DATA"]) / "tessera.sqlite3", timeout=20)
        else:
            connection = psycopg2.connect(self.database)

        def run(sql: str, *values: Any) -> list[tuple[Any, ...]]:
            cursor = connection.cursor()
            cursor.execute(sql if self.embedded else sql.replace("?", "%s"), values)
            rows = cursor.fetchall() if cursor.description else []
            connection.commit()
            return list(rows)

        try:
            yield run
        finally:
            connection.close()


def _processes() -> Iterator[tuple[int, int, str]]:
    """Everything that runs here: its id, its parent's, its command line."""
    if not Path("/proc/self/stat").exists():
        listed = subprocess.run(
            ["ps", "-A", "-ww", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True
        )
        for line in listed.stdout.splitlines():
            pid, parent, words = line.split(None, 2)
            yield int(pid), int(parent), words
        return
    # Bare systems have no ps.
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (place / "cmdline").read_text(errors="replace").replace("\0", " ")
            # The second word is the program's name in brackets, which may hold anything.
            yield int(place.name), int((place / "stat").read_text().rpartition(")")[2].split()[1]), words


def _own_database(server: str) -> str:
    """A fresh database on the run's server, so that sites of different tests never meet."""
    parts = urlsplit(server)
    name = f"site_{secrets.token_hex(6)}"
    connection = psycopg2.connect(server)
    connection.autocommit = True
    connection.cursor().execute(f"CREATE DATABASE {name}")
    connection.close()
    return urlunsplit(parts._replace(path=f"/{name}"))
