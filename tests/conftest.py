from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.core.cache import cache
from django.db.backends.base.operations import BaseDatabaseOperations
from django.test import Client
from pytest_django import Settings

from accounts.models import Person
from generation import queue
from tests import people, triggers

# A busy machine is nobody's fault: no test fails by the clock.
hypothesis.settings.register_profile("house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="run the long loops whole, not their seeded slice")


@pytest.fixture
def full(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--full"))


@pytest.fixture(autouse=True)
def _own_places(settings: Settings, tmp_path: Path) -> None:
    """Pictures of a test lie in its own folder; pages name static files plainly, since none were collected."""
    settings.STORAGES = {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "media")},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.ORIGIN_FOLDER = tmp_path / "origin"
    settings.ORIGIN_CERTIFICATE = settings.ORIGIN_FOLDER / "certificate.pem"
    settings.ORIGIN_KEY = settings.ORIGIN_FOLDER / "key.pem"
    settings.ORIGIN_EARLIER = settings.ORIGIN_FOLDER / "earlier.pem"
    settings.BLOCKED_WORDS_FILE = tmp_path / "blocked-words.txt"
    settings.BLOCKED_PICTURES_FILE = tmp_path / "blocked-pictures.txt"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The wake-ups that were sent, by task name; none leaves the test."""
    sent: list[str] = []

    def note(name: str, times: int, expires: float | None) -> None:
        sent.extend([name] * times)

    monkeypatch.setattr(queue, "_send", note)
    return sent


@pytest.fixture
def alice(db: Any) -> Person:
    return people.make("alice")


@pytest.fixture
def bob(db: Any) -> Person:
    return people.make("bob")


@pytest.fixture
def as_alice(alice: Person) -> Client:
    return people.browser_of(alice)


@pytest.fixture
def as_bob(bob: Person) -> Client:
    return people.browser_of(bob)


@pytest.fixture
def as_stranger(db: Any) -> Client:
    return people.browser_of(None)


@pytest.fixture(scope="session", autouse=True)
def _flushed_past_the_ledger() -> Iterator[None]:
    """Emptying the tables between tests, as no site ever does, goes past the triggers that refuse it: for that
    moment they are off, by the rights of whoever owns the tables. The product has no such way."""
    plain = BaseDatabaseOperations.execute_sql_flush

    def without_triggers(self: BaseDatabaseOperations, sql_list: Iterable[str]) -> None:
        off, on = triggers.switches(self.connection)
        plain(self, [*off, *sql_list, *on])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", without_triggers)
        yield
