"""A process that dies at one of its writes, right after one of its commits, or while it asks somebody else."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection

WRITES = ("INSERT", "UPDATE", "DELETE")
PLACES = ("before write", "after write", "after commit")
ASKS = (*PLACES, "before asking", "after asking")


class Crash(BaseException):
    """Not an Exception: nothing that handles errors may handle the end of its process."""


@dataclass
class Blow:
    """Where it dies: before or after the n-th write is sent or the n-th question asked, or after the n-th commit."""

    where: str = ""
    number: int = 0
    writes: int = 0
    commits: int = 0
    asked: int = 0
    struck: bool = False

    def __str__(self) -> str:
        return f"dies {self.where} {self.number}" if self.where else ""

    def strike(self, where: str, number: int) -> None:
        if self.struck or (self.where == where and number == self.number):
            self.struck = True
            raise Crash

    def ask(self, where: str) -> None:
        self.asked += where.startswith("before")
        self.strike(where, self.asked)


def some_blow(rng: random.Random, places: Sequence[str] = PLACES) -> Blow:
    where = rng.choice(places)
    most = 9 if "write" in where else 2 if places is ASKS else 1
    return Blow(where, rng.randint(1, most))


@contextmanager
def struck_by(blow: Blow, seen: Callable[[], None]) -> Iterator[None]:
    """Within it the database's connection is the process's that dies; after it, another process begins. `seen` looks
    after each commit."""
    hooks = connection.run_and_clear_commit_hooks

    def committed() -> None:
        seen()
        blow.commits += 1
        blow.strike("after commit", blow.commits)
        hooks()

    def execute(run: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if blow.struck:
            raise Crash
        if not sql.startswith(WRITES):
            return run(sql, params, many, context)
        blow.writes += 1
        blow.strike("before write", blow.writes)
        answer = run(sql, params, many, context)
        blow.strike("after write", blow.writes)
        return answer

    connection.run_and_clear_commit_hooks = committed  # type: ignore[method-assign]
    try:
        with connection.execute_wrapper(execute):
            yield
    except Crash:
        connection.run_on_commit = []
        connection.close()
    finally:
        connection.run_and_clear_commit_hooks = hooks  # type: ignore[method-assign]
