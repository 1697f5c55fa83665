"""`make bench-ledger`: sixteen threads at one account, beside the naive way; and what a long ledger costs.

Both databases, each in a process of its own, one after the other."""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.figures import machine
from tests.databases import environment
from tests.servers.postgres import Postgres


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.ledger", description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000, help="of the long ledger")
    parser.add_argument("--rounds", type=int, default=300, help="measurements of each act")
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    given = parser.parse_args()
    names = ("sqlite", "postgres") if given.database == "both" else (given.database,)
    print(machine(), flush=True)
    server = Postgres() if "postgres" in names else None
    try:
        with tempfile.TemporaryDirectory(prefix="tessera-bench-") as folder:
            command = [sys.executable, "-m", "tests.bench.ledger_child", str(given.entries), str(given.rounds)]
            codes = [
                subprocess.run(
                    command, env=environment(Path(folder) / name, server if name == "postgres" else None)
                ).returncode
                for name in names
            ]
    finally:
        if server is not None:
            server.stop()
            server.remove()
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
