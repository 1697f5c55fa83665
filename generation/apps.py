from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class GenerationConfig(AppConfig):
    name = "generation"

    def ready(self) -> None:
        post_migrate.connect(_search_ready, sender=self)


def _search_ready(using: str, **_kwargs: Any) -> None:
    from generation import services

    services.search_ready(connections[using])
