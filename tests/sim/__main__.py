"""`make sim`: a thousand seeds, half of them on each database; `--each`: every one of them on both.

`python -m tests.sim [--seeds N] [--first SEED] [--database sqlite|postgres|both] [--each] [--acts N]`.
A seed that fails is printed with its history, and is run again alone by `--first SEED --seeds 1 --each`."""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
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
    parser.add_argument("--each", action="store_true", help="every seed on every database: twice the time")
    given = parser.parse_args()
    began = time.monotonic()
    names = list(DATABASES) if given.database == "both" else [given.database]
    # In memory where there is such a place: what dies here is a process, never the machine.
    shared = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="tessera-sim-", dir=shared if shared.is_dir() else None))
    server = Postgres() if "postgres" in names else None
    children: list[subprocess.Popen[bytes]] = []
    try:
        for name, first, seeds in shares(names, given.first, given.seeds, each=given.each):
            command = [sys.executable, "-m", "tests.sim.child", name, str(first), str(seeds), str(given.acts)]
            place = folder / f"{name}-{first}"
            env = environment(place, server if name == "postgres" else None)
            children.append(subprocess.Popen(command, env=env))
        failed = sum(child.wait() != 0 for child in children)
    finally:
        for child in children:
            child.kill()
        if server is not None:
            server.stop()
            server.remove()
        shutil.rmtree(folder, ignore_errors=True)
    seconds = time.monotonic() - began
    runs = given.seeds * (len(names) if given.each else 1)
    how = "each on" if given.each else "on"
    print(f"{how} {' and '.join(names)}: {runs / seconds:.2f} seeds/s, {seconds:.0f} s")
    print(f"{given.seeds} seeds, {failed} violations")
    return 1 if failed else 0


def shares(names: list[str], first: int, seeds: int, *, each: bool) -> Iterator[tuple[str, int, int]]:
    """Which process runs which seeds: the database, the first of them, how many."""
    end = first + seeds
    for place, name in enumerate(names):
        begins = first if each else first + seeds * place // len(names)
        ends = end if each else first + seeds * (place + 1) // len(names)
        processes = DATABASES[name]
        for number in range(processes):
            low, high = (begins + (ends - begins) * at // processes for at in (number, number + 1))
            if high > low:
                yield name, low, high - low


if __name__ == "__main__":
    sys.exit(main())
