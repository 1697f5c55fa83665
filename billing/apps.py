from typing import Any

from django.apps import AppConfig
from django.core.checks import register
from django.db import connections
from django.db.models.signals import post_migrate

from accounts.signals import person_verified
from billing import append_only


class BillingConfig(AppConfig):
    name = "billing"

    def ready(self) -> None:
        from billing import checks, services  # the models of `services` exist only once apps are ready

        person_verified.connect(services.on_person_verified, dispatch_uid="billing.first_month")
        register(checks.stripe)
        post_migrate.connect(_ledger_kept, sender=self)


def _ledger_kept(using: str, **_kwargs: Any) -> None:
    append_only.keep(connections[using])
