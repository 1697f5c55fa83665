import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend


class FolderBackend(EmailBackend):
    """One command has no mail server: letters are kept in a folder, and their link is shown in the terminal."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        Path(settings.MAIL_FOLDER).mkdir(parents=True, exist_ok=True)
        super().__init__(*args, **{**kwargs, "file_path": str(settings.MAIL_FOLDER)})

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        sent = super().send_messages(email_messages) or 0
        for message in email_messages:
            link = re.search(r"https?://\S+", str(message.body))
            print(f"Mail for {', '.join(message.to)}: {message.subject}", flush=True)
            print(f"  {link.group(0) if link else settings.MAIL_FOLDER}", flush=True)
        return sent
