from pathlib import Path

from pytest_django import Settings

from dalle_site import checks


def test_all_is_well_by_default() -> None:
    assert checks.data_folder() + checks.engine_name() + checks.public_site() == []


def test_each_has_an_id_and_a_hint(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    settings.DATA = file
    settings.ENGINE = "../bundled"
    settings.EMBEDDED = False
    settings.DEBUG = True
    settings.SECRET_KEY = "short"
    settings.ALLOWED_HOSTS = ["*"]
    found = checks.data_folder() + checks.engine_name() + checks.public_site()
    assert [message.id for message in found] == [
        "tessera.E001",
        "tessera.E002",
        "tessera.E003",
        "tessera.E004",
        "tessera.W001",
    ]
    assert all(message.hint for message in found)
