"""`make conformance-full`: every check through every client, against a site of our own in the one-command mode.

The operator's rows count: keys are made by `manage.py make_api_key`, and what else they need is prepared here. Options:
--only, --client, as of `make conformance`.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from .clients import clients
from .home import our_server
from .run import good, named, run_all, table, tell


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.full", description=__doc__)
    parser.add_argument("--client", action="append", default=os.environ.get("CLIENTS", "").split())
    parser.add_argument("--only", action="append", default=os.environ.get("ONLY", "").split())
    options = parser.parse_args(arguments)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tessera-conformance-") as folder, our_server(Path(folder)) as server:
        them = [one for one in clients(server.base) if not options.client or one.name in options.client]
        results = run_all(named(options.only), them, server, tell=tell)
    print(f"\n{table(results)}\nin {time.monotonic() - began:.0f} s")
    return 0 if good(results) else 1


if __name__ == "__main__":
    # The terminal's own settings of a site must not reach the one that is tried.
    for variable in ("DATABASE_URL", "REDIS_URL", "STORAGE_URL", "TESSERA_DATA", "ALLOWED_HOSTS", "DEBUG"):
        os.environ.pop(variable, None)
    sys.exit(main())
