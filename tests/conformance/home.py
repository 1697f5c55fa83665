"""A site of our own to be tried, with everything that an operator prepares: keys without money, a filter that refuses."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Self

from tests.site import ROOT, Site

from .operator import Operator
from .pictures import png, scene
from .raw import Raw
from .run import Server

# Of no language: the clients must carry it, and nothing but the list may refuse it.
REFUSED_WORD = "flimmerquark"
PLENTY = "100000"

# Django is started once, and the operator's own command is then called a line at a time.
_COMMANDS = """
import io, json, sys
from django.core.management import call_command
from django.db import close_old_connections
for line in sys.stdin:
    out = io.StringIO()
    call_command(*json.loads(line), stdout=out)
    close_old_connections()
    print(json.dumps(out.getvalue().strip().splitlines()[-1]), flush=True)
"""


class Keys:
    """Makes keys by `manage.py make_api_key`."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "shell", "--no-imports", "-c", _COMMANDS],
            cwd=ROOT,
            env=self.site.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        return self

    def __exit__(self, *about: object) -> None:
        self.process.kill()
        self.process.wait(10)

    def make(self, *, usd: str, images_a_minute: str = PLENTY, **options: str) -> str:
        words = ["make_api_key", f"conformance-{token_hex(6)}@example.org", "--usd", usd]
        words += ["--images-a-minute", images_a_minute]
        for name, value in options.items():
            words += [f"--{name.replace('_', '-')}", value]
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps(words) + "\n")
        line = self.process.stdout.readline()
        assert line, "the operator's command ended"
        return str(json.loads(line))


@contextmanager
def our_server(folder: Path, **settings: str) -> Iterator[Server]:
    """Embedded, with the tiny engine, and all that the operator's rows need."""
    words, refused, picture = folder / "words.txt", folder / "pictures.txt", folder / "refused.png"
    words.write_text(f"{REFUSED_WORD}\n")
    picture.write_bytes(png(scene(shade=17)))
    refused.write_text(hashlib.sha256(picture.read_bytes()).hexdigest() + "\n")
    lists = {"TESSERA_BLOCKED_WORDS": str(words), "TESSERA_BLOCKED_PICTURES": str(refused)}
    with Site(folder, **lists, **settings) as site, Keys(site) as keys:
        base = f"{site.address}/v1"
        operator = Operator(
            {
                "money": keys.make,
                "limited": lambda: keys.make(usd="5", images_a_minute="15"),
                "spent": lambda: spent(base, keys),
                "revoked": lambda: after(site, keys.make(usd="1"), "revoked"),
                "expired": lambda: after(site, keys.make(usd="1"), "expired"),
                "deactivated": lambda: after(site, keys.make(usd="1"), "deactivated"),
                "refused picture": lambda: str(picture),
                "dead address": lambda: dead_address(site, base, keys),
            }
        )
        prompt = f"a fox in the {REFUSED_WORD} of the evening"
        yield Server(base=base, key=keys.make(usd="500"), refused_prompt=prompt, operator=operator)


def spent(base: str, keys: Keys) -> str:
    """A key whose month's budget is used up by one picture, on an account that has more."""
    key = keys.make(usd="1", monthly_usd="0.016")
    body = b'{"prompt": "a fox", "size": "256x256"}'
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    exchange = Raw(base).send("POST", "/images/generations", body, headers)
    assert exchange.status == 200, exchange.words()
    return key
