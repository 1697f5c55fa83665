"""`make bench-gallery`: whether history, search and gallery stay quick at a million pictures.
Options: --pictures, --own, --small, --small-own, --rounds, --times.

A private Postgres holds two walls, a long one and a short one, and the real pages are asked of both in turn, one by
one, through every middleware, by a person who is signed in. Each page's p95 is taken for each round, and of those the
median, so that what else the machine does in one round does not decide. It ends with 1 only where something is broken:
a ratio that is missed is a figure.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from statistics import median
from typing import Any

from tests.bench.figures import Figure, machine, percentile
from tests.servers.postgres import Postgres
from tests.servers.valkey import Valkey
from tests.site import ROOT

KINDS = ("history", "search", "gallery")
MOST = 1.5
Answers = dict[str, list[list[list[float]]]]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Whether walls stay quick at a million pictures.")
    parser.add_argument("--pictures", type=int, default=1_000_000, help="in the long wall")
    parser.add_argument("--own", type=int, default=25_000, help="of them one person's")
    parser.add_argument("--small", type=int, default=1_000, help="in the short wall")
    parser.add_argument("--small-own", type=int, default=400, help="of them one person's: enough to fill every page")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--times", type=int, default=40, help="how often a page is asked in a round")
    options = parser.parse_args(arguments)
    print(machine(), flush=True)
    try:
        measured = measure(options)
    except subprocess.CalledProcessError as broken:
        print(f"The run broke off with status {broken.returncode}.")
        return 1
    for kind in KINDS:
        of_kind = {name: answers for name, answers in measured.items() if name.startswith(f"{kind},")}
        report(kind, of_kind)
    return 0


def report(kind: str, pages: dict[str, Answers]) -> None:
    print(f"\n{kind:<44}  small p95   large p95  ratio   of it in the database   queries   things")
    for name, answers in pages.items():
        small, large = (p95(answers[size], 0) for size in ("small", "large"))
        rows, more = (p95(answers[size], 1) for size in ("small", "large"))
        queries, things = (" / ".join(seen(answers[size], place) for size in ("small", "large")) for place in (2, 3))
        print(
            f"  {name:<42} {small:7.1f} ms  {large:7.1f} ms  {large / small:5.2f}   {rows:7.1f} / {more:6.1f} ms"
            f"      {queries:>7}   {things:>7}"
        )
    small, large = (together(pages, size) for size in ("small", "large"))
    ratio = Figure(what=f"{kind}: p95 of all of its pages, large to small", value=large / small, unit="")
    print(Figure(**{**vars(ratio), "wanted": f"at most {MOST}", "met": ratio.value <= MOST}).line())
    worst = max(p95(each["large"], 0) / p95(each["small"], 0) for each in pages.values())
    print(Figure(what="    the page with the worst ratio", value=worst, unit="").line())
    constant = all(seen(each["small"], 2) == seen(each["large"], 2) for each in pages.values())
    print(f"  {'queries per page':<58} {'constant' if constant else 'NOT CONSTANT'}", flush=True)


def p95(rounds: list[list[list[float]]], place: int) -> float:
    return median(percentile([answer[place] for answer in answers], 0.95) for answers in rounds)


def together(pages: dict[str, Answers], size: str) -> float:
    """Every page of the kind as often as the others, round by round."""
    rounds = zip(*(answers[size] for answers in pages.values()), strict=True)
    return median(percentile([answer[0] for answers in each for answer in answers], 0.95) for each in rounds)


def seen(rounds: list[list[list[float]]], place: int) -> str:
    values = {int(answer[place]) for answers in rounds for answer in answers}
    return str(values.pop()) if len(values) == 1 else f"{min(values)}-{max(values)}"


def measure(options: argparse.Namespace) -> dict[str, Any]:
    postgres, valkey = Postgres(), Valkey()
    try:
        with tempfile.TemporaryDirectory(prefix="tessera-bench-") as folder:
            environment = {
                **os.environ,
                "DATABASE_URL": postgres.url,
                "REDIS_URL": valkey.url,
                "TESSERA_DATA": folder,
                "SECRET_KEY": "only-for-the-bench-" + "x" * 40,
                "EMAIL_URL": "folder:",
            }
            manage = [sys.executable, "manage.py"]
            collect = [*manage, "collectstatic", "--no-input", "--verbosity=0"]
            subprocess.run(collect, cwd=ROOT, env=environment, check=True)
            sizes = {"large": options.pictures, "own": options.own, "small": options.small}
            sizes |= {"small_own": options.small_own, "rounds": options.rounds, "times": options.times}
            code = f"from tests.bench.gallery_pages import measure; measure(**{sizes!r})"
            asked = [*manage, "shell", "--no-imports", "-c", code]
            printed = subprocess.run(asked, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    finally:
        for server in (postgres, valkey):
            server.stop()
            server.remove()
    line = next(line for line in printed.stdout.splitlines() if line.startswith("measured "))
    return dict(json.loads(line.removeprefix("measured ")))


if __name__ == "__main__":
    # The terminal's own settings of a site must not reach the one that is measured.
    for name in ("STORAGE_URL", "ALLOWED_HOSTS", "DEBUG"):
        os.environ.pop(name, None)
    sys.exit(main())
