"""`make conformance BASE_URL=https://…/v1 KEY=sk-…`: does a server keep the contract of the retired Images API?

Every row of the contract is a named check, and each goes through the unmodified official clients, old and new, and
through plain HTTP. It ends with a table, totals, and 0 only where all was well. It draws some hundred small pictures
with the key. ONLY="edits files/3" picks checks, CLIENTS="http python-0.28.1" clients; REFUSED_PROMPT is a sentence that
the server's policy refuses. With OPERATOR=1 the rows count that need an operator's hand; what they need is told by
`python -m tests.conformance --needs`.
"""

import argparse
import os
import sys
from collections.abc import Sequence

from .check import CHECKS
from .clients import clients
from .operator import NEEDS, from_environment
from .run import REFUSED_PROMPT, Server, good, named, run_all, table, tell


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument("--base-url", default=os.environ.get("BASE_URL"), help="with its /v1")
    parser.add_argument("--key", default=os.environ.get("KEY"))
    parser.add_argument("--client", action="append", default=os.environ.get("CLIENTS", "").split())
    parser.add_argument("--only", action="append", default=os.environ.get("ONLY", "").split())
    parser.add_argument("--list", action="store_true", help="every check and the row it stands for")
    parser.add_argument("--needs", action="store_true", help="what OPERATOR=1 asks for")
    options = parser.parse_args(arguments)
    if options.list or options.needs:
        print(listed() if options.list else prepared())
        return 0
    if not options.base_url or not options.key:
        parser.error("BASE_URL (with its /v1) and KEY say which server, and as whom")
    operator = from_environment(os.environ) if os.environ.get("OPERATOR") == "1" else None
    refused_prompt = os.environ.get("REFUSED_PROMPT") or REFUSED_PROMPT
    server = Server(base=options.base_url, key=options.key, refused_prompt=refused_prompt, operator=operator)
    them = [client for client in clients(server.base) if not options.client or client.name in options.client]
    if not them:
        parser.error(f"the clients: {', '.join(client.name for client in clients(server.base))}")
    results = run_all(named(options.only), them, server, tell=tell)
    print(f"\n{table(results)}")
    return 0 if good(results) else 1


def listed() -> str:
    width = max(len(name) for name in CHECKS)
    return "\n".join(
        f"{name:<{width}}  {check.row}{'  (operator)' if check.needs else ''}" for name, check in CHECKS.items()
    )


def prepared() -> str:
    width = max(len(variable) for variable, _ in NEEDS.values())
    return "\n".join(f"{variable:<{width}}  {words}" for variable, words in NEEDS.values())


if __name__ == "__main__":
    sys.exit(main())
