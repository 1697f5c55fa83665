from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing import services


class Command(BaseCommand):
    help = "Proves that every balance is the sum of its entries; says what is not, and then ends with status 1."

    def handle(self, *args: Any, **options: Any) -> None:
        found = services.check_ledger()
        for difference in found.differences:
            self.stdout.write(difference)
        summary = f"{found.accounts} accounts, {found.entries} entries, {len(found.differences)} differences"
        if found.differences:
            raise CommandError(summary)
        self.stdout.write(summary)
