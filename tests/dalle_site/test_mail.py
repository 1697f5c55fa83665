from pathlib import Path

import pytest
from django.core.mail import EmailMessage
from pytest_django import Settings

from dalle_site.mail import FolderBackend


def test_letters_are_kept_and_their_link_is_shown(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.MAIL_FOLDER = tmp_path / "mail"
    letter = EmailMessage("Confirm your address", "Open http://127.0.0.1:8000/x/ to confirm.", to=["a@example.com"])
    assert FolderBackend().send_messages([letter]) == 1
    printed = capsys.readouterr().out
    assert "Mail for a@example.com: Confirm your address" in printed
    assert "http://127.0.0.1:8000/x/" in printed
    (kept,) = (tmp_path / "mail").iterdir()
    assert "Open http://127.0.0.1:8000/x/" in kept.read_text()
