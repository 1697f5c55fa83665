"""The pictures on the style chips: drawn by a command, shown where they are."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from PIL import Image
from pytest_django import Settings

from generation.management.commands.draw_styles import FOLDER
from generation.services import styles


def test_drawn_by_the_engine_and_shown_on_the_chip(
    as_alice: Client, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = ""  # of an operator who has none
    monkeypatch.setattr(styles, "sample_of", lambda code: samples if code == "oil" else "")
    assert 'class="chip"' in (page := as_alice.get("/").content.decode()) and "samples/styles" not in page
    out = tmp_path / "samples" / "styles"
    call_command("draw_styles", "--engine", "tiny", "--only", "oil", "--out", str(out))
    with Image.open(out / "oil.webp") as drawn:
        assert (drawn.size, drawn.mode) == ((96, 96), "RGB")
    samples = "samples/styles/oil.webp"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    page = as_alice.get("/").content.decode()
    assert page.count("/static/samples/styles/oil.webp") == 1


def test_every_chip_has_its_picture_and_only_chips_have() -> None:
    """Those that lie here were drawn by the bundled weights."""
    assert all(styles.sample_of(code) for code in styles.CHIPS)
    lying = {path.stem for path in FOLDER.glob("*.webp")}
    assert lying == set(styles.CHIPS)


def test_a_style_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"No such style: baroque\. There are: photo, oil"):
        call_command("draw_styles", "--only", "baroque", "--out", str(tmp_path))


def test_an_engine_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="The model did not draw “a red fox"):
        call_command("draw_styles", "--engine", "no_such", "--only", "oil", "--out", str(tmp_path))


def test_every_chip_has_its_name() -> None:
    assert set(styles.CHIPS) <= styles.CODES
