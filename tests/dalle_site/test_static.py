import json
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from pytest_django import Settings

from dalle_site.static import browser_files


def test_every_file_that_pages_load_from_npm_is_installed() -> None:
    for name, file in browser_files().items():
        assert file.is_file(), name
        assert finders.find(name) == str(file)


def test_collected_files_have_names_that_change_with_them(settings: Settings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "dalle_site.static.ManifestStorage"}}
    call_command("collectstatic", verbosity=0, interactive=False)
    names = json.loads((tmp_path / "static" / "staticfiles.json").read_text())["paths"]
    # Modules import each other by hashed names, so a changed one is never mixed with an old one.
    app = (tmp_path / "static" / names["js/app.js"]).read_text()
    for module in Path(settings.BASE_DIR, "static", "js").rglob("*.js"):
        assert f"js/{module.relative_to(Path(settings.BASE_DIR, 'static', 'js'))}" in names
    assert 'from "./attach.js"' not in app
    assert names["npm/htmx.js"] != "npm/htmx.js"


def test_the_map_names_nothing_outside_node_modules() -> None:
    root = (Path(settings.BASE_DIR) / "node_modules").resolve()
    assert all(file.resolve().is_relative_to(root) for file in browser_files().values())
