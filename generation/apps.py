from typing import Any

from django.apps import AppConfig
from django.core.checks import register
from django.db import connections
from django.db.models.signals import post_delete, post_migrate

from accounts.signals import account_closed, account_closing, inbox_changed
from billing.signals import balance_changed
from moderation.signals import listing_decided, person_deactivated, refusal_overturned, subject_judged


class GenerationConfig(AppConfig):
    name = "generation"

    def ready(self) -> None:
        from billing.services import register_describer
        from generation import checks, services  # the models of `services` exist only once apps are ready
        from generation.models import Canvas, CanvasExport, Download
        from generation.services import canvases
        from moderation.services import register_subject

        register(checks.origin)
        post_migrate.connect(_search_ready, sender=self)
        post_delete.connect(services.on_download_deleted, sender=Download, dispatch_uid="generation.download_deleted")
        for sender in (Canvas, CanvasExport):
            post_delete.connect(
                canvases.on_canvas_deleted, sender=sender, dispatch_uid=f"generation.{sender.__name__}_deleted"
            )
        listing_decided.connect(services.on_listing_decided, dispatch_uid="generation.listing_decided")
        subject_judged.connect(services.on_subject_judged, dispatch_uid="generation.subject_judged")
        person_deactivated.connect(services.on_person_deactivated, dispatch_uid="generation.person_deactivated")
        refusal_overturned.connect(services.on_refusal_overturned, dispatch_uid="generation.refusal_overturned")
        account_closing.connect(services.on_account_closing, dispatch_uid="generation.account_closing")
        account_closed.connect(services.on_account_closed, dispatch_uid="generation.account_closed")
        inbox_changed.connect(services.on_inbox_changed, dispatch_uid="generation.inbox_changed")
        balance_changed.connect(services.on_balance_changed, dispatch_uid="generation.balance_changed")
        for kind, find in services.FINDERS.items():
            register_subject(kind=kind, find=find)
        register_describer(describe=services.describe_jobs)


def _search_ready(using: str, **_kwargs: Any) -> None:
    from generation import services

    services.search_ready(connections[using])
