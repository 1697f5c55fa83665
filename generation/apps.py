from django.apps import AppConfig
from django.core.checks import register
from django.db.models.signals import post_delete


class GenerationConfig(AppConfig):
    name = "generation"

    def ready(self) -> None:
        from generation import checks, services  # the models of `services` exist only once apps are ready
        from generation.models import Download

        register(checks.origin)
        post_delete.connect(services.on_download_deleted, sender=Download, dispatch_uid="generation.download_deleted")
