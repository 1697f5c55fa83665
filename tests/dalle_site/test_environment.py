import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from dalle_site import environment as env

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(("value", "expected"), [("1", True), ("Yes", True), ("off", False), ("", True)])
def test_flag(value: str, expected: bool) -> None:
    assert env.flag("F", True, source={"F": value}) is expected


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (lambda source: env.flag("NAME", True, source=source), "perhaps"),
        (lambda source: env.number("NAME", 1, source=source), "many"),
        (lambda source: env.number("NAME", 1, least=2, most=5, source=source), "6"),
        (lambda source: env.number("NAME", 1, least=2, source=source), "1"),
        (lambda source: env.one_of("NAME", "off", ("off", "on"), source=source), "perhaps"),
    ],
)
def test_a_wrong_value_is_named_with_what_was_expected(read: Any, value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"NAME is set to '{value}'; expected"):
        read({"NAME": value})


def test_a_missing_one_is_named() -> None:
    with pytest.raises(ImproperlyConfigured, match="NAME is not set"):
        env.text("NAME", source={})


def test_database_address() -> None:
    found = env.database("postgres://me:p%40ss@db:5433/site?sslmode=require")
    assert (found["NAME"], found["USER"], found["PASSWORD"]) == ("site", "me", "p@ss")
    assert (found["HOST"], found["PORT"], found["OPTIONS"]["sslmode"]) == ("db", "5433", "require")
    assert env.database("postgres:///site?host=/run/postgresql")["HOST"] == "/run/postgresql"


@pytest.mark.parametrize("value", ["mysql://x/y", "postgres://host", "postgres://h:port/x", "nonsense"])
def test_wrong_database_address(value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL is set to"):
        env.database(value)


def test_storage_address() -> None:
    assert env.storage("file:///srv/a%20b")["OPTIONS"] == {"location": "/srv/a b"}
    options = env.storage("s3://KEY:SE%2FCRET@store:9000/pictures?tls=0&region=eu")["OPTIONS"]
    assert (options["bucket_name"], options["access_key"], options["secret_key"]) == ("pictures", "KEY", "SE/CRET")
    assert (options["endpoint_url"], options["region_name"]) == ("http://store:9000", "eu")
    with pytest.raises(ImproperlyConfigured, match="bucket"):
        env.storage("s3://store")


def test_mail_address() -> None:
    found = env.mail("smtp://u:p@mail:587?tls=1")
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"], found["EMAIL_USE_TLS"]) == ("mail", 587, True)


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        ({"DATABASE_URL": "postgres://h/x"}, "DATABASE_URL is set without REDIS_URL"),
        ({"REDIS_URL": "redis://h"}, "REDIS_URL is set without DATABASE_URL"),
        ({"DATABASE_URL": "postgres://h/x", "REDIS_URL": "redis://h"}, "SECRET_KEY is not set"),
        ({"DEBUG": "maybe"}, "DEBUG is set to 'maybe'"),
        ({"TESSERA_GPU_SLOTS": "none"}, "TESSERA_GPU_SLOTS is set to 'none'"),
    ],
)
def test_a_wrong_setting_stops_every_command(chosen: dict[str, str], says: str, tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin", "TESSERA_DATA": str(tmp_path), **chosen}
    run = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert run.returncode != 0
    assert says in run.stderr.strip().splitlines()[-1]
