"""The slice of the suite that every run of the tests holds: oldest and newest Python client against a site of our own,
and by hand all that costs no picture. `make conformance-full` is the whole."""

from collections.abc import Iterator

import pytest

from .check import CHECKS, Check
from .clients import Driven, Plain, clients
from .home import our_server
from .run import Mark, Server, applies, run_check
from .schema import fuzz

OLDEST, NEWEST = "python-0.28.1", "python-3.52.0"

# Every endpoint and every row of the table of errors; pictures are few, and small.
THROUGH_CLIENTS = (
    "generations/b64_json",
    "generations/null-everywhere",
    "generations/model-unknown",
    "generations/stream",
    "generations/prompt-of-1192",
    "generations/prompt-empty",
    "generations/n-11",
    "generations/n-0",
    "generations/size-300x300",
    "edits/own-alpha",
    "edits/rgb-without-mask",
    "variations/b64_json",
    "forms/n-11",
    "files/bytes",
    "files/4.1-MB",
    "files/JPEG-called-png",
    "files/non-square",
    "files/mask-of-another-size",
    "headers/on-errors",
    "models/list",
    "models/unknown",
    "keys/unknown",
    "keys/revoked",
    "keys/deactivated",
    "keys/budget-spent",
    "policy/sentence",
    "money/empty",
)
# Only newer clients send headers of their users', and repeat by themselves.
NEWEST_ALONE = ("repeats/key-other-body", "repeats/by-the-client-after-500")
PAIRS = [(name, who) for name in THROUGH_CLIENTS for who in (OLDEST, NEWEST)] + [
    (name, NEWEST) for name in NEWEST_ALONE
]
BY_HAND = ("addresses/altered", "addresses/dead-after-an-hour", "repeats/key-at-once", "money/errors-are-free")
FREE_FAMILIES = ("bodies", "routes")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with our_server(tmp_path_factory.mktemp("site")) as ours:
        yield ours


@pytest.fixture(scope="module")
def them(server: Server) -> Iterator[dict[str, Driven | Plain]]:
    found = {client.name: client for client in clients(server.base)}
    with found[OLDEST] as oldest, found[NEWEST] as newest:
        yield {OLDEST: oldest, NEWEST: newest, "http": found["http"]}


def test_answers_are_as_the_document_says(server: Server) -> None:
    """A few dozen of the cases that `make schemathesis` makes of it by the thousand."""
    assert server.operator is not None
    assert fuzz(server.base, server.operator.take("money", usd="0.032"), cases=40, seed=1, phases="fuzzing") == 0


def by_hand() -> list[str]:
    free = [name for name, check in CHECKS.items() if check.family in FREE_FAMILIES]
    keys = [name for name, check in CHECKS.items() if check.family == "keys" and not check.every_client]
    return [*BY_HAND, *free, *keys]


def held(check: Check, client: Driven | Plain, server: Server) -> None:
    assert applies(check, client)
    result = run_check(check, client, server)
    assert result.mark is Mark.GOOD, f"{check.row}\n{result.words}"


@pytest.mark.parametrize(("name", "client"), PAIRS)
def test_through_the_client(name: str, client: str, server: Server, them: dict[str, Driven | Plain]) -> None:
    held(CHECKS[name], them[client], server)


@pytest.mark.parametrize("name", by_hand())
def test_by_hand(name: str, server: Server, them: dict[str, Driven | Plain]) -> None:
    held(CHECKS[name], them["http"], server)
