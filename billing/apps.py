from django.apps import AppConfig
from django.core.checks import register

from accounts.signals import person_verified


class BillingConfig(AppConfig):
    name = "billing"

    def ready(self) -> None:
        from billing import checks, services  # the models of `services` exist only once apps are ready

        person_verified.connect(services.on_person_verified, dispatch_uid="billing.first_month")
        register(checks.stripe)
