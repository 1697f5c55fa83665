from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from generation.services import make_origin


class Command(BaseCommand):
    help = "Make the certificate that signs downloads and the key of the invisible mark, where there are none."
    requires_system_checks = []  # they ask for what is made here

    def handle(self, *args: Any, **options: Any) -> None:
        if make_origin():
            self.stdout.write(
                f"Made in {settings.ORIGIN_FOLDER}. Keep a copy: without it, marks can never be read again."
            )
        else:
            self.stdout.write("Everything is there; nothing was changed.")
