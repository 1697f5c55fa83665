"""Runs checks through clients and prints one table."""

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from .asks import CannotSay
from .check import CHECKS, Check, It
from .checks import answers, forms, generations, money, oddities, repeats  # noqa: F401  the lists fill by being read
from .clients import Driven, Plain
from .operator import Operator
from .raw import Raw

# Hardly any filter of sentences lets this through; REFUSED_PROMPT names another.
REFUSED_PROMPT = "graphic gore: a mutilated corpse, decapitated, blood everywhere"


class Mark(Enum):
    GOOD = "ok"
    WRONG = "WRONG"
    OPERATOR = "operator"  # somebody's hand is needed: not counted
    CANNOT = "-"  # this client has no way to say it
    LEFT_OUT = ""


@dataclass(frozen=True, kw_only=True)
class Result:
    check: Check
    client: str
    mark: Mark
    words: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Server:
    """What is tried, and with what."""

    base: str
    key: str
    refused_prompt: str = REFUSED_PROMPT
    operator: Operator | None = None


def applies(check: Check, client: Driven | Plain) -> bool:
    return check.every_client or isinstance(client, Plain)


def run_check(check: Check, client: Driven | Plain, server: Server) -> Result:
    if check.needs and server.operator is None:
        return Result(check=check, client=client.name, mark=Mark.OPERATOR)
    it = It(
        client=client,
        raw=Raw(server.base),
        key=server.key,
        refused_prompt=server.refused_prompt,
        operator=server.operator or Operator({}),
    )
    began = time.monotonic()
    mark, words = Mark.GOOD, ""
    try:
        check.run(it)
    except CannotSay as reason:
        mark, words = Mark.CANNOT, str(reason)
    except Exception as error:  # whatever a server does to a check is the server's fault, and a row of the table
        mark, words = Mark.WRONG, f"{type(error).__name__}: {error}"
    return Result(check=check, client=client.name, mark=mark, words=words, seconds=time.monotonic() - began)


def run_all(
    chosen: Sequence[Check],
    them: Sequence[Driven | Plain],
    server: Server,
    *,
    tell: Callable[[Result], None] = lambda result: None,
) -> list[Result]:
    results: list[Result] = []
    for client in them:
        with client:
            for check in chosen:
                if applies(check, client):
                    results.append(run_check(check, client, server))
                    tell(results[-1])
    return results


def named(words: Iterable[str]) -> list[Check]:
    """The checks whose names begin with one of these words; all without any."""
    chosen = [check for name, check in CHECKS.items() if name.startswith(tuple(words) or ("",))]
    if not chosen:
        raise SystemExit(f"No check begins so. There are: {', '.join(sorted({c.family for c in CHECKS.values()}))}.")
    return sorted(chosen, key=lambda check: check.family)


def table(results: Sequence[Result]) -> str:
    """Check by client, what went wrong beneath, and a last line with totals."""
    clients = list(dict.fromkeys(result.client for result in results))
    checks = list(dict.fromkeys(result.check.name for result in results))
    marks = {(result.check.name, result.client): result.mark.value for result in results}
    width = max(len(name) for name in checks)
    widths = [max(len(client), 8) for client in clients]
    lines = ["  ".join([f"{'check':<{width}}", *(f"{c:<{w}}" for c, w in zip(clients, widths, strict=True))])]
    for name in checks:
        cells = [f"{marks.get((name, c), ''):<{w}}" for c, w in zip(clients, widths, strict=True)]
        lines.append("  ".join([f"{name:<{width}}", *cells]).rstrip())
    for result in results:
        if result.mark is Mark.WRONG:
            lines += ["", f"WRONG {result.check.name}, {result.client}", f"  contract: {result.check.row}"]
            lines.append(f"  {result.words}")
    return "\n".join([*lines, "", totals(results)])


def totals(results: Sequence[Result]) -> str:
    counted = Counter(result.mark for result in results)
    words = f"{counted[Mark.GOOD]} ok, {counted[Mark.WRONG]} wrong"
    if counted[Mark.OPERATOR]:
        words += f", {counted[Mark.OPERATOR]} need an operator's hand (OPERATOR=1)"
    return f"{words}, {counted[Mark.CANNOT]} that a client cannot say; {len({r.check.name for r in results})} checks"


def good(results: Sequence[Result]) -> bool:
    """Something was tried, and nothing was wrong."""
    return any(r.mark is Mark.GOOD for r in results) and not any(r.mark is Mark.WRONG for r in results)


def tell(result: Result) -> None:
    """One line a check while it runs: a table comes only at the end."""
    print(f"{result.mark.value or '.':<8} {result.seconds:5.1f} s  {result.client:<18} {result.check.name}", flush=True)
    if result.mark is Mark.WRONG:
        print(f"         {result.words[:400]}", file=sys.stderr, flush=True)
