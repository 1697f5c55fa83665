"""A site with its database and broker on a machine of its own, which can lose its power."""

import os
from pathlib import Path
from types import TracebackType

from tests.servers.postgres import Postgres
from tests.servers.valkey import Valkey
from tests.site import Site, wait_until

FULL_MODE = bool(os.environ.get("DATABASE_URL"))


class Machine(Site):
    """In the full mode it has a Postgres and a Valkey that no other test uses; the one command needs none."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.servers: list[Postgres | Valkey] = []
        if FULL_MODE:
            self.postgres, self.valkey = Postgres(), Valkey()
            self.servers = [self.postgres, self.valkey]
            settings |= {"DATABASE_URL": self.postgres.url, "REDIS_URL": self.valkey.url}
        super().__init__(folder, **settings)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        super().__exit__(kind, error, at)
        for server in self.servers:
            server.remove()

    def cut_power(self) -> None:
        """kill -9 of everything, the servers too."""
        self.kill()
        for server in self.servers:
            server.kill()

    def restore_power(self) -> None:
        for server in self.servers:
            wait_until(lambda server=server: _started(server), what=f"the start of {server.name}")
        self.start()


def _started(server: Postgres | Valkey) -> bool:
    # Postgres refuses while what it was working on before is still on its way out.
    try:
        server.start()
    except RuntimeError:
        return False
    return True
