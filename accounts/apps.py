from allauth.account.signals import email_confirmed, user_signed_up
from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import services  # the models of `services` exist only once apps are ready

        email_confirmed.connect(services.on_email_confirmed, dispatch_uid="accounts.verified")
        user_signed_up.connect(services.on_signed_up, dispatch_uid="accounts.signed_up")
