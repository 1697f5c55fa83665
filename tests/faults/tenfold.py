"""Runs a module as `python -m` does, in a process that sends every message ten times:
`python -m tests.faults.tenfold celery …`. Each send leaves a line in tenfold.log in the data folder."""

import os
import runpy
import sys
from pathlib import Path
from typing import Any

from celery import Celery

TIMES = 10
_send_task = Celery.send_task


def _ten_times(self: Celery, name: str, *args: Any, **kwargs: Any) -> Any:
    with (Path(os.environ["TESSERA_DATA"]) / "tenfold.log").open("a") as log:
        log.write(f"{name}\n")
    return [_send_task(self, name, *args, **kwargs) for _ in range(TIMES)][-1]


if __name__ == "__main__":
    Celery.send_task = _ten_times
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
