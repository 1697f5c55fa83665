"""The filters' process: questions in, findings out, over one socket that its parent made.

    python -P -m moderation.screener.serve --socket FD

One question after the other, in the main thread, so that a pattern can be stopped. Python's own framing of messages
(multiprocessing.connection) with JSON in it: nothing that is sent is ever unpickled. Where the parent's end closes, it
leaves.
"""

import argparse
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from moderation.screener.filters import Filters

MOST_BYTES = 64 << 20


def answer(filters: Filters, question: Mapping[str, Any], files: Sequence[bytes]) -> dict[str, Any]:
    match question["do"]:
        case "rules":
            return filters.learn(question["rules"])
        case "sentence":
            return filters.sentence(question["text"])
        case "picture":
            return filters.picture(files[0], faces=question["faces"], words=question["words"])
        case other:
            raise ValueError(f"nothing is known of {other!r}")


def serve(connection: Connection, filters: Filters) -> None:
    while True:
        question = json.loads(connection.recv_bytes(MOST_BYTES))
        files = [connection.recv_bytes(MOST_BYTES) for _ in range(question.get("files", 0))]
        began = time.monotonic()
        try:
            found = answer(filters, question, files)
        # One question that goes wrong is answered so; the next may be well.
        except Exception as wrong:
            traceback.print_exc(file=sys.stderr)
            found = {"error": f"{type(wrong).__name__}: {wrong}"[:300]}
        found["milliseconds"] = round(1000 * (time.monotonic() - began), 1)
        connection.send_bytes(json.dumps(found).encode())


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--socket", type=int, required=True)
    connection = Connection(parser.parse_args().socket)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError):
        os.nice(2)
    threads = int(os.environ.get("SCREENER_THREADS", "") or min(2, os.cpu_count() or 1))
    try:
        filters = Filters(threads=threads)
        connection.send_bytes(json.dumps({"ready": True}).encode())
        serve(connection, filters)
    except (EOFError, ConnectionError):
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
