from django.apps import AppConfig
from django.core.checks import register

from dalle_site import checks


class SiteConfig(AppConfig):
    name = "dalle_site"

    def ready(self) -> None:
        register(checks.data_folder)
        register(checks.engine_name)
        register(checks.public_site)
