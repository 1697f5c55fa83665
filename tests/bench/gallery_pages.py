"""The part of `make bench-gallery` that is Django: walls of two lengths on one Postgres, and their pages asked in turn.

Run by tests/bench/gallery.py inside `manage.py shell`, so that Django is set up. Prints what it measured as JSON.
"""

import json
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from accounts.services import make_person
from generation.services import engine_notice
from tests.bench.gallery_rows import DAYS, STYLES, counted, fill

EMAIL = "bench@example.com"
WARMING = 3


class Database:
    """The time and the number of queries of one request."""

    def __init__(self) -> None:
        self.queries, self.seconds = 0, 0.0

    def __call__(self, execute: Any, *args: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(*args)
        finally:
            self.seconds += time.perf_counter() - began
            self.queries += 1


class Wall:
    """One database with pictures in it, its own connection, and the person who looks at them."""

    def __init__(self, *, pictures: int, own: int) -> None:
        name = f"wall_{pictures}"
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
        self.connection = connection.copy()
        self.connection.settings_dict["NAME"] = name
        with self.open():
            call_command("migrate", verbosity=0)
            began = time.perf_counter()
            person = make_person(email=EMAIL, password="correct horse battery")
            fill(person_id=person.pk, pictures=pictures, own=own)
            say(f"{counted()}, {own} one person's, filled in {time.perf_counter() - began:.0f} s")
            self.client = Client(SERVER_NAME="127.0.0.1")
            self.client.force_login(person)
            self.paths = pages()

    @contextmanager
    def open(self) -> Iterator[None]:
        before, connections["default"] = connections["default"], self.connection
        try:
            yield
        finally:
            connections["default"] = before

    def ask(self, name: str) -> tuple[float, float, int, int]:
        """Milliseconds, those of the database, queries, and how many things stand on the page."""
        database = Database()
        with self.open():
            # What every page knows of the engine is kept for some seconds: so none is the one that has to ask.
            cache.clear()
            engine_notice()
            with connection.execute_wrapper(database):
                began = time.perf_counter()
                answer = self.client.get(self.paths[name])
                seconds = time.perf_counter() - began
        if answer.status_code != 200:
            raise SystemExit(f"{self.paths[name]} answered {answer.status_code}")
        things = len(re.findall(rb'class="(?:request request--|wall__picture)', answer.content))
        return 1000 * seconds, 1000 * database.seconds, database.queries, things


def pages() -> dict[str, str]:
    """Each begins with the kind of page that it is one of. A deep page is the one in the middle of the wall."""
    now = timezone.now()
    since, until = ((now - timedelta(days=DAYS * part)).date() for part in (0.6, 0.2))
    middle = now - timedelta(days=DAYS / 2)
    return {
        "history, first page": "/history",
        "history, in its middle": f"/history?before={quoted(middle)}_{'f' * 8}-ffff-4fff-bfff-{'f' * 12}",
        "history, variations": "/history?kind=variation",
        "history, favourites": "/history?favourites=on",
        "history, between two days": f"/history?since={since}&until={until}",
        "search, a word in every third sentence": "/history?q=lighthouse",
        "search, a rare word": "/history?q=zeppelin",
        "search, two words": "/history?q=paper+zeppelin",
        "search, the beginning of a word": "/history?q=ligh",
        "search, a slip of the finger": "/history?q=lighthose",
        "search, a word that nobody wrote": "/history?q=submarine",
        "gallery, newest": "/gallery",
        "gallery, newest, in its middle": f"/gallery?after={quoted(middle)}_1",
        "gallery, most liked": "/gallery?order=liked",
        "gallery, most liked, in its middle": "/gallery?order=liked&after=300_1",
        "gallery, one style": f"/gallery?style={STYLES[0]}",
        "gallery, one style, most liked": f"/gallery?style={STYLES[0]}&order=liked",
    }


def quoted(moment: Any) -> str:
    return str(moment.isoformat()).replace("+", "%2B")


def measure(*, large: int, own: int, small: int, small_own: int, rounds: int, times: int) -> None:
    walls = {"small": Wall(pictures=small, own=small_own), "large": Wall(pictures=large, own=own)}
    measured: dict[str, dict[str, list[Any]]] = {name: {"small": [], "large": []} for name in walls["small"].paths}
    for number in range(rounds):
        say(f"round {number + 1} of {rounds}")
        for name, answers in measured.items():
            asked: dict[str, list[Any]] = {"small": [], "large": []}
            # In turn, one by one, so that whatever else the machine does meets both alike.
            for _ in range(WARMING + times):
                for size, wall in walls.items():
                    asked[size].append(wall.ask(name))
            for size in walls:
                answers[size].append(asked[size][WARMING:])
    print("measured " + json.dumps(measured))


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
