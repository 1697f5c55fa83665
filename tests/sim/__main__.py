"""`make sim`: every seed on both databases, each in a process of its own.

`python -m tests.sim [--seeds N] [--first SEED] [--database sqlite|postgres|both] [--acts N]`. A seed that fails is
printed with its history, and is run again alone by `--first SEED --seeds 1`."""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.databases import environment
from tests.servers.postgres import Postgres

# Processes that share the seeds of a database: Postgres works in one of its own, so two keep each other busy.
DATABASES = {"sqlite": 1, "postgres": 2}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.sim", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--acts", type=int, default=50)
    parser.add_argument("--database", choices=(*DATABASES, "both"), default="both")
    given = parser.parse_args()
    began = time.monotonic()
    names = list(DATABASES) if given.database == "both" else [given.database]
    # In memory where there is such a place: what dies here is a process, never the machine.
    shared = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="tessera-sim-", dir=shared if shared.is_dir() else None))
    server = Postgres() if "postgres" in names else None
    children: list[subprocess.Popen[bytes]] = []
    try:
        for name in names:
            share = -(-given.seeds // DATABASES[name])
            for first in range(given.first, given.first + given.seeds, share):
                seeds = min(share, given.first + given.seeds - first)
                words = [name, str(first), str(seeds), str(given.acts)]
                command = [sys.executable, "-m", "tests.sim.child", *words]
                place = folder / f"{name}-{first}"
                children.append(
                    subprocess.Popen(command, env=environment(place, server if name == "postgres" else None))
                )
        failed = sum(child.wait() != 0 for child in children)
    finally:
        for child in children:
            child.kill()
        if server is not None:
            server.stop()
            server.remove()
        shutil.rmtree(folder, ignore_errors=True)
    seconds = time.monotonic() - began
    print(f"on {' and '.join(names)}: {given.seeds * len(names) / seconds:.2f} seeds/s, {seconds:.0f} s")
    print(f"{given.seeds} seeds, {failed} violations")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
