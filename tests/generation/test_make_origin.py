"""What a fresh site signs with: made once, for its owner alone, never written over; and what is wrong is said."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from generation import checks, services
from generation.origin import certificate

FILES = ["certificate.pem", "key.pem", "mark-key"]


@pytest.fixture
def folder(settings: Settings) -> Path:
    return settings.ORIGIN_FOLDER


def texts(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in sorted(folder.iterdir())}


def test_made_once_for_its_owner_alone(folder: Path) -> None:
    assert services.make_origin()
    first = texts(folder)
    assert sorted(first) == FILES
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not services.make_origin()
    assert texts(folder) == first
    assert services.certificate().algorithm == "es256"


def test_many_at_once_make_one(folder: Path) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: services.make_origin(), range(6)))
    assert sorted(texts(folder)) == FILES
    assert services.certificate().fingerprint
    assert [file.name for file in folder.parent.glob(".origin-*")] == []


def test_what_is_there_stays_and_what_is_missing_comes(folder: Path) -> None:
    services.make_origin()
    before = texts(folder)
    (folder / "mark-key").unlink()
    assert services.make_origin()
    after = texts(folder)
    assert {**after, "mark-key": ""} == {**before, "mark-key": ""}
    assert after["mark-key"] != before["mark-key"]


def test_an_operators_own_are_not_doubled(folder: Path, settings: Settings, tmp_path: Path) -> None:
    chain, key = certificate.make(name="A house")
    settings.ORIGIN_CERTIFICATE, settings.ORIGIN_KEY = tmp_path / "chain.pem", tmp_path / "private.pem"
    settings.ORIGIN_CERTIFICATE.write_text(chain)
    settings.ORIGIN_KEY.write_text(key)
    services.make_origin()
    assert sorted(texts(folder)) == ["mark-key"]
    assert services.certificate().chain == chain


def test_the_mark_outlives_the_secret_key(folder: Path, settings: Settings) -> None:
    services.make_origin()
    before = services.mark_keys()
    settings.SECRET_KEY = "another altogether"
    assert services.mark_keys() == before
    settings.MARK_KEYS = ["new", "old"]
    assert services.mark_keys() == (b"new", b"old")


def test_the_command_says_what_it_did(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("make_origin")
    assert "Keep a copy" in capsys.readouterr().out
    call_command("make_origin")
    assert "nothing was changed" in capsys.readouterr().out


# The system check


def test_all_is_well_with_what_was_made(folder: Path) -> None:
    services.make_origin()
    assert checks.origin() == []


def test_one_command_may_start_without_any(settings: Settings) -> None:
    settings.EMBEDDED = True
    assert checks.origin() == []
    settings.EMBEDDED = False
    [found] = checks.origin()
    assert found.id == "tessera.E010"
    assert "no" in found.msg and "make_origin" in found.hint


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("key.pem", certificate.make(name="x")[1], "does not belong"),
        ("certificate.pem", "nothing", "no certificate in PEM"),
        ("key.pem", None, "is not there"),
        ("mark-key", "", "invisible mark"),
    ],
)
def test_what_is_wrong_is_said(folder: Path, settings: Settings, file: str, text: str | None, says: str) -> None:
    settings.EMBEDDED = False
    services.make_origin()
    if text is None:
        (folder / file).unlink()
    else:
        (folder / file).write_text(text)
    [found] = checks.origin()
    assert (found.id, says in found.msg) == ("tessera.E010", True), found.msg


@pytest.mark.parametrize(("days", "id"), [(10, "tessera.W010"), (-1, "tessera.E010"), (40, None)])
def test_its_end_is_said_before_and_after(
    folder: Path, monkeypatch: pytest.MonkeyPatch, days: int, id: str | None
) -> None:
    from datetime import UTC, datetime, timedelta

    monkeypatch.setattr(certificate, "LASTS", timedelta(days=400))
    chain, key = certificate.make(name="x", now=datetime.now(UTC) - timedelta(days=400 - days))
    services.make_origin()
    (folder / "certificate.pem").write_text(chain)
    (folder / "key.pem").write_text(key)
    assert [found.id for found in checks.origin()] == ([id] if id else [])
