"""What only somebody can prepare who runs the server: keys in special states, a picture that it refuses.

Without OPERATOR=1 the rows that need these are marked in the table and do not count. With it they come from the
environment; a variable may hold several values with spaces between, which are used in turn.
"""

import itertools
import shlex
import subprocess
from collections.abc import Callable, Mapping
from secrets import token_hex

Maker = Callable[..., str]

# name of what a check takes: (variable, what the operator puts into it)
NEEDS = {
    "money": ("MAKE_KEY", "a command that prints a new account's key on its last line; {email} and {usd} stand in it"),
    "revoked": ("REVOKED_KEY", "a key that was revoked"),
    "expired": ("EXPIRED_KEY", "a key whose time is over"),
    "deactivated": ("DEACTIVATED_KEY", "a key of an account that was deactivated"),
    "spent": ("SPENT_KEY", "a key whose own monthly budget is spent, on an account with money"),
    "limited": ("LIMITED_KEY", "keys for 15 images a minute, unused for a minute; one for each client"),
    "refused picture": ("REFUSED_PICTURE", "a PNG file that the server's filter of pictures refuses"),
    "dead address": ("DEAD_ADDRESS", "the address of a picture that is older than 60 minutes"),
}


class NotPrepared(AssertionError):
    """OPERATOR=1 was said, and this was not given."""


class Operator:
    def __init__(self, makers: Mapping[str, Maker]) -> None:
        assert set(makers) <= set(NEEDS)
        self.makers = makers

    def take(self, need: str, **facts: object) -> str:
        if need not in self.makers:
            variable, words = NEEDS[need]
            raise NotPrepared(f"{variable} is not set: {words}")
        return self.makers[need](**facts)


def from_environment(environment: Mapping[str, str]) -> Operator:
    makers: dict[str, Maker] = {}
    for need, (variable, _) in NEEDS.items():
        if value := environment.get(variable):
            makers[need] = _by_command(value) if need == "money" else in_turn(*shlex.split(value))
    return Operator(makers)


def in_turn(*values: str) -> Maker:
    circle = itertools.cycle(values)
    return lambda: next(circle)


def _by_command(template: str) -> Maker:
    def make(*, usd: str) -> str:
        command = template.format(usd=usd, email=f"conformance-{token_hex(6)}@example.org")
        printed = subprocess.run(shlex.split(command), capture_output=True, text=True, check=True, timeout=120).stdout
        return printed.strip().splitlines()[-1].strip()

    return make
