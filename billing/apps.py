from django.apps import AppConfig
from django.core.checks import register

from accounts.signals import account_closed, person_verified


class BillingConfig(AppConfig):
    name = "billing"

    def ready(self) -> None:
        from billing import checks, services  # the models of `services` exist only once apps are ready

        person_verified.connect(services.on_person_verified, dispatch_uid="billing.first_month")
        account_closed.connect(services.on_account_closed, dispatch_uid="billing.account_closed")
        register(checks.stripe)
