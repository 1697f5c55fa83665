from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ModerationConfig(AppConfig):
    name = "moderation"

    def ready(self) -> None:
        from accounts.services import register_name_check
        from accounts.signals import account_closed
        from moderation import services  # its models exist only once apps are ready

        register_name_check(lambda name: services.screen_words(text=name).allowed)
        account_closed.connect(services.on_account_closed, dispatch_uid="moderation.account_closed")
        post_migrate.connect(_make_group, sender=self, dispatch_uid="moderation.group")


def _make_group(using: str, **_kwargs: Any) -> None:
    """Whom an operator puts into this group, and marks as staff, works on the queue."""
    from django.contrib.auth.models import Group, Permission

    from moderation.services.access import GROUP

    group, made = Group.objects.using(using).get_or_create(name=GROUP)
    if made:
        found = Permission.objects.using(using).filter(codename="review", content_type__app_label="moderation")
        group.permissions.set(found)
