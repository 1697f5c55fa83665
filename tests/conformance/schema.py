"""`make schemathesis`: does the server do what its OpenAPI document says? Its cases, good and bad, come from that.

Against a site of our own, or with --base-url and --key against any. The key has money for a few pictures, so that some
are drawn and the rest are refused as the document says; a case that is answered by a fault of the server, or otherwise
than documented, is printed with the request that shows it. Options: --cases (of the fuzzing, all together), --seed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from deploy.setup.clients import client_python
from deploy.setup.project import Project

from .home import our_server
from .raw import Raw

PROGRAM = "schemathesis-4.32.5"
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
DOCUMENT = "/openapi.json"
PHASES = "coverage,fuzzing"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.schema", description=__doc__)
    parser.add_argument("--base-url")
    parser.add_argument("--key")
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    with tried(options.base_url, options.key) as (base, key):
        return fuzz(base, key, cases=options.cases, seed=options.seed)


@contextmanager
def tried(base: str | None, key: str | None) -> Iterator[tuple[str, str]]:
    if base and key:
        yield base, key
        return
    with tempfile.TemporaryDirectory(prefix="tessera-schema-") as folder, our_server(Path(folder)) as server:
        assert server.operator is not None
        yield server.base, server.operator.take("money", usd="0.2")


def fuzz(base: str, key: str, *, cases: int, seed: int, phases: str = PHASES) -> int:
    """So many cases, shared out among the operations of the document; 0 where each was answered as it says."""
    document = Raw(base).send("GET", DOCUMENT)
    assert document.status == 200, document.words()
    methods = ("get", "post", "put", "patch", "delete")
    operations = sum(len([m for m in path if m in methods]) for path in document.json["paths"].values())
    with tempfile.TemporaryDirectory(prefix="tessera-schema-") as folder:
        place = Path(folder) / "openapi.json"
        place.write_text(json.dumps(document.json))
        command = [str(client_python(Project(), PROGRAM)), "-m", "schemathesis.cli", "run", str(place)]
        command += ["--url", base, "--header", f"Authorization: Bearer {key}", "--checks", ",".join(CHECKS)]
        command += ["--phases", phases, "--max-examples", str(max(1, -(-cases // operations)))]
        command += ["--seed", str(seed), "--continue-on-failure", "--request-timeout", "120", "--warnings", "off"]
        command += ["--suppress-health-check", "all", "--output-truncate", "true"]
        return subprocess.run(command, cwd=folder, check=False).returncode


if __name__ == "__main__":
    for variable in ("DATABASE_URL", "REDIS_URL", "STORAGE_URL", "TESSERA_DATA", "ALLOWED_HOSTS", "DEBUG"):
        os.environ.pop(variable, None)
    sys.exit(main())
