"""The seeds on one database: `python -m tests.sim.child DATABASE FIRST SEEDS ACTS`, as `tests.sim` starts it."""

import gc
import sys
import time

from tests import databases

TELL_EVERY = 20.0


def main(name: str, first: int, seeds: int, acts: int) -> int:
    databases.begin()
    from django.conf import settings
    from django.db import connection

    from tests.sim.run import run_seed

    if connection.vendor == "sqlite":
        connection.close()
        settings.DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
    # What is loaded by now stays: looking through it for garbage would cost a tenth of the time.
    gc.freeze()
    began = told = time.monotonic()
    ran = crashes = did = 0
    wrong = ""
    for seed in range(first, first + seeds):
        outcome = run_seed(seed, acts=acts)
        ran, crashes, did = ran + 1, crashes + outcome.crashes, did + outcome.acts
        if outcome.wrong:
            print(f"\n{name}: seed {seed} failed. Its history:\n", *outcome.history, sep="\n")
            print(f"{name}: seed {seed}: {outcome.wrong}\n")
            wrong = outcome.wrong
            break
        if time.monotonic() - told > TELL_EVERY:
            told = time.monotonic()
            print(f"{name}: {ran} seeds, {ran / (told - began):.1f} seeds/s")
    seconds = time.monotonic() - began
    print(f"{name}: {ran} seeds, {did} acts, {crashes} crashes, {ran / seconds:.2f} seeds/s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *(int(word) for word in sys.argv[2:5])))
