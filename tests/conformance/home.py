"""A site of our own to be tried, with all that an operator prepares: keys without money, a filter that refuses."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
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


class Hand:
    """The operator's, in a Django beside the site."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment

    def __enter__(self) -> Self:
        serve = "from tests.conformance.operating import serve; serve()"
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "shell", "--no-imports", "-c", serve],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        return self

    def __exit__(self, *about: object) -> None:
        self.process.kill()
        self.process.wait(10)

    def do(self, act: str, *words: str) -> str:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps([act, *words]) + "\n")
        line = self.process.stdout.readline()
        assert line, f"the operator's {act} ended"
        return str(json.loads(line))

    def key(self, *, usd: str, images_a_minute: str = PLENTY, **options: str) -> str:
        words = [f"conformance-{token_hex(6)}@example.org", "--usd", usd, "--images-a-minute", images_a_minute]
        for name, value in options.items():
            words += [f"--{name.replace('_', '-')}", value]
        return self.do("make", *words)


@contextmanager
def our_server(folder: Path, **settings: str) -> Iterator[Server]:
    """Embedded, with the tiny engine, and all that the operator's rows need."""
    words, refused, picture = folder / "words.txt", folder / "pictures.txt", folder / "refused.png"
    words.write_text(f"{REFUSED_WORD}\n")
    picture.write_bytes(png(scene(shade=17)))
    refused.write_text(hashlib.sha256(picture.read_bytes()).hexdigest() + "\n")
    lists = {"TESSERA_BLOCKED_WORDS": str(words), "TESSERA_BLOCKED_PICTURES": str(refused)}
    site = Site(folder, TESSERA_API_IMAGES_A_MINUTE=PLENTY, **lists, **settings)
    site.patience = 180.0
    with site, Hand(site.environment) as hand:
        yield prepared(site.address, hand, picture)


def prepared(address: str, hand: Hand, refused_picture: Path) -> Server:
    base = f"{address}/v1"
    operator = Operator(
        {
            "money": hand.key,
            "limited": lambda: hand.key(usd="5", images_a_minute="15"),
            "spent": lambda: drawn_once(base, hand.key(usd="1", monthly_usd="0.016")),
            "revoked": lambda: hand.do("revoked", hand.key(usd="1")),
            "expired": lambda: hand.do("expired", hand.key(usd="1")),
            "deactivated": lambda: hand.do("deactivated", hand.key(usd="1")),
            "refused picture": lambda: str(refused_picture),
            "dead address": lambda: drawn_once(base, hand.key(usd="1")) and hand.do("dead", address),
        }
    )
    prompt = f"a fox in the {REFUSED_WORD} of the evening"
    return Server(base=base, key=hand.key(usd="500"), refused_prompt=prompt, operator=operator)


def drawn_once(base: str, key: str) -> str:
    """The same key, after one picture."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    body = b'{"prompt": "a fox", "size": "256x256"}'
    exchange = Raw(base).send("POST", "/images/generations", body, headers)
    assert exchange.status == 200, exchange.words()
    return key
