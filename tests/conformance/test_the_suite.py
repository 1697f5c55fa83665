"""The suite itself: nothing of it is green whatever a server does, and no client goes untried."""

from pathlib import Path

import pytest

from .asks import Ask
from .check import CHECKS
from .clients import Driven, clients
from .operator import NEEDS, Operator
from .pictures import file, png, scene
from .run import Mark, Result, Server, applies, good, named, run_all, table
from .wire import Swap
from .wrong_servers import WRONG, broken, no, serving, yes

OFFICIAL = ("python-0.28.1", "python-1.0.0", "python-1.40.0", "python-3.52.0", "javascript-7.55.0")


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    picture = tmp_path / "refused.png"
    picture.write_bytes(png(scene()))
    made = {need: lambda **facts: "sk-prepared" for need in NEEDS}
    return Operator({**made, "refused picture": lambda: str(picture), "dead address": lambda: "http://127.0.0.1:9/"})


def marks(answer, name: str, operator: Operator, chosen=None) -> list[Result]:
    with serving(answer) as base:
        (client,) = [client for client in clients(base) if client.name == name]
        server = Server(base=base, key="sk-test", operator=operator)
        return run_all(chosen or list(CHECKS.values()), [client], server)


def test_every_check_is_red_on_a_wrong_server(operator: Operator) -> None:
    left = set(CHECKS) - only_clients()
    for answer in WRONG:
        results = marks(answer, "http", operator, [CHECKS[name] for name in sorted(left)]) if left else []
        left -= {result.check.name for result in results if result.mark is Mark.WRONG}
    assert left == set()


def only_clients() -> set[str]:
    """What plain HTTP cannot say, since it repeats nothing by itself; tried through a client below."""
    return {name for name in CHECKS if name.startswith("repeats/by-the-client")}


@pytest.mark.parametrize("name", [OFFICIAL[0], OFFICIAL[3], OFFICIAL[4]])
def test_every_family_is_red_through_the_clients(name: str, operator: Operator) -> None:
    everything = [check for check in CHECKS.values() if check.every_client]
    families = {check.family for check in everything}
    chosen = [check for name in families for check in [one for one in everything if one.family == name][:5]]
    results = marks(yes, name, operator, chosen)
    red = {result.check.family for result in results if result.mark is Mark.WRONG}
    assert red == families


def test_all_official_clients_are_driven_in_the_versions_named() -> None:
    with serving(no) as base:
        found = clients(base)
        assert tuple(client.name for client in found) == (*OFFICIAL, "http")
        for client in found[:-1]:
            with client:
                assert client.name.endswith(f"-{client.version}")
                outcome = client.ask(Ask(operation="generate", fields={"prompt": "x"}, key="sk-test"))
                assert outcome.status == 400 and "No." in outcome.message
                assert outcome.last.sent["authorization"] == "Bearer sk-test"


def test_the_wire_breaks_what_it_is_told_and_keeps_both_answers() -> None:
    with serving(yes) as base:
        newest = next(client for client in clients(base) if client.name == OFFICIAL[3])
        assert isinstance(newest, Driven)
        with newest:
            ask = Ask(operation="vary", files={"image": file(scene())}, key="sk-test", repeats=2)
            outcome = newest.ask(ask, Swap(status=500))
    assert [exchange.status for exchange in outcome.exchanges] == [200, 200]
    assert [exchange.sent["x-stainless-retry-count"] for exchange in outcome.exchanges] == ["0", "1"]
    assert b"Content-Disposition" in outcome.exchanges[0].body


def test_rows_for_an_operator_are_marked_and_do_not_count() -> None:
    with serving(broken) as base:
        chosen = named(["money/empty"])
        client = clients(base)[-1]
        without = run_all(chosen, [client], Server(base=base, key="sk-test"))
        unprepared = run_all(chosen, [client], Server(base=base, key="sk-test", operator=Operator({})))
    assert [result.mark for result in without] == [Mark.OPERATOR]
    assert not good(without), "nothing was tried"
    assert [result.mark for result in unprepared] == [Mark.WRONG]
    assert "MAKE_KEY is not set" in unprepared[0].words


def test_the_table_ends_with_totals() -> None:
    check = CHECKS["money/empty"]
    results = [Result(check=check, client="http", mark=mark, words="why") for mark in (Mark.GOOD, Mark.WRONG)]
    assert table(results).splitlines()[-1] == "1 ok, 1 wrong, 0 that a client cannot say; 1 checks"
    assert not good(results) and good(results[:1])


def test_every_check_stands_for_a_row_and_goes_through_somebody() -> None:
    with serving(no) as base:
        them = clients(base)
    for check in CHECKS.values():
        assert check.row and any(applies(check, client) for client in them)
        assert set(check.needs) <= set(NEEDS)
